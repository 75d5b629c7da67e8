import functools


def doubled(g):
    @functools.wraps(g)
    def wrapper(x):
        return 2.0 * g(x)

    return wrapper


@doubled  # refused: N130 doubled
def f(x: float) -> float:
    return x * x


# functions: f
