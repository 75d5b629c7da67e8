"""Case files: an input, points, a line `# output`, and the module that is expected.

    '''What the case shows.'''
    def f(x: float, y: float) -> float:
        return x * y
    # at: f(0.7, y=1.3)             the derivative at a point, against differences
    # slope: f(0.0, 0.0) -> 0.0     the derivative along all ones, exactly: where there is no difference to compare with
    # raises: f(-1.0, 2.0)          the tangent raises what the function raises
    # output
    …

Further lines: `# functions: f, g` and `# wrt: x, y` are passed on; `# needs: 3.12` is the Python that can run it;
`# open: reason` and `# open second: reason` mark what does not work yet, at all or differentiated once more.

Files in `cases` expect tangents, files in `reverse` adjoints.
"""

from __future__ import annotations

import ast
import contextlib
import copy
import functools
import inspect
import io
import itertools
import math
import random
import re
import struct
import sys
import warnings
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from types import ModuleType
from typing import Any

from adtransform.compiled import at_home, compile_module, home, run_source
from adtransform.differences import Difference, differentiate
from adtransform.nested import attributes, is_array, leaves, replaced, zeros
from adtransform.pipeline import Derivative, Options, Result, transform

FOLDER = Path(__file__).parent / "cases"
REVERSE = Path(__file__).parent / "reverse"
SETTING = re.compile(r"# (at|slope|raises|functions|wrt|needs|open|open second): (.*?)\r?\n?")
OUTPUT = re.compile(r"^# output\r?\n", re.MULTILINE)
AGREEMENT = 1e-7


@dataclass(frozen=True)
class Point:
    """A call at which a case is tried; `slope` is what is expected of it along all ones."""

    kind: str
    function: str
    call: ast.Call = field(repr=False)
    text: str
    slope: str = ""


transformed = functools.cache(transform)


@dataclass(frozen=True)
class Case:
    """One case file; `head` is all of it up to the line `# output`."""

    path: Path
    head: str
    source: str
    expected: str
    points: tuple[Point, ...]
    functions: tuple[str, ...] | None
    wrt: tuple[str, ...] | None
    needs: tuple[int, ...]
    open: str
    open_second: str

    @property
    def can_run(self) -> bool:
        return sys.version_info >= self.needs

    @property
    def mode(self) -> str:
        return "reverse" if self.path.parent == REVERSE else "forward"

    def transform(self, disabled: frozenset[str] = frozenset(), **changes: Any) -> Result:
        """What is generated; remembered, as many tests ask for it."""
        return transformed(self.source, str(self.path), self.options(disabled, **changes))

    def transform_again(self) -> Result:
        """What is generated, anew."""
        return transform(self.source, str(self.path), self.options())

    def options(self, disabled: frozenset[str] = frozenset(), **changes: Any) -> Options:
        options = Options(self.mode, self.functions, self.wrt, disabled=disabled, source_name=self.path.name)
        return replace(options, **changes)

    def rewrite(self, output: str) -> None:
        """Write the expected part anew."""
        self.path.write_bytes((self.head + output).encode())


def case_paths(folder: Path = FOLDER) -> list[Path]:
    return sorted(folder.glob("*.py"))


def read_case(path: Path) -> Case:
    """Read a case file; its line ends stay as they are."""
    text = path.read_bytes().decode()
    found = OUTPUT.search(text)
    head, expected = (text[: found.end()], text[found.end() :]) if found else (text.rstrip("\n") + "\n\n# output\n", "")
    points, settings, lines = [], dict[str, str](), []
    for line in head.splitlines(keepends=True)[:-1]:
        if (setting := SETTING.fullmatch(line)) is None:
            lines.append(line)
        elif setting[1] in ("at", "slope", "raises"):
            points.append(read_point(setting[1], setting[2]))
        else:
            settings[setting[1]] = setting[2]
    newline = "\r\n" if "\r\n" in head else "\n"
    source = "".join(lines).rstrip("\r\n") + newline
    return Case(
        path,
        head,
        source,
        expected,
        tuple(points),
        listed(settings.get("functions")),
        listed(settings.get("wrt")),
        tuple(int(n) for n in settings.get("needs", "3.11").split(".")),
        settings.get("open", ""),
        settings.get("open second", ""),
    )


def listed(names: str | None) -> tuple[str, ...] | None:
    return tuple(n.strip() for n in names.split(",")) if names else None


def read_point(kind: str, text: str) -> Point:
    call_text, _, slope = text.partition(" -> ")
    call = ast.parse(call_text.strip(), mode="eval").body
    assert isinstance(call, ast.Call) and isinstance(call.func, ast.Name), text
    return Point(kind, call.func.id, call, call_text, slope)


# --- running ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Pair:
    """A function and its tangent, both compiled; `modules` are where they stand."""

    derivative: Derivative
    f: Callable[..., object]
    f_d: Callable[..., object]
    modules: tuple[ModuleType, ModuleType]


@contextlib.contextmanager
def quiet() -> Iterator[io.StringIO]:
    """What is printed; warnings are silent."""
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield printed


