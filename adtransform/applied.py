"""Functions at a point: user code and generated derivatives, called with values by the names of the parameters."""

from __future__ import annotations

import copy
import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from adtransform.nested import zeros

if TYPE_CHECKING:
    from adtransform.pipeline import Derivative

Values = Mapping[str, object]
Function = Callable[..., object]
T = TypeVar("T")


class Raised(Exception):
    """What the user's code raised, or returned and should not, as a message."""


def guarded(run: Callable[[], T], what: str) -> T:
    """The result of user code; whatever it raises becomes `Raised` with a message."""
    try:
        return run()
    except (Exception, SystemExit) as error:
        text = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
        raise Raised(f"{what} raises {text}") from error


@dataclass(frozen=True, slots=True)
class Primal:
    """A function of the user."""

    f: Function
    signature: inspect.Signature
    what: str = "the function"

    def call(self, values: Values, more: Values | None = None) -> object:
        """Call by position as far as possible; lists are copied, so that a function may change its arguments."""
        positional: list[object] = []
        named = dict(more or {})
        for name, value in values.items():
            own = copy.deepcopy(value) if isinstance(value, (list, dict, tuple)) else value
            match self.signature.parameters[name].kind:
                case inspect.Parameter.VAR_POSITIONAL:
                    positional += own if isinstance(own, (list, tuple)) else [own]
                case inspect.Parameter.KEYWORD_ONLY:
                    named[name] = own
                case _:
                    positional.append(own)
        return guarded(lambda: self.f(*positional, **named), self.what)


@dataclass(frozen=True, slots=True)
class Generated:
    """A derivative of a function: `f` takes the parameters of the function, and what `derivative` says beside them."""

    derivative: Derivative
    f: Function
    signature: inspect.Signature

    def along(self, values: Values, directions: Values) -> tuple[object, object]:
        """What a tangent returns: the value and its derivative along directions, zero where none is given."""
        wrt, tangents = self.derivative.wrt, self.derivative.tangents
        all_ = {t: directions.get(name, zeros(values[name])) for name, t in zip(wrt, tangents, strict=True)}
        return self.pair(values, all_)

    def against(self, values: Values, seed: object = None) -> tuple[object, dict[str, object]]:
        """What an adjoint returns: the value, and the adjoint of each input; None is the seed by default."""
        value, adjoints = self.pair(values, {} if seed is None else {self.derivative.seed: seed})
        wrt = self.derivative.wrt
        each = (adjoints,) if len(wrt) == 1 else adjoints
        if not isinstance(each, tuple) or len(each) != len(wrt):
            raise Raised(f"the generated function returns {adjoints!r}, not the adjoints of {', '.join(wrt)}")
        return value, dict(zip(wrt, each, strict=True))

    @property
    def has_seed(self) -> bool:
        """Whether an adjoint may be called without a seed: that of a list has no default."""
        return inspect.signature(self.f).parameters[self.derivative.seed].default not in (None, inspect.Parameter.empty)

    def run(self, values: Values) -> object:
        """The value alone."""
        return self.along(values, {})[0] if self.derivative.mode == "forward" else self.against(values)[0]

    def pair(self, values: Values, more: Values) -> tuple[object, object]:
        result = Primal(self.f, self.signature, "the generated function").call(values, more)
        if not isinstance(result, tuple) or len(result) != 2:
            raise Raised(f"the generated function returns {result!r}, not a pair of value and derivative")
        return result
