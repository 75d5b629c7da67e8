"""`@adtransform.differentiable`: a function gets its derivatives, and stays what it is.

All functions that are so decorated in a file are differentiated in one run, at the first of them, and the result is
kept beside the byte code; a later import reads it there, and makes functions of it when they are used.
"""

from __future__ import annotations

import os
import sys

from adtransform.live.asked import MODES, options
from adtransform.live.batch import Batch
from adtransform.live.late import Late

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from types import CodeType, FrameType, FunctionType
    from typing import Any, Concatenate, ParamSpec, Protocol, TypeVar, overload

    from adtransform.live.asked import Options

    P = ParamSpec("P")
    Q = ParamSpec("Q")
    R = TypeVar("R", covariant=True)

    class Differentiable(Protocol[P, R]):
        """A function with its derivatives."""

        __name__: str
        __qualname__: str
        tangent: Callable[..., Any]
        adjoint: Callable[..., Any]
        grad: Callable[..., Any]
        value_and_grad: Callable[..., Any]
        source: str

        def __call__(self, *args: P.args, **kwargs: P.kwargs) -> R: ...

        @overload
        def __get__(self, instance: None, owner: type, /) -> Differentiable[P, R]: ...

        @overload
        def __get__(
            self: Differentiable[Concatenate[Any, Q], R], instance: object, owner: type | None = None, /
        ) -> Callable[Q, R]: ...


else:
    FunctionType = type(lambda: None)  # `types` itself takes a while to import

OPEN: dict[str, tuple[CodeType, Batch]] = {}  # by file: the module that is being executed, and its derivatives
DEFAULT: Options = (None, MODES)

if TYPE_CHECKING:

    @overload
    def differentiable(f: Callable[P, R], /) -> Differentiable[P, R]: ...

    @overload
    def differentiable(
        *, wrt: str | Iterable[str] | None = None, modes: str | Iterable[str] = MODES
    ) -> Callable[[Callable[P, R]], Differentiable[P, R]]: ...


def differentiable(
    f: Any = None, /, *, wrt: str | Iterable[str] | None = None, modes: str | Iterable[str] = MODES
) -> Any:
    """Give a function its derivatives.  It is returned as it is, with these attributes:

    | | |
    |---|---|
    | `f.tangent` | `f_d(x, y, x_d, y_d) -> (value, value_d)` |
    | `f.adjoint` | `f_b(x, y, seed=1.0) -> (value, (x_b, y_b))` |
    | `f.grad` | the gradient with respect to `wrt`, a tuple for several names, or as in JAX to the first argument |
    | `f.value_and_grad` | the value and that gradient |
    | `f.source` | the generated source |

    A function of a module is differentiated when it is defined, or read from the cache.  A method, a nested function
    and one without a file are differentiated when a derivative is first used, and have no `source`:
    `inspect.getsource(f.tangent)` shows it.  The derivatives of a method are called through its class,
    `Body.drag.tangent(body, x, x_d)`, those of a class method take the class first; without `wrt` the object is an
    input, too.  What Numba, `functools.lru_cache`, `staticmethod`, `classmethod` or `property` made of a function may
    be decorated as well.  Gradients of what is no function of floats alone are generated for the kinds of the
    arguments, when they come for the first time.

    Arguments:
        f: the function.
        wrt: the inputs to differentiate with respect to, a name or several; None: every float parameter.
        modes: "forward" for `tangent`, "reverse" for the others; both by default.

    Raises:
        TransformError: the function is refused.
        TypeError: it is no function, or the options are none.
        ValueError: there is no such mode.
    """
    if isinstance(f, str):
        raise TypeError(f"`differentiable` decorates functions: give inputs as `wrt={f!r}`")
    if f is not None:
        return attach(f, DEFAULT, None, sys._getframe(1))
    chosen = options(wrt, modes)
    by = chosen[0][0] if isinstance(wrt, str) and chosen[0] and len(chosen[0]) == 1 else chosen[0]
    return lambda f: attach(f, chosen, by, sys._getframe(1))


def attach(f: Any, chosen: Options, by: str | tuple[str, ...] | None, frame: FrameType) -> Any:
    """Set the attributes.

    Arguments:
        f: what is decorated.
        chosen: the options.
        by: the inputs as they were given: the gradient by a single name is no tuple.
        frame: where it is decorated.
    """
    plain = holder = f
    if type(f) is not FunctionType or "__wrapped__" in f.__dict__:
        plain = function_in(f)
        holder = plain if isinstance(f, (staticmethod, classmethod, property)) else f
    batch = None
    if "." not in plain.__qualname__ and frame.f_globals is plain.__globals__ and frame.f_code.co_name == "<module>":
        batch = batch_of(plain, chosen, frame)
    state = plain, by, batch
    attributes = holder.__dict__
    if "forward" in chosen[1]:
        attributes["tangent"] = Late("tangent", holder, state)
    if "reverse" in chosen[1]:
        for kind in ("adjoint", "grad", "value_and_grad"):
            attributes[kind] = Late(kind, holder, state)
    if batch is not None:
        attributes["source"] = batch.source(plain.__name__)
    return f


def batch_of(plain: FunctionType, chosen: Options, frame: FrameType) -> Batch | None:
    """The derivatives of the module that is being executed; None if it has no file.

    Raises:
        TransformError: the function is refused.
    """
    filename = frame.f_code.co_filename
    found = OPEN.get(filename)
    if found is None or found[0] is not frame.f_code:
        path = file_of(filename, frame.f_globals)
        if not path:
            return None
        found = OPEN[filename] = frame.f_code, Batch(path, frame.f_globals, "decorated")
    batch, name = found[1], plain.__name__
    if batch.asked.get(name) != chosen or not batch.has(name, chosen[1]):
        from adtransform.live.planted import refuse

        batch = Batch(batch.filename, batch.live, "", {name: chosen})
        if not batch.has(name, chosen[1]):
            raise refuse(batch, name, plain)
    return batch


def file_of(filename: str, live: dict[str, Any]) -> str:
    """The source file of a module that is being executed; empty if there is none."""
    path = live.get("__file__")
    if not isinstance(path, str) or os.path.basename(path) != os.path.basename(filename):
        path = filename  # executed by somebody who sets no `__file__`
    loader = live.get("__loader__")
    return path if hasattr(loader, "get_data") or os.path.isfile(path) else ""


def function_in(f: Any) -> FunctionType:
    """The plain function in what other decorators made of it.

    Raises:
        TransformError: it is no function, or wrapped by what may change its value.
    """
    from adtransform.live.unwrap import callable_of

    plain = callable_of(f)[0]
    if not isinstance(plain, FunctionType):
        raise TypeError(f"`differentiable` decorates functions, not {f!r}")
    return plain