def compiled(source: str, result: Result, path: Path) -> dict[str, Pair]:
    """The functions of a module beside their tangents, by name."""
    place = home(str(path))
    with quiet(), at_home(place):
        primal = run_source(source, place)
        generated = compile_module(result.text, str(path), package=place.package, path=str(path))
    return {
        d.function: Pair(d, getattr(primal, d.function), getattr(generated, d.name), (primal, generated))
        for d in result.derivatives
    }


@dataclass(frozen=True)
class Call:
    """The arguments of one call; `varying` are the values of the differentiated parameters.

    The function writes to the arguments `written`: these are results as well.
    """

    args: tuple[object, ...]
    kwargs: Mapping[str, object]
    varying: Mapping[str, object]
    written: tuple[str, ...] = ()


def arguments(pair: Pair, point: Point) -> Call:
    """Evaluate the arguments of a point where the function is defined."""
    scope = dict(pair.modules[0].__dict__)

    def value(node: ast.expr) -> object:
        return eval(compile(ast.Expression(node), "<point>", "eval"), scope)

    args = tuple(value(a) for a in point.call.args)
    kwargs = {str(k.arg): value(k.value) for k in point.call.keywords}
    return call_of(pair, args, kwargs)


def call_of(pair: Pair, args: tuple[object, ...], kwargs: Mapping[str, object]) -> Call:
    bound = inspect.signature(pair.f).bind(*args, **kwargs)
    bound.apply_defaults()
    call = Call(args, kwargs, {name: bound.arguments[name] for name in pair.derivative.wrt})
    if not any(isinstance(a, list) or is_array(a) for a in bound.arguments.values()):
        return call
    after = copy.deepcopy(bound.arguments)
    raised(lambda: pair.f(*inspect.BoundArguments(bound.signature, after).args, **kwargs))
    return replace(call, written=tuple(n for n, a in after.items() if bits(a) != bits(bound.arguments[n])))


def value_of(pair: Pair, call: Call, name: str = "", path: tuple[int, ...] = (), t: float = 0.0) -> object:
    """What the function gives, with the arguments that it wrote to; one number of its arguments may be replaced."""
    bound = inspect.signature(pair.f).bind(*call.args, **call.kwargs)
    bound.apply_defaults()
    bound.arguments = copy.deepcopy(bound.arguments)
    if name:
        bound.arguments[name] = replaced(bound.arguments[name], path, t)
    value = pair.f(*bound.args, **bound.kwargs)
    return (value, *(bound.arguments[n] for n in call.written)) if call.written else value


def changed(pair: Pair, call: Call, name: str, path: tuple[int, ...], t: float) -> object:
    """The function with one number of its arguments replaced."""
    return value_of(pair, call, name, path, t)


def tangent_of(pair: Pair, call: Call, directions: Mapping[str, object]) -> tuple[object, object]:
    """The value and the derivative along a direction, which is given by parameter name."""
    d = pair.derivative
    by_name = {t: directions[name] for name, t in zip(d.wrt, d.tangents)}
    args, kwargs, by_name = copy.deepcopy((call.args, call.kwargs, by_name))
    found = pair.f_d(*args, **kwargs, **by_name)
    assert isinstance(found, tuple) and len(found) == 2, f"not a pair: {found!r}"
    if not call.written:
        return found
    bound = inspect.signature(pair.f).bind(*args, **kwargs)
    tangents = dict(zip(d.wrt, d.tangents))
    after = [by_name[tangents[n]] if n in tangents else zeros(bound.arguments[n]) for n in call.written]
    return (found[0], *(bound.arguments[n] for n in call.written)), (found[1], *after)


def tangent_functions(pair: Pair, call: Call) -> dict[str, object]:
    """For parameters that are functions: their tangents, from the generated module."""
    suffix = pair.derivative.name.removeprefix(pair.derivative.function)
    return {
        name: getattr(pair.modules[1], value.__name__ + suffix)
        for name, value in call.varying.items()
        if callable(value)
    }


def filled(pair: Pair, call: Call, numbers: Callable[[], float]) -> dict[str, object]:
    """A direction whose numbers are drawn one by one."""
    found: dict[str, object] = dict(tangent_functions(pair, call))
    for name, value in call.varying.items():
        if name in found:
            continue
        direction = zeros(value)
        for path in leaves(value):
            direction = replaced(direction, path, numbers())
        found[name] = None if value is None else direction
    return found


def bits(value: object) -> object:
    """Something that is equal where two values are bitwise the same and of the same structure."""
    match value:
        case tuple() | list():
            return type(value).__name__, [bits(v) for v in value]
        case _ if is_array(value):
            return value.dtype.str, value.shape, value.tobytes()
        case _ if not callable(value) and attributes(value):
            return type(value).__name__, [bits(getattr(value, n)) for n in attributes(value)]
        case float():
            return type(value).__name__, struct.pack("d", value)
        case _:
            return type(value).__name__, repr(value)


