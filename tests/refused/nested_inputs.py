import adtransform as ad


def f(x: float) -> float:
    return x * x


def g(x: float) -> float:
    return sum([ad.grad(f, argnums=k)(x) for k in range(1)])  # refused: N180 ad.grad(f, argnums=k)


def h(x: float) -> float:
    return ad.grad(f)(x, 2.0)  # refused: N180 ad.grad(f)(x, 2.0)


def k(x: float) -> float:
    return ad.grad(f, has_aux=True)(x)[0]  # refused: N180 ad.grad(f, has_aux=True)
