import contextlib


@contextlib.contextmanager
def scaled(v):
    yield v


def f(x: float) -> float:
    with scaled(x * x) as y:  # refused: N131 scaled(x * x)
        return y


# functions: f
