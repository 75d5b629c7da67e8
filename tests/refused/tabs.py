def f(x: float) -> float:
	if x > 0.0:
		return x @ x  # refused: N110 x @ x
	return x
