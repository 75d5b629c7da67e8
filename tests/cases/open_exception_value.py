"""A value that travels in an exception."""


def f(x: float) -> float:
    try:
        raise ValueError(x * 2.0)
    except ValueError as error:
        return error.args[0] * x


# open: WRONG: a silent zero
# at: f(0.7)

# output
