"""Dictionaries."""


# at: parameter({"a": 0.7, "b": 1.3})
def parameter(p: dict[str, float]) -> float:
    """A dictionary is handed in"""
    return p["a"] * p["b"] + p["a"] ** 2


# at: unannotated({"a": 0.7, "b": 1.3}, 0.4)
def unannotated(p: dict, x: float) -> float:
    """A dictionary without the types of its items"""
    return p["a"] * p["b"] * x


# at: built(0.7, 1.3)
def built(x: float, y: float) -> float:
    """A dictionary of its own, by constant keys"""
    d = {"a": x, "b": x * y}
    d["c"] = d["a"] * d["b"]
    d["a"] += y
    return d["c"] * d["a"]


# at: counted(0.7)
def counted(x: float) -> float:
    """Keys that are computed"""
    d = {}
    for i in range(4):
        d[i % 2] = d.get(i % 2, 1.0) * x
    return d[0] + 2.0 * d[1]


# at: items_loop({"a": 0.7, "b": 1.3})
def items_loop(p: dict[str, float]) -> float:
    """A loop over the items"""
    s = 0.0
    for key, v in p.items():
        s += v * v * len(key)
    return s


# at: constants(0.7, "b")
def constants(x: float, kind: str) -> float:
    """A dictionary of constants"""
    table = {"a": 1.5, "b": 2.5}
    return table[kind] * x * x


# at: alias(0.7)
def alias(x: float) -> float:
    """A second name of a dictionary"""
    d = {"a": x}
    e = d
    e["a"] = d["a"] * x
    return d["a"]


# at: returned(0.7)
def returned(x: float) -> dict[str, float]:
    """A dictionary is returned"""
    return {"square": x * x, "cube": x * x * x}


# at: comprehension([0.7, 1.3])
def comprehension(x: list[float]) -> float:
    """A dictionary comprehension"""
    d = {i: v * v for i, v in enumerate(x)}
    return d[0] * d[1]


# at: memoized(0.7)
def memoized(x: float) -> float:
    """Values kept by the float they belong to"""
    seen = {}
    for _ in range(3):
        if x not in seen:
            seen[x] = x * x
        x = seen[x] + 0.1
    return x


def area(width, height=2.0):
    return width * height


# at: keywords(0.7, 1.3)
def keywords(x: float, y: float) -> float:
    """`f(**options)`"""
    options = {"height": y}
    return area(x, **options)
