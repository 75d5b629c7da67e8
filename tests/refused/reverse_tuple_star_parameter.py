# mode: reverse
# says: a tuple whose length does not show stands here with active values: not supported in reverse mode yet
def total(*xs: float) -> float:  # refused: N161
    s = 0.0
    for x in xs:
        s += x * x
    return s
