import adtransform as ad


def f(x: float) -> float:
    return len(ad.derive("def f(x: float) -> float: return x")) * x  # refused: N180 ad.derive


def g(x: float) -> float:
    return f(x) * x


def h(x: float) -> float:
    from adtransform import grad, tangent

    return grad(abs)(x) * len(str(tangent))  # refused: N180 tangent


def m(x: float) -> float:
    import adtransform, math  # refused: N180 import adtransform, math

    return adtransform.grad(abs)(x) * math.sin(x)


SLOPES = [ad.vjp]  # refused: N180 ad.vjp


def k(x: float) -> float:
    return SLOPES[0](abs, x)[0]
