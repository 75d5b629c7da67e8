"""A value that travels in an exception."""


def f(x: float) -> float:
    try:  # refused: N134 try:
        raise ValueError(x * 2.0)
    except ValueError as error:
        return error.args[0] * x
