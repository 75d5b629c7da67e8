import math


class Oscillator:
    def __init__(self, mass: float, stiffness: float):
        self.mass = mass
        self.frequency = math.sqrt(stiffness / mass)


def f(m: float, k: float) -> Oscillator:
    return Oscillator(m, k)  # refused: N171 Oscillator(m, k)
