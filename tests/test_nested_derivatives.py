"""Derivatives of functions that take derivatives: values that are known in closed form, and what is refused."""

from __future__ import annotations

import importlib
import itertools
import math
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from textwrap import dedent

import numpy as np
import pytest

import adtransform as ad
from adtransform.compiled import compile_module
from adtransform.pipeline import Options, Result, transform

HEAD = "import adtransform as ad\nimport math\n"


@dataclass(frozen=True)
class Case:
    """A function `outer` of `x`, and the closed form of its value, its derivative and the second one."""

    name: str
    text: str
    value: Callable[[float], float]
    first: Callable[[float], float]
    second: Callable[[float], float]


def case(
    name: str,
    text: str,
    value: Callable[[float], float],
    first: Callable[[float], float],
    second: Callable[[float], float],
) -> Case:
    return Case(name, HEAD + dedent(text), value, first, second)


CASES = [
    case(
        "sum",  # d/dx (x * d/dy (x + y) at y = 1) is 1; 2 where the perturbations are confused
        """
        def outer(x: float) -> float:
            return x * ad.grad(lambda y: x + y)(1.0)
        """,
        lambda x: x,
        lambda x: 1.0,
        lambda x: 0.0,
    ),
    case(
        "product",
        """
        def outer(x: float) -> float:
            return x * ad.grad(lambda y: x * y)(2.0)
        """,
        lambda x: x * x,
        lambda x: 2 * x,
        lambda x: 2.0,
    ),
    case(
        "closure at x",
        """
        def outer(x: float) -> float:
            def inner(y: float) -> float:
                return x * y * y

            return x * ad.grad(inner)(x)
        """,
        lambda x: 2 * x**3,
        lambda x: 6 * x**2,
        lambda x: 12 * x,
    ),
    case(
        "one name for both",
        """
        def outer(x: float) -> float:
            return x * ad.grad(lambda x: x**3)(x * x)
        """,
        lambda x: 3 * x**5,
        lambda x: 15 * x**4,
        lambda x: 60 * x**3,
    ),
    case(
        "three levels",
        """
        def outer(x: float) -> float:
            def middle(y: float) -> float:
                def inner(z: float) -> float:
                    return x * y * y * z**3

                return y * ad.grad(inner)(y)  # 3 x y^5

            return x * ad.grad(middle)(x)  # 15 x^6
        """,
        lambda x: 15 * x**6,
        lambda x: 90 * x**5,
        lambda x: 450 * x**4,
    ),
    case(
        "three lambdas",
        """
        def outer(x: float) -> float:
            return ad.grad(lambda y: y * ad.grad(lambda z: x * y * z * z)(y))(x)  # d/dy 2 x y^3 = 6 x^3
        """,
        lambda x: 6 * x**3,
        lambda x: 18 * x**2,
        lambda x: 36 * x,
    ),
    case(
        "second derivative",
        """
        def f(x: float) -> float:
            return x**4

        def outer(x: float) -> float:
            return ad.grad(ad.grad(f))(x)
        """,
        lambda x: 12 * x**2,
        lambda x: 24 * x,
        lambda x: 24.0,
    ),
    case(
        "third derivative of a closure",
        """
        def outer(x: float) -> float:
            return x * ad.grad(ad.grad(ad.grad(lambda y: x * y**4)))(2.0)
        """,
        lambda x: 48 * x**2,
        lambda x: 96 * x,
        lambda x: 96.0,
    ),
    case(
        "module level",
        """
        def f(x: float, k: float) -> float:
            return k * x**3

        df = ad.grad(f)
        ddf = ad.grad(df)

        def outer(x: float) -> float:
            return df(x, x) + ddf(x, 2.0)
        """,
        lambda x: 3 * x**3 + 12 * x,
        lambda x: 9 * x**2 + 12,
        lambda x: 18 * x,
    ),
    case(
        "variable",
        """
        def outer(x: float) -> float:
            def inner(y: float) -> float:
                return math.sin(x * y)

            slope = ad.grad(inner)
            return slope(1.0) + slope(2.0)
        """,
        lambda x: x * math.cos(x) + x * math.cos(2 * x),
        lambda x: math.cos(x) - x * math.sin(x) + math.cos(2 * x) - 2 * x * math.sin(2 * x),
        lambda x: -2 * math.sin(x) - x * math.cos(x) - 4 * math.sin(2 * x) - 4 * x * math.cos(2 * x),
    ),
    case(
        "loop",
        """
        def outer(x: float) -> float:
            s = x
            for k in range(3):
                s += ad.grad(lambda y: s * y * y)(x) * k  # s, 3 s, 3 s + 12 x s ... as it is then
            return s
        """,
        lambda x: x * (1 + 2 * x) * (1 + 4 * x),
        lambda x: 1 + 12 * x + 24 * x**2,
        lambda x: 12 + 48 * x,
    ),
    case(
        "late binding",
        """
        def outer(x: float) -> float:
            a = 1.0

            def inner(y: float) -> float:
                return a * y * y

            a = x * x
            s = ad.grad(inner)(x)
            a = 3.0 * x
            return s + ad.grad(inner)(x)
        """,
        lambda x: 2 * x**3 + 6 * x**2,
        lambda x: 6 * x**2 + 12 * x,
        lambda x: 12 * x + 12,
    ),
    case(
        "branches",
        """
        def outer(x: float) -> float:
            def inner(y: float) -> float:
                if y > x:
                    return x * y
                return x * x * y * y

            if x > 0.0:
                return ad.grad(inner)(2.0 * x) + ad.grad(inner)(0.5 * x)
            return ad.grad(inner)(x)
        """,
        lambda x: x + x**3,
        lambda x: 1 + 3 * x**2,
        lambda x: 6 * x,
    ),
    case(
        "comprehension",
        """
        def outer(x: float) -> float:
            return sum([ad.grad(lambda y: x * y**3)(k * x) for k in range(3)])
        """,
        lambda x: 15 * x**3,
        lambda x: 45 * x**2,
        lambda x: 90 * x,
    ),
    case(
        "variable of a comprehension",
        """
        def outer(x: float) -> float:
            return sum([ad.grad(lambda y: x * k * y)(x) for k in [x, 2.0 * x]])
        """,
        lambda x: 3 * x**2,
        lambda x: 6 * x,
        lambda x: 6.0,
    ),
    case(
        "other functions",
        """
        def wave(a: float, b: float) -> float:
            return math.exp(a * b)

        def outer(x: float) -> float:
            def scaled(z: float) -> float:
                return z * x

            def inner(y: float) -> float:
                return wave(1.0, scaled(y)) + 1.0

            return ad.grad(inner)(2.0)  # x exp(2 x)
        """,
        lambda x: x * math.exp(2 * x),
        lambda x: (1 + 2 * x) * math.exp(2 * x),
        lambda x: (4 + 4 * x) * math.exp(2 * x),
    ),
    case(
        "forward inside",
        """
        def f(x: float, y: float) -> float:
            return x * x * y

        def outer(x: float) -> float:
            value, slope = ad.jvp(f, (x, 2.0 * x), (1.0, x))  # 2 x^3; 4 x^2 + x^3
            return value * slope
        """,
        lambda x: 8 * x**5 + 2 * x**6,
        lambda x: 40 * x**4 + 12 * x**5,
        lambda x: 160 * x**3 + 60 * x**4,
    ),
    case(
        "forward of a closure",
        """
        def outer(x: float) -> float:
            return x * ad.jvp(lambda y: x * y * y, (x,), (x,))[1]
        """,
        lambda x: 2 * x**4,
        lambda x: 8 * x**3,
        lambda x: 24 * x**2,
    ),
    case(
        "forward in reverse",
        """
        def outer(x: float) -> float:
            return ad.grad(lambda y: ad.jvp(lambda z: x * y * z**3, (y,), (1.0,))[1])(x)  # d/dy 3 x y^3
        """,
        lambda x: 9 * x**3,
        lambda x: 27 * x**2,
        lambda x: 54 * x,
    ),
    case(
        "reverse in forward",
        """
        def outer(x: float) -> float:
            return ad.jvp(lambda y: ad.grad(lambda z: x * y * z**3)(y), (x,), (1.0,))[1]
        """,
        lambda x: 9 * x**3,
        lambda x: 27 * x**2,
        lambda x: 54 * x,
    ),
    case(
        "value and gradient",
        """
        def outer(x: float) -> float:
            value, slope = ad.value_and_grad(lambda y: x * y * y)(3.0)
            return value * slope
        """,
        lambda x: 54 * x**2,
        lambda x: 108 * x,
        lambda x: 108.0,
    ),
    case(
        "pulled back",
        """
        def outer(x: float) -> float:
            y = 2.0 * x
            value, pull = ad.vjp(lambda a, b: x * a * a * b, y, x * x)  # 4 x^5; 4 x^4, 4 x^3
            y = 0.0
            a, b = pull(3.0)
            return value + a + b * pull(y + 1.0)[0]
        """,
        lambda x: 4 * x**5 + 12 * x**4 + 48 * x**7,
        lambda x: 20 * x**4 + 48 * x**3 + 336 * x**6,
        lambda x: 80 * x**3 + 144 * x**2 + 2016 * x**5,
    ),
    case(
        "several inputs",
        """
        def f(x: float, n: int, y: float) -> float:
            return x**n * y

        def outer(x: float) -> float:
            a, b = ad.grad(f, argnums=(0, 2))(x, 2, 3.0)
            return a * b + ad.grad(f, 2)(x, 3, 1.0) + ad.grad(f, argnums=-1)(y=1.0, x=x, n=1)
        """,
        lambda x: 7 * x**3 + x,
        lambda x: 21 * x**2 + 1,
        lambda x: 42 * x,
    ),
    case(
        "hessian and product",
        """
        def f(x: float) -> float:
            return x**4

        def outer(x: float) -> float:
            return ad.hessian(f)(x) + ad.hvp(f, (x,), (2.0,)) + ad.jacfwd(f)(x) + ad.jacrev(f)(x)
        """,
        lambda x: 36 * x**2 + 8 * x**3,
        lambda x: 72 * x + 24 * x**2,
        lambda x: 72 + 48 * x,
    ),
    case(
        "handed on",
        """
        def twice(f, x: float) -> float:
            return f(f(x))

        def outer(x: float) -> float:
            return twice(ad.grad(lambda y: x * y * y), 3.0)  # 2 x (2 x 3)
        """,
        lambda x: 12 * x**2,
        lambda x: 24 * x,
        lambda x: 24.0,
    ),
    case(
        "defaults and names",
        """
        def outer(x: float) -> float:
            def inner(y: float, n: int = 2, *, k: float = 3.0) -> float:
                return k * x * y**n

            return ad.grad(inner)(x) + ad.grad(inner)(x, 3, k=1.0)
        """,
        lambda x: 6 * x**2 + 3 * x**3,
        lambda x: 12 * x + 9 * x**2,
        lambda x: 12 + 18 * x,
    ),
    case(
        "calls itself",
        """
        def outer(x: float) -> float:
            def power(y: float, n: int) -> float:
                if n == 0:
                    return x
                return y * power(y, n - 1)

            return ad.grad(power)(x, 3)  # d/dy x y^3
        """,
        lambda x: 3 * x**3,
        lambda x: 9 * x**2,
        lambda x: 18 * x,
    ),
    case(
        "derivative in the arguments",
        """
        def f(x: float) -> float:
            return x**3

        def outer(x: float) -> float:
            return ad.grad(f)(ad.grad(f)(x))
        """,
        lambda x: 27 * x**4,
        lambda x: 108 * x**3,
        lambda x: 324 * x**2,
    ),
    case(
        "library function",
        """
        def outer(x: float) -> float:
            return ad.grad(math.sin)(x) * x
        """,
        lambda x: math.cos(x) * x,
        lambda x: math.cos(x) - math.sin(x) * x,
        lambda x: -2 * math.sin(x) - math.cos(x) * x,
    ),
    case(
        "imported inside",
        """
        def outer(x: float) -> float:
            import adtransform
            from adtransform import grad as slope

            return slope(lambda y: x * y * y)(x) + adtransform.grad(abs)(x) * x
        """,
        lambda x: 2 * x**2 + x,
        lambda x: 4 * x + 1,
        lambda x: 4.0,
    ),
    case(
        "products of a Hessian",
        """
        def f(x: float, y: float) -> float:
            return x**3 * y

        def outer(x: float) -> float:
            a, b = ad.hvp(f, (x, 2.0), (1.0, x))  # 12 x + 3 x^3, 3 x^2
            return a * b
        """,
        lambda x: 36 * x**3 + 9 * x**5,
        lambda x: 108 * x**2 + 45 * x**4,
        lambda x: 216 * x + 180 * x**3,
    ),
    case(
        "method",
        """
        from dataclasses import dataclass

        @dataclass
        class Spring:
            k: float

            def force(self, x: float) -> float:
                return ad.grad(lambda y: 0.5 * self.k * y * y)(x)

        def outer(x: float) -> float:
            return Spring(x * x).force(x)
        """,
        lambda x: x**3,
        lambda x: 3 * x**2,
        lambda x: 6 * x,
    ),
    case(
        "root",
        """
        def newton(f, df, y: float) -> float:
            for _ in range(20):
                y = y - f(y) / df(y)
            return y

        def outer(x: float) -> float:
            def f(y: float) -> float:
                return y * y - x

            return newton(f, ad.grad(f), 1.0)
        """,
        math.sqrt,
        lambda x: 0.5 / math.sqrt(x),
        lambda x: -0.25 / x**1.5,
    ),
    case(
        "lists",
        """
        def energy(q: list[float]) -> float:
            return sum([v**4 for v in q])

        def outer(x: float) -> float:
            q = [x, 2.0 * x]
            slopes = ad.grad(energy)(q)
            return slopes[0] * slopes[1] + sum(ad.grad(energy)(q))
        """,
        lambda x: 128 * x**6 + 36 * x**3,
        lambda x: 768 * x**5 + 108 * x**2,
        lambda x: 3840 * x**4 + 216 * x,
    ),
    case(
        "arrays without annotations",
        """
        import numpy as np

        def cube(y):
            return np.sum(y * y * y)

        def outer(x: float) -> float:
            a = np.array([1.0, 2.0])

            def inner(y):
                return np.sum(a * y * y)

            return float(ad.grad(inner)(x) + np.sum(ad.grad(cube)(a * ad.grad(cube)(x))))  # 6 x + 135 x^4
        """,
        lambda x: 6 * x + 135 * x**4,
        lambda x: 6 + 540 * x**3,
        lambda x: 1620 * x**2,
    ),
    case(
        "seeds with those very names",
        """
        def outer(x: float) -> float:
            seed, x_b, x_d = x, x * x, 2.0 * x

            def inner(y: float, y_b: float) -> float:
                return seed * x_b * x_d * y * y_b

            return ad.grad(inner)(x, x)
        """,
        lambda x: 2 * x**5,
        lambda x: 10 * x**4,
        lambda x: 40 * x**3,
    ),
]


