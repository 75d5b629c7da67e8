"""Hands on what it imports."""

from math import exp, sqrt  # noqa: F401
