def f(x: float) -> float:
    async def g():  # refused: N132
        return 1.0

    return x * x
