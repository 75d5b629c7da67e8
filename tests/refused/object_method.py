class Named(type):
    pass


class Model(metaclass=Named):
    def __init__(self, a: float) -> None:
        self.a = a

    def value(self, x: float) -> float:
        return self.a * x


def f(x: float) -> float:
    return Model(2.0).value(x)  # refused: N101 Model(2.0).value(x)
