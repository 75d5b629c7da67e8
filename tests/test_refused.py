# ruff: noqa: E501 (inputs on one line each)
"""What is refused, and how: one file each, with `# refused: N140 a[0]` on the line, the code and what the carets mark.

`# mode: reverse` is passed on, as are `# functions: f, g` and `# wrt: x, y`; `# says: text` is a message.

Every other input gives a module or a `TransformError`, whatever it is: never a crash.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest

import adtransform as ad
from adtransform.pipeline import Options, transform

FOLDER = Path(__file__).parent / "refused"
PATHS = sorted(FOLDER.glob("*.py"))
MARK = re.compile(r"  # refused: (?P<code>[A-Z]\d{3})(?: (?P<text>.+))?$")
SETTING = re.compile(r"^# (functions|wrt): (.*)$", re.MULTILINE)
MODE = re.compile(r"^# mode: (.*)$", re.MULTILINE)
MESSAGE = re.compile(r"^# says: (.*)$", re.MULTILINE)


def refusals(source: str, filename: str = "<string>", **options: object) -> tuple[ad.Refusal, ...]:
    """What is refused of a text."""
    with pytest.raises(ad.TransformError) as caught:
        transform(source, filename, Options(**options))  # type: ignore[arg-type]
    error = caught.value
    assert isinstance(error, SyntaxError)
    assert (error.filename, error.lineno) == (filename, error.refusals[0].line or None)
    return error.refusals


def marked(line: str) -> re.Match[str] | None:
    return MARK.search(line)


OPEN = {
    "operator_matmul": "no help",
    "several_at_once": "no help for N110",
    "tabs": "no help for N110",
    "wide_characters": "no help for N110",
    "store_by_function": "D002: the value does not depend on its parameters, which is not so",
    "context_manager": "D002: the value does not depend on its parameters, which is not so",
}


def options_of(text: str) -> dict[str, object]:
    mode = MODE.search(text)
    chosen = {k: tuple(v.split(", ")) for k, v in SETTING.findall(text)}
    return {**chosen, "mode": mode[1] if mode else "forward"}


def open_or_not(value: object, name: str, reason: str | None) -> object:
    """A parameter that must fail as long as there is a reason."""
    return pytest.param(value, id=name, marks=[pytest.mark.xfail(reason=reason, strict=True)] if reason else [])


@pytest.mark.parametrize("path", [open_or_not(p, p.stem, OPEN.get(p.stem)) for p in PATHS])
def test_refused(path: Path) -> None:
    text = path.read_text()
    options = options_of(text)
    lines = text.splitlines()
    expected = {n: m for n, line in enumerate(lines, 1) if (m := marked(line))}
    found = refusals(text, str(path), **options)
    assert {(r.line, r.code) for r in found} == {(n, m["code"]) for n, m in expected.items()}
    assert list(found) == sorted(found)
    if messages := set(MESSAGE.findall(text)):
        assert {r.message for r in found} == messages
    for r in found:
        assert r.help.strip() and r.help.rstrip()[-1] in ".…?`", r
        assert r.text == lines[r.line - 1]
        if wanted := expected[r.line]["text"]:
            assert r.text[r.column - 1 : r.end_column - 1] == wanted, r.frame()
        assert check_carets(r.frame(), r)


@pytest.mark.parametrize("path", PATHS, ids=lambda p: p.stem)
def test_refused_in_reverse(path: Path) -> None:
    """What forward mode refuses is refused by reverse mode, too."""
    text = path.read_text()
    found = refusals(text, str(path), **{**options_of(text), "mode": "reverse"})
    assert list(found) == sorted(found)
    assert all(r.help.strip() for r in found if r.code != "N110")


def check_carets(frame: str, r: ad.Refusal) -> bool:
    """The carets in the frame stand under the marked text."""
    place, _, shown, carets, *_ = frame.splitlines()
    assert place.endswith(f":{r.line}:{r.column}: {r.code} {r.message}")
    start, end = carets.index("^"), carets.rindex("^") + 1
    marked_text = r.text[r.column - 1 : r.end_column - 1]
    return shown[start:end] == marked_text if marked_text else end > start


def test_without_refused_functions() -> None:
    """`keep_going` writes what can be written; what calls a refused function goes with it."""
    source = (
        "def bad(x: float) -> float:\n    return x @ x\n\n\n"
        "def caller(x: float) -> float:\n    return bad(x) * x\n\n\n"
        "def good(x: float) -> float:\n    return x * x\n"
    )
    result = transform(source, "<string>", Options(keep_going=True))
    assert [d.name for d in result.derivatives] == ["good_d"]
    assert [(r.function, r.code) for r in result.refusals] == [("bad", "N110")]
    assert "bad" not in result.text


# --- names ------------------------------------------------------------------------------------------------------------

TWO = "def density(temp: float, press: float) -> float:\n    return press / temp\n\n\ndef area(r: float) -> float:\n    return r * r\n"


@pytest.mark.parametrize(
    ("options", "code", "help"),
    [
        ({"functions": ("densty",)}, "U001", "`density`"),
        ({"functions": ("zzz",)}, "U001", "density, area"),
        ({"functions": ("density",), "wrt": ("tmp",)}, "U002", "`temp`"),
        ({"wrt": ("pres",)}, "U002", "`press`"),
        ({"wrt_of": (("density", ("temq",)),)}, "U002", "`temp`"),
        ({"wrt_of": (("densiti", ("temp",)),)}, "U001", "`density`"),
    ],
)
def test_names_that_do_not_exist(options: dict[str, object], code: str, help: str) -> None:
    (refusal,) = refusals(TWO, **options)
    assert refusal.code == code
    assert help in refusal.help


# --- inputs that are no modules, or no useful ones ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("source", "line"),
    [
        ("def f(x:\n", 1),
        ("def f(x: float):\nreturn x\n", 2),
        ("def f(x: float):\n    return x +\n", 2),
        ("def f(x: float):\n    return (x\n", 2),
        ("def f(x: float):\n        a = x\n    return a\n", 3),
        ("def f(x: float):\n    return 'abc\n", 2),
        ("x = 1 1\n", 1),
        ("def f(x: float):\n    print x\n    return x\n", 2),
        ("def f(x: float, x: float):\n    return x\n", 1),
        ("return 3\n", 1),
        ("def f(x: float):\n    continue\n    return x\n", 2),
        ("def f(x: float):\n    nonlocal y\n    return x\n", 2),
        ("def f(x: float):\n    x = 1.0\n    global x\n    return x\n", 3),
        ("def f(x: float = 1.0, y):\n    return x\n", 1),
    ],
)
def test_no_python(source: str, line: int) -> None:
    (refusal,) = refusals(source)
    assert refusal.code.startswith("E")
    assert abs(refusal.line - line) <= 1  # parsers disagree about where an open bracket ends


@pytest.mark.parametrize(
    "source",
    [
        "",
        "\n\n",
        "# only a comment\n",
        '"""Only a docstring."""\n',
        "x = 1.0\n",
        "class A:\n    def f(self, x: float) -> float:\n        return x\n",
        "def f() -> float:\n    return 1.0\n",
        "def f(x: float) -> None:\n    print(x)\n",
        "def f(n: int) -> int:\n    return n\n",
        "import math\n",
    ],
)
def test_nothing_to_differentiate(source: str) -> None:
    (refusal,) = refusals(source)
    assert refusal.code == "E004"
    assert refusal.help


@pytest.mark.parametrize(
    "source",
    [
        "def f(x: float):\n    return x\0\n",
        "\ufeffdef f(x: float):\n    return x * x\n",
        "def f(x: float):\r\n    return x * x\r\n",
        "def f(x: float):\r    return x * x\r",
        "def f(x: float):\n    return x * x",
        "def f(x: float): return x * x",
        "def f(x: float):\n\treturn x * x\n",
        "def f(x: float):\n    return x * x\n\x0c\ndef g(x: float):\n    return x + x\n",
        "# -*- coding: latin-1 -*-\ndef f(x: float):\n    return x * x\n",
        "def f(ξ: float):\n    return ξ * ξ\n",
        "def f(x: float):\n    return x * 1" + "0" * 400 + "\n",
        "def f(x: float):\n    return x * 1e999\n",
        "def f(x: float):\n    return x ** 1" + "0" * 400 + "\n",
        "def f(x: float):\n    return x ** 1e999\n",
        "def f(x: float):\n    return x ** -0.0 + x ** (2 - 2)\n",
        "def f(x: float):\n    return x * 0x" + "f" * 5000 + "\n",
        "def f(x: float):\n    return\n",
        "def f(x: float):\n    ...\n",
        "def f(x: float):\n    pass\n    return x\n    return x * x\n",
        "def f(x: float):\n    raise ValueError\n",
        "def f(x: float):\n    while True:\n        pass\n",
        "def f(x: float):\n    while True:\n        x = x * x\n",
        "def f(x: float):\n    for x in x: pass\n    return x\n",
        "def f(x: float):\n    return f(x)\n",
        "def f(x: float):\n    return g(x)\ndef g(x: float):\n    return f(x)\n",
        "def f(f: float):\n    return f * f\n",
        "def f(x: float):\n    f = x\n    return f\n",
        "def f(x: float):\n    def f(x): return x * x\n    return f(x)\n",
        "def f(x: float):\n    return x\ndef f(x: float):\n    return x * x\n",
        "f = 3\ndef f(x: float):\n    return x * x\nf = 4\n",
        "if True:\n    def f(x: float):\n        return x * x\n",
        "async def f(x: float):\n    return x\n",
        "def f(x: float):\n    return (yield x)\n",
        "def f(x: float):\n    return lambda: x\n",
        "def f(x: float):\n    return x, *(x, x), *[]\n",
        "def f(x: float):\n    return [*(x, x)]\n",
        "def f(x: float):\n    (a, *b), c = (x, x, x), x\n    return a\n",
        "def f(x: float):\n    a = b = c = (d, e) = x, x\n    return a, b, c, d, e\n",
        "def f(x: float):\n    del x\n    return x\n",
        "def f(x: float):\n    return x if x else x if x else x or x and x\n",
        "def f(x: float):\n    return not x\n",
        "def f(x: float):\n    return ~x\n",
        "def f(x: float):\n    return x << 2\n",
        "def f(x: float):\n    return x[0]\n",
        "def f(x: float):\n    return x()\n",
        "def f(x: float):\n    return x.y.z(x)(x)[x]\n",
        "def f(x: float):\n    return f'{x!r:>{x}}'\n",
        "def f(x: float):\n    return {**{'a': x}}\n",
        "def f(x: float):\n    return max(x)\n",
        "def f(x: float):\n    return max()\n",
        "def f(x: float):\n    return sum()\n",
        "def f(x: float):\n    return abs()\n",
        "def f(x: float):\n    return pow(x)\n",
        "def f(x: float):\n    return pow(x, 2, 3)\n",
        "import math\ndef f(x: float):\n    return math.sin(x, x) + math.log() + math.hypot() + math.dist(x)\n",
        "import math\ndef f(x: float):\n    return math.log(x, 2, 3) + math.frexp() + math.modf()\n",
        "import math\ndef f(x: float):\n    return math.prod(x) + math.fsum(x) + math.nothing(x)\n",
        "import math.sin\ndef f(x: float):\n    return math.sin(x)\n",
        "from . import nothing\ndef f(x: float):\n    return nothing(x)\n",
        "from .... import nothing\ndef f(x: float):\n    return nothing.f(x)\n",
        "from nothing import *\ndef f(x: float):\n    return g(x)\n",
        "def f(x: float, *, y: float, **z):\n    return x * y\n",
        "def f(*, x: float):\n    return x * x\n",
        "def f(x: float, /):\n    return x * x\n",
        "def f(*x: float, **y: float):\n    return x[0]\n",
        "def f(x: 'float'):\n    return x * x\n",
        "def f(x: 'not an annotation ['):\n    return x * x\n",
        "def f(x: float) -> 'a b':\n    return x * x\n",
        "def f[T](x: T) -> T:\n    return x * x\n",
        "type A = float\ndef f(x: A) -> A:\n    return x * x\n",
        "def f(x: float):\n    try:\n        return x\n    except* ValueError:\n        return x * x\n",
        "def f(x: float):\n    with open('a') as g, open('b') as h:\n        return x * x\n",
        "def f(x: float):\n    import os.path as p, math as m\n    return m.sin(x)\n",
        "def f(x: float):\n    from math import *\n    return x\n",
        "def f(x: float):\n    x: float\n    return x\n",
        "def f(x: float):\n    x.y: float = 3\n    return x\n",
        "def f(x: float):\n    return __name__ + x\n",
        "def f(x: float): return x; return x * x\n",
        "def f(x: float):\n    if x: return x\n    elif x: pass\n    else: return 2.0\n",
    ],
)
@pytest.mark.filterwarnings("ignore::SyntaxWarning")
def test_never_a_crash(source: str) -> None:
    one, both = {"functions": ("f",)}, ("forward", "reverse")
    for options in ({"mode": m} | o for m in both for o in ({}, one, {"keep_going": True}, one | {"wrt": ("x",)})):
        try:
            text = transform(source, "<string>", Options(**options)).text  # type: ignore[arg-type]
        except ad.TransformError as error:
            assert str(error)
            continue
        compile(text, "<generated>", "exec")


# --- deep nesting -----------------------------------------------------------------------------------------------------


def nested_ifs(n: int) -> str:
    rows = [f"{'    ' * (i + 1)}if x > {i}.0:" for i in range(n)]
    return "def f(x: float) -> float:\n" + "\n".join(rows) + f"\n{'    ' * (n + 1)}x = x * x\n    return x\n"


def nested_functions(n: int) -> str:
    heads = [f"{'    ' * (i + 1)}def g{i}(t):" for i in range(n)]
    tails = [f"{'    ' * (i + 1)}return g{i}(x)" for i in reversed(range(n))]
    return "\n".join(["def f(x: float):", *heads, f"{'    ' * (n + 1)}return t * x", *tails, ""])


DEEP = {
    "sum of 1000": "def f(x: float):\n    return " + " + ".join(["x"] * 1000) + "\n",
    "product of 500": "def f(x: float):\n    return " + " * ".join(["x"] * 500) + "\n",
    "500 parentheses": "def f(x: float):\n    return " + "(" * 500 + "x * x" + ")" * 500 + "\n",
    "150 parentheses": "def f(x: float):\n    return " + "(" * 150 + "x * x" + ")" * 150 + "\n",
    "90 nested ifs": nested_ifs(90),
    "19 nested loops": "def f(x: float):\n"
    + "".join(f"{'    ' * (i + 1)}for i{i} in range(1):\n" for i in range(19))
    + f"{'    ' * 20}x = x * x\n    return x\n",
    "1000 elifs": "def f(x: float):\n    if x > 0.0:\n        return x\n"
    + "".join(f"    elif x > -{i}.0:\n        return x * {i}.0\n" for i in range(1000))
    + "    return 0.0\n",
    "80 calls": "import math\ndef f(x: float):\n    return " + "math.sin(" * 80 + "x" + ")" * 80 + "\n",
    "80 own calls": "def g(x: float):\n    return x * x\ndef f(x: float):\n    return "
    + "g(" * 80
    + "x"
    + ")" * 80
    + "\n",
    "300 signs": "def f(x: float):\n    return " + "- " * 300 + "x\n",
    "90 conditionals": "def f(x: float):\n    return "
    + "".join(f"x * {i} if x > {i} else " for i in range(90))
    + "x\n",
    "90 powers": "def f(x: float):\n    return " + " ** ".join(["x"] * 90) + "\n",
    "10 nested functions": nested_functions(10),
    "2000 statements": "def f(x: float):\n"
    + "".join(f"    x = x * {i}.0 + 1.0\n" for i in range(2000))
    + "    return x\n",
    "200 functions": "def f0(x: float):\n    return x * x\n"
    + "".join(f"def f{i}(x: float):\n    return f{i - 1}(x) * 0.5\n" for i in range(1, 200)),
    "300 targets": "def f(x: float):\n    " + " = ".join(f"a{i}" for i in range(300)) + " = x\n    return a0\n",
    "5000 items": "def f(x: float):\n    t = (" + "x, " * 5000 + ")\n    return t[17]\n",
    "1000 arguments": "def f(" + ", ".join(f"x{i}: float" for i in range(1000)) + "):\n    return x0 * x999\n",
}


@pytest.mark.parametrize(
    ("name", "mode"), [(n, m) for n in DEEP for m in ("forward", "reverse") if (n, m) != ("1000 elifs", "reverse")]
)
def test_deep_nesting(name: str, mode: str) -> None:
    limit = sys.getrecursionlimit()
    try:
        text = ad.derive(DEEP[name], mode=mode)
    except ad.TransformError as error:
        assert all(r.help or r.code.startswith("E") for r in error.refusals)
    else:
        compile(text, "<generated>", "exec")
    assert sys.getrecursionlimit() == limit