def differentiated(text: str, mode: str, functions: tuple[str, ...] = ("outer",)) -> Result:
    return transform(text, "nested.py", Options(mode=mode, functions=functions))


def slope(result: Result) -> Callable[[float], tuple[float, float]]:
    """The generated function as value and derivative at a point."""
    d = result.derivatives[0]
    function = getattr(compile_module(result.text, "nested.py"), d.name)
    return lambda x: function(x, **dict.fromkeys([*d.tangents, d.seed][:1], 1.0))


@pytest.mark.parametrize("mode", ["forward", "reverse"])
@pytest.mark.parametrize("each", [pytest.param(c, id=c.name) for c in CASES])
def test_first_order(each: Case, mode: str) -> None:
    result = differentiated(each.text, mode)
    assert "adtransform" not in result.text and " ad." not in result.text
    for x in (0.7, 1.3):
        assert slope(result)(x) == pytest.approx((each.value(x), each.first(x)))


@pytest.mark.parametrize("modes", list(itertools.product(["forward", "reverse"], repeat=2)), ids="-".join)
@pytest.mark.parametrize("each", [pytest.param(c, id=c.name) for c in CASES])
def test_second_order(each: Case, modes: tuple[str, str]) -> None:
    """The derivative of the derivative, which is generated from generated text."""
    if (each.name, *modes) == ("calls itself", "reverse", "reverse"):
        pytest.skip("refused: the sweeps of a recursive function hand on tuples of unknown length")
    first = differentiated(each.text, modes[0])
    name = first.derivatives[0].name
    call = f"{name}(x, 1.0)[1]" if modes[0] == "forward" else f"{name}(x)[1]"
    text = f"{first.text}\n\ndef again(x: float) -> float:\n    return {call}\n"
    assert slope(differentiated(text, modes[1], ("again",)))(0.7) == pytest.approx((each.first(0.7), each.second(0.7)))


