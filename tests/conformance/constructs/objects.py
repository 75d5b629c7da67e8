"""Objects."""

from __future__ import annotations

import math
from dataclasses import dataclass


@dataclass
class Body:
    mass: float
    speed: float

    def energy(self) -> float:
        return 0.5 * self.mass * self.speed**2


# at: attributes(Body(0.7, 1.3), 0.4)
def attributes(body: Body, x: float) -> float:
    """Attributes of an object that is handed in"""
    return body.mass * body.speed**2 * x


# at: method(Body(0.7, 1.3))
def method(body: Body) -> float:
    """A method"""
    return body.energy() * body.mass


# at: constructed(0.7, 1.3)
def constructed(x: float, y: float) -> float:
    """An object that is made from active values"""
    body = Body(x * y, y)
    return body.mass * body.speed


# at: attribute_written(0.7, 1.3)
def attribute_written(x: float, y: float) -> float:
    """`o.a = …` and `o.a += …`"""
    body = Body(x, y)
    body.mass = body.mass * body.speed
    body.speed += body.mass
    return body.mass * body.speed


# at: argument_written(Body(0.7, 1.3))
def argument_written(body: Body) -> float:
    """An object that was handed in is changed"""
    body.speed *= body.mass
    return body.speed * body.mass


# at: alias(0.7, 1.3)
def alias(x: float, y: float) -> float:
    """A second name of an object"""
    a = Body(x, y)
    b = a
    b.mass = a.mass * a.speed
    return a.mass * b.speed


# at: returned(0.7, 1.3)
def returned(x: float, y: float) -> Body:
    """An object is returned"""
    return Body(x * y, x)


class Counter:
    def __init__(self, start: float) -> None:
        self.total = start

    def add(self, x: float) -> None:
        self.total = self.total * x + x


# at: state(0.7)
def state(x: float) -> float:
    """A method that changes its object"""
    counter = Counter(x)
    for _ in range(3):
        counter.add(x)
    return counter.total


# at: objects_in_list(0.7, 1.3)
def objects_in_list(x: float, y: float) -> float:
    """Objects in a list"""
    bodies = [Body(x, y), Body(y, x * y)]
    for body in bodies:
        body.speed *= x
    return sum(body.energy() for body in bodies)


class Shape:
    def area(self, x: float) -> float:
        return x

    def double(self, x: float) -> float:
        return 2.0 * self.area(x)


class Square(Shape):
    def area(self, x: float) -> float:
        return x * x


# at: inherited(0.7)
def inherited(x: float) -> float:
    """A method that is overridden"""
    return Square().double(x) * x


class Vector:
    def __init__(self, x: float, y: float) -> None:
        self.x, self.y = x, y

    def __add__(self, other: Vector) -> Vector:
        return Vector(self.x + other.x, self.y + other.y)

    def __mul__(self, factor: float) -> Vector:
        return Vector(self.x * factor, self.y * factor)


# at: operators(0.7, 1.3)
def operators(x: float, y: float) -> float:
    """Operators of the user"""
    v = Vector(x, y) + Vector(y, 1.0) * x
    return v.x * v.y


class Celsius:
    def __init__(self, kelvin: float) -> None:
        self.kelvin = kelvin

    @property
    def degrees(self) -> float:
        return self.kelvin * 1.5 - 273.15


# at: properties(0.7)
def properties(x: float) -> float:
    """A property"""
    return Celsius(x).degrees * x


class Gas:
    R = 8.314


# at: constants_of_class(0.7)
def constants_of_class(x: float) -> float:
    """A constant of a class"""
    return Gas.R * x * x


class Holder:
    def __init__(self, x: float) -> None:
        self.values = [x, 1.0]


# at: list_attribute(0.7)
def list_attribute(x: float) -> float:
    """A list inside an object"""
    h = Holder(x)
    v = h.values
    v[1] = h.values[0] * math.sin(x)
    return h.values[1] * x
