# mode: reverse
# says: a tuple whose length does not show stands here with active values: not supported in reverse mode yet
def mixed(x: float):  # refused: N161
    if x > 0.0:
        return x * x, x
    return x


def lengths(x: float):  # refused: N161
    if x > 0.0:
        return x * x, x
    return x, x, x
