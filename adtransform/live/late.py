"""Derivatives that are made when they are first used."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import FunctionType
    from typing import Any

    from adtransform.live.batch import Batch

    Inputs = str | tuple[str, ...] | None


class Late:
    # A derivative of `owner` that takes its own place there once it is made: after its first use `f.tangent` is the
    # generated function itself.  Until then, and for whoever holds on to this, it passes for that function:
    # `inspect` and `help` look through it as well.  No docstring, as `__doc__` is that of the function.

    __slots__ = ("__weakref__", "kind", "made", "owner", "state")

    def __init__(self, kind: str, owner: Any, state: tuple[FunctionType, Inputs, Batch | None]) -> None:
        self.kind = kind
        self.owner = owner
        self.state = state
        self.made: Any = None

    @property
    def __wrapped__(self) -> Any:
        """The function, made now if it was not; in a notebook whenever its cells may have changed."""
        if self.made is None or self.follows:
            self.made = self.make()
            if vars(self.owner).get(self.kind) is self and not self.follows:
                setattr(self.owner, self.kind, self.made)
                self.made.__qualname__ = f"{self.owner.__qualname__}.{self.kind}"  # where pickle finds it
        return self.made

    @property
    def follows(self) -> bool:
        """Whether it is to be made anew at each use: what it is made from are cells of a notebook."""
        plain, _, batch = self.state
        if batch is not None or self.kind not in ("tangent", "adjoint"):  # the others look by themselves
            return False
        from adtransform.live.definitions import is_cell

        return is_cell(plain.__code__.co_filename)

    def make(self) -> Any:
        """The function, made now."""
        import adtransform

        plain, inputs, batch = self.state
        operator = getattr(adtransform, self.kind)
        if self.kind not in ("tangent", "adjoint"):
            if batch is not None:
                from adtransform.live.planted import remember

                remember(batch, plain, inputs)
            return operator(plain) if inputs is None else operator(plain, wrt=inputs)
        if batch is None:
            return operator(plain, inputs)
        return batch.function(plain.__name__, "forward" if self.kind == "tangent" else "reverse", plain)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return self.__wrapped__(*args, **kwargs)

    def __reduce__(self) -> Any:
        return getattr, (self.owner, self.kind)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.__wrapped__, name)

    @property
    def __doc__(self) -> str | None:  # type: ignore[override]
        doc: str | None = self.__wrapped__.__doc__
        return doc

    def __repr__(self) -> str:
        return f"<the {self.kind} of {self.state[0].__qualname__}>" if self.made is None else repr(self.made)
