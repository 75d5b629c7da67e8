"""What flows into tuples and lists, and out of them: leaf by leaf where that shows, else everything into everything.

stack.append((s, i))        stack[].0 depends on s, stack[].1 on i
t, k = stack.pop()          t on stack[].0, k on stack[].1
"""

from __future__ import annotations

from collections.abc import Iterable

from adtransform import ir
from adtransform.infer import backward, stack_call
from adtransform.scopes import Unit
from adtransform.structure import Many, Shapes, Tree, flat


class Flows:
    """Dependences between the leaves of one unit; `add` takes them, `sources` has those of any expression."""

    unit: Unit
    shapes: Shapes | None
    local: dict[str, frozenset[str]]  # variables of comprehensions and lambdas: what they depend on

    def add(self, key: str, sources: Iterable[str]) -> None:
        raise NotImplementedError

    def sources(self, e: ir.Expr, path: str) -> frozenset[str]:
        raise NotImplementedError

    def leaves(self, key: str) -> frozenset[str]:
        return frozenset({key}) if self.shapes is None else self.shapes.leaves(key)

    def tree(self, e: ir.Expr, path: str) -> Tree | None:
        """The leaves of a variable or of what is popped, in their structure; None where they have none."""
        if self.shapes is None:
            return None
        match e:
            case ir.Name(id) if id not in self.local and (key := self.unit.scopes.key(path, id)) is not None:
                tree = self.shapes.tree(key)
                return None if isinstance(tree, str) else tree
            case ir.Call(ir.Attribute(ir.Name() as name, "pop"), ()):
                return self.items(name, path)
            case ir.Subscript(_, ir.Field(passive=True)):
                return ()
            case ir.Subscript(value, ir.Field(int(k))):
                whole = self.tree(value, path)
                return whole[k] if isinstance(whole, tuple) and k < len(whole) else None
            case _:
                return None

    def items(self, e: ir.Expr, path: str) -> Tree | None:
        """The leaves of what a list or a loop over it gives."""
        match e:
            case _ if (whole := backward(e)) is not None:
                return self.items(whole, path)
            case ir.Name() if isinstance(tree := self.tree(e, path), Many):
                return tree.item
            case _:
                return None

    def unpack(self, target: ir.Expr, tree: Tree, path: str) -> None:
        """What has this structure is assigned."""
        match target, tree:
            case ir.Name(id), _ if self.shapes is not None and (key := self.unit.scopes.key(path, id)) is not None:
                self.pair(self.shapes.tree(key), tree)
            case ir.Display(_, items), tuple() if len(items) == len(tree) and not starred(items):
                for i, t in zip(items, tree, strict=True):
                    self.unpack(i, t, path)
            case _:
                self.target(target, frozenset(flat(tree)), path)

    def target(self, target: ir.Expr, sources: frozenset[str], path: str) -> None:
        raise NotImplementedError

    def pair(self, own: Tree, other: Tree) -> None:
        match own, other:
            case Many(a), Many(b):
                self.pair(a, b)
            case tuple(), tuple() if len(own) == len(other):
                for a, b in zip(own, other, strict=True):
                    self.pair(a, b)
            case _:
                for k in flat(own):
                    self.add(k, flat(other))

    def deposit(self, tree: Tree, value: ir.Expr, path: str) -> None:
        """A value goes into a variable or a list."""
        match tree, value:
            case tuple(), ir.Display("(", items) if len(tree) == len(items) and not starred(items):
                passive = value.record.passive if value.record is not None else (False,) * len(items)
                for t, i, is_passive in zip(tree, items, passive, strict=True):
                    if is_passive:
                        self.add("return", self.sources(i, path))
                    else:
                        self.deposit(t, i, path)
            case Many(item), ir.Display("[", items) if not starred(items):
                for i in items:
                    self.deposit(item, i, path)
            case _ if (other := self.tree(value, path)) is not None:
                self.pair(tree, other)
            case _:
                sources = self.sources(value, path)
                for k in flat(tree):
                    self.add(k, sources)

    def push(self, e: ir.Expr, path: str) -> bool:
        """Whether a call is an operation on a stack; what is pushed flows into it."""
        operation = stack_call(e)
        if operation is None or not isinstance(tree := self.tree(operation[0], path), Many):
            return False
        if operation[2] is not None:
            self.deposit(tree.item, operation[2], path)
        return True


def starred(items: tuple[ir.Expr, ...]) -> bool:
    return any(isinstance(i, ir.Star) for i in items)