LIVE = (
    "import numpy as np\n"
    + HEAD
    + dedent(
        """
    def f(x: float) -> float:
        return math.exp(x) * x


    df = ad.grad(f)


    def outer(x: float) -> float:
        def inner(y: float) -> float:
            return y * y * x

        return df(x) * ad.grad(inner)(x)


    def weights(x):
        return ad.grad(lambda y: np.sum(x * y * y))(2.0)
    """
    )
)


def test_of_live_functions(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Expanded functions find the others of their module; kinds of arguments reach the functions inside."""
    (tmp_path / "nested_live.py").write_text(LIVE)
    monkeypatch.syspath_prepend(str(tmp_path))
    model = importlib.import_module("nested_live")
    x = 0.7
    value, first = math.exp(x) * (2 * x**2 + 2 * x**3), math.exp(x) * (4 * x + 8 * x**2 + 2 * x**3)
    assert model.outer(x) == pytest.approx(value)
    assert ad.tangent(model.outer)(x, 1.0) == pytest.approx((value, first))
    assert ad.adjoint(model.outer)(x) == pytest.approx((value, first))
    assert ad.grad(ad.grad(model.outer))(x) == pytest.approx(math.exp(x) * (4 + 20 * x + 14 * x**2 + 2 * x**3))
    assert ad.grad(model.weights)(np.array([1.0, 2.0])) == pytest.approx([4.0, 4.0])


def test_functions_without_operators_are_as_they_were() -> None:
    plain = "def f(x: float) -> float:\n    return math.exp(x) * x\n"
    text = f"{HEAD}\n\n{plain}\n\ndef g(x: float) -> float:\n    return ad.grad(f)(x)\n"
    for mode in ("forward", "reverse"):
        alone = transform(f"import math\n\n\n{plain}", "nested.py", Options(mode=mode)).text
        assert differentiated(text, mode, ("f",)).text == alone


def test_what_is_not_asked_for_refuses_nothing() -> None:
    text = HEAD + "def f(x: float) -> float:\n    return x * x\n\ndef demo(n: int):\n    print([ad.vjp, n])\n"
    assert [d.function for d in transform(text, "nested.py", Options()).derivatives] == ["f"]
    text += "\nprint(ad.grad(f)(1.0), [ad.grad])\n"
    assert [d.function for d in transform(text, "nested.py", Options()).derivatives] == ["f"]


def test_one_function_serves_all_that_need_it() -> None:
    text = HEAD + "def f(x: float) -> float:\n    return x**3\n\n"
    text += (
        "def outer(x: float) -> float:\n    return ad.grad(f)(x) * ad.grad(f)(2.0 * x) + ad.value_and_grad(f)(x)[1]\n"
    )
    assert differentiated(text, "forward").text.count("def f_b") == 1


def test_operators_in_another_file_are_refused_there(tmp_path: Path) -> None:
    lines = ["import adtransform as ad", "def f(x: float) -> float:", "    return ad.grad(abs)(x) * x"]
    (tmp_path / "other_file.py").write_text("\n".join(lines) + "\n")
    text = "from other_file import f\n\ndef g(x: float) -> float:\n    return f(x)\n"
    with pytest.raises(ad.TransformError) as caught:
        transform(text, str(tmp_path / "main.py"), Options())
    (refusal,) = caught.value.refusals
    assert (Path(refusal.filename).name, refusal.line, refusal.column) == ("other_file.py", 3, 12)


def test_names_of_what_is_asked_for_stay() -> None:
    """The inner derivatives have other suffixes, so that adding one changes no name that somebody calls."""
    text = HEAD + "def f(x: float) -> float:\n    return x * ad.grad(math.sin)(x)\n"
    assert differentiated(text, "reverse", ("f",)).derivatives[0].name == "f_b"
    text = HEAD + "def f(x: float) -> float:\n    return x * ad.jvp(math.sin, (x,), (1.0,))[1]\n"
    assert differentiated(text, "forward", ("f",)).derivatives[0].name == "f_d"