def agrees(generated: float, difference: Difference, strict: bool) -> bool:
    """Whether a derivative agrees with the differences; at a kink, it lies between the slopes.

    `strict` wants differences that say something.
    """
    size = max(abs(difference.value), abs(generated), 1e-30)
    if difference.kind == "none":
        return True
    if not math.isfinite(generated):
        return difference.error > 1e-3 * abs(difference.value)
    room = difference.error if difference.kind == "kink" else max(10 * difference.error, AGREEMENT * size)
    assert not strict or difference.kind == "kink" or room < 1e-2 * max(size, 1.0), (
        f"the differences are no help here: {difference}"
    )
    return abs(generated - difference.value) <= room * (1 + 1e-9)


def check_value(pair: Pair, call: Call) -> object:
    """The tangent computes the value of the function, bit by bit, and prints what it prints."""
    with quiet() as printed:
        value = value_of(pair, call)
    with quiet() as printed_d:
        value_d, _ = tangent_of(pair, call, filled(pair, call, itertools.repeat(0.0).__next__))
    assert bits(value_d) == bits(value), f"value {value_d!r}, not {value!r}"
    assert printed_d.getvalue() == printed.getvalue()
    return value


def check_derivative(pair: Pair, call: Call, strict: bool = True) -> None:
    """The derivative by every number that goes in, of every number that comes out, and along a random direction."""
    value = check_value(pair, call)
    rng = random.Random(pair.derivative.name)
    zero = filled(pair, call, itertools.repeat(0.0).__next__)
    columns: list[tuple[str, tuple[int, ...], Mapping[tuple[int, ...], float]]] = []
    for name, at in call.varying.items():
        for path, number in leaves(at).items():
            direction = {**zero, name: replaced(zero[name], path, 1.0)}
            with quiet():
                _, tangent = tangent_of(pair, call, direction)
                differences = differentiate(partial(changed, pair, call, name, path), number)
            slopes = leaves(tangent)
            assert set(slopes) >= set(differences), f"the tangent {tangent!r} has not the structure of {value!r}"
            for out, difference in differences.items():
                slope = slopes[out]
                assert agrees(slope, difference, strict), (
                    f"d{out}/d{name}{path}: generated {slope!r}, differences {difference}"
                )
            columns.append((name, path, slopes))
    drawn: list[float] = []

    def draw() -> float:
        drawn.append(rng.uniform(-1.0, 1.0))
        return drawn[-1]

    with quiet():
        _, mixed = tangent_of(pair, call, filled(pair, call, draw))
    for out, slope in leaves(mixed).items():
        terms = [s[out] * w for (_, _, s), w in zip(columns, drawn) if math.isfinite(s.get(out, 0.0))]
        if all(math.isfinite(s[out]) for _, _, s in columns):
            size = sum(map(abs, terms)) + 1e-300
            assert abs(slope - math.fsum(terms)) <= 1e-9 * size, (
                f"random direction: {slope!r}, not {math.fsum(terms)!r}"
            )


def check_slope(pair: Pair, call: Call, expected: str) -> None:
    """The derivative along all ones is what the case says, to twelve digits."""
    check_value(pair, call)
    with quiet():
        _, slope = tangent_of(pair, call, filled(pair, call, itertools.repeat(1.0).__next__))
    want = eval(expected, {"inf": math.inf, "nan": math.nan, "math": math})
    assert leaves(slope).keys() == leaves(want).keys(), f"slope {slope!r}, not {want!r}"
    for path, number in leaves(want).items():
        found = leaves(slope)[path]
        same = found == number or (math.isnan(found) and math.isnan(number))
        assert same or abs(found - number) <= 1e-12 * abs(number), f"slope {slope!r}, not {want!r}"


def raised(run: Callable[[], object]) -> BaseException | None:
    with quiet():
        try:
            run()
        except Exception as error:
            return error
    return None


def check_raises(pair: Pair, call: Call) -> None:
    """The tangent raises what the function raises, whatever the direction."""
    error = raised(lambda: value_of(pair, call))
    assert error is not None, "the function raises nothing"
    for number in (0.0, 1.0):
        directions = filled(pair, call, itertools.repeat(number).__next__)
        error_d = raised(lambda directions=directions: tangent_of(pair, call, directions))  # type: ignore[misc]
        assert type(error_d) is type(error) and str(error_d) == str(error), f"raises {error_d!r}, not {error!r}"


def check_point(pair: Pair, point: Point) -> None:
    call = arguments(pair, point)
    match point.kind:
        case "at":
            check_derivative(pair, call)
        case "slope":
            check_slope(pair, call, point.slope)
        case _:
            check_raises(pair, call)


def derivatives_at(pair: Pair, point: Point) -> list[tuple[object, object]]:
    """Value and derivative along two directions, to compare two versions of a module."""
    call = arguments(pair, point)
    rng = random.Random(point.text)
    with quiet():
        return [
            tangent_of(pair, call, filled(pair, call, draw))
            for draw in (itertools.repeat(1.0).__next__, lambda: rng.uniform(-1.0, 1.0))
        ]
