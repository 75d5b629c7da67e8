from dataclasses import dataclass


@dataclass
class Length:
    metres: float

    def __post_init__(self):
        if self.metres < 0.0:
            raise ValueError("a length is positive")


def f(p: Length) -> Length:
    return Length(2.0 * p.metres)  # refused: N171 2.0 * p.metres
