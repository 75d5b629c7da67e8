"""`@adtransform.differentiable`: the function stays what it is, and has its derivatives."""

from __future__ import annotations

import copy
import functools
import inspect
import linecache
import math
import pickle
import sys
import traceback
from collections.abc import Iterator
from pathlib import Path
from textwrap import dedent

import pytest

import adtransform as ad
from adtransform.pipeline import Options, Result, transform
from tests.modules import Folder, folders

MODEL = """
    '''A model.'''
    import functools
    import math

    import adtransform as ad
    from wing import lift

    RHO = 1.5


    @ad.differentiable
    def force(v: float, cd: float = RHO) -> float:
        '''Newtons.'''
        return area(v) * cd * lift(v)


    @ad.differentiable(wrt="v", modes="forward")
    def area(v: float, k: float = 1.0) -> float:
        return math.sin(v) * k


    @ad.differentiable
    @functools.lru_cache
    def cached(x: float) -> float:
        return x * x


    def plain(x: float) -> float:
        return x
    """

WING = """
    def lift(u: float) -> float:
        return {factor} * u
    """


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Folder]:
    for found in folders(tmp_path, monkeypatch):
        found.write("wing.py", WING.format(factor=2.0))
        yield found


def test_functions_stay_what_they_are(folder: Folder) -> None:
    model = folder.load(MODEL)
    force = model.force
    assert type(force) is type(model.plain)
    assert force(0.5) == math.sin(0.5) * 1.5 * 1.0
    assert str(inspect.signature(force)) == "(v: float, cd: float = 1.5) -> float"
    assert inspect.getsource(force).startswith("@ad.differentiable\ndef force(")
    assert (force.__name__, force.__doc__, force.__module__) == ("force", "Newtons.", "model")
    assert pickle.loads(pickle.dumps(force)) is force
    assert copy.deepcopy(force) is force
    assert not hasattr(force, "__wrapped__")
    assert set(vars(model)) >= {"force", "area", "RHO"} and "force_d" not in vars(model)


def test_derivatives(folder: Folder) -> None:
    force = folder.load(MODEL).force
    slope = 1.5 * 2.0 * (math.cos(0.5) * 0.5 + math.sin(0.5))
    assert force.tangent(0.5, v_d=1.0) == (force(0.5), pytest.approx(slope))
    value, (v_b, cd_b) = force.adjoint(0.5)
    assert (value, v_b, cd_b) == (force(0.5), pytest.approx(slope), pytest.approx(math.sin(0.5)))
    assert force.grad(0.5) == pytest.approx(slope)
    assert force.value_and_grad(0.5) == (value, pytest.approx(slope))


def test_options_choose_inputs_and_modes(folder: Folder) -> None:
    model = folder.load(MODEL)
    assert list(inspect.signature(model.area.tangent).parameters) == ["v", "k", "v_d"]
    assert not hasattr(model.area, "adjoint") and not hasattr(model.area, "grad")
    assert "area_b" not in model.area.source


def test_gradients_are_with_respect_to_what_was_chosen(folder: Folder) -> None:
    model = folder.load("""
        from adtransform import differentiable

        @differentiable(wrt="y")
        def one(x: float, y: float) -> float:
            return x * y * y

        @differentiable(wrt=("y", "x"))
        def both(x: float, y: float) -> float:
            return x * y * y
        """)
    assert model.one.grad(2.0, 3.0) == 12.0
    assert model.both.grad(2.0, 3.0) == (12.0, 9.0)
    assert model.one.adjoint(2.0, 3.0) == (18.0, 12.0)


def test_the_source_is_all_that_was_generated(folder: Folder) -> None:
    force = folder.load(MODEL).force
    for name in ("force_d", "area_d", "lift_d", "force_b", "area_b", "lift_b"):
        assert force.source.count(f"def {name}(") == 1
    assert "adtransform" not in force.source and "differentiable" not in force.source
    compile(force.source, "<source>", "exec")


def test_derivatives_show_themselves_before_they_are_used(folder: Folder) -> None:
    force = folder.load(MODEL).force
    late = force.adjoint
    assert "adjoint of force" in repr(late)
    assert list(inspect.signature(late).parameters) == ["v", "cd", "seed"]
    assert inspect.getsource(late).startswith("def force_b(")
    assert "Adjoint of `force`" in (late.__doc__ or "") and late.__name__ == "force_b"
    assert inspect.isfunction(force.adjoint) and force.adjoint is not late  # it took its place
    assert late(0.5) == force.adjoint(0.5)


def test_derivatives_can_be_pickled(folder: Folder) -> None:
    force = folder.load(MODEL).force
    for kind in ("tangent", "adjoint", "grad", "value_and_grad"):
        late = getattr(force, kind)
        assert pickle.loads(pickle.dumps(late)) is late
        late(0.5, **({"v_d": 1.0} if kind == "tangent" else {}))
        made = getattr(force, kind)
        assert made is not late and pickle.loads(pickle.dumps(made)) is made


def test_higher_order(folder: Folder) -> None:
    cube = folder.load("""
        import adtransform as ad

        @ad.differentiable
        def cube(x: float) -> float:
            return x * x * x
        """).cube
    assert ad.tangent(cube.adjoint)(2.0, x_d=1.0) == ((8.0, 12.0), (12.0, 12.0))  # not used before
    assert ad.tangent(cube.adjoint)(2.0, x_d=1.0) == ((8.0, 12.0), (12.0, 12.0))
    assert ad.adjoint(cube.tangent)(2.0, 1.0, seed=(0.0, 1.0))[1][0] == 12.0


def test_defaults_and_globals_are_the_live_ones(folder: Folder) -> None:
    model = folder.load(MODEL)
    model.RHO = 7.0  # too late for a default
    model.force.__defaults__ = (3.0,)
    assert model.force.tangent(0.5, v_d=0.0)[0] == model.force(0.5) == math.sin(0.5) * 3.0


def test_one_run_for_each_mode(folder: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []

    def counted(source: str, filename: str, options: Options) -> Result:
        asked.append((options.mode, options.functions))
        return transform(source, filename, options)

    monkeypatch.setattr("adtransform.live.cold.transform", counted)
    folder.load(MODEL)
    assert asked == [("forward", ("force", "area", "cached")), ("reverse", ("force", "cached"))]
    folder.imported()
    assert len(asked) == 2


def test_warm_imports_load_no_parser(folder: Folder) -> None:
    folder.load(MODEL)
    program = """
        import sys
        import model
        heavy = [name for name in ("libcst", "numpy", "click", "hashlib", "ctypes") if name in sys.modules]
        gradients = model.force.grad(0.5), model.force.value_and_grad(0.5, 2.0)
        print(heavy, "def force_b(" in model.force.source, gradients, "libcst" in sys.modules)
        """
    force = folder.imported().force
    assert folder.out(program) == f"[] True {(force.adjoint(0.5)[1][0], force.value_and_grad(0.5, 2.0))} False"
    light = "import sys, adtransform.live.decorator; print('ast' in sys.modules, 'inspect' in sys.modules)"
    assert folder.out(light) == "False False"


def test_levels_of_optimisation_are_told_apart(folder: Folder) -> None:
    folder.load(MODEL)
    program = "import sys, model; print(model.force.adjoint(0.0)[0], 'libcst' in sys.modules)"
    assert folder.out(program, "-O") == "0.0 True"
    assert folder.out(program, "-O") == "0.0 False"
    assert folder.out(program) == "0.0 False"


def test_nothing_stale_is_used(folder: Folder) -> None:
    assert folder.load(MODEL).force.tangent(0.5, v_d=1.0)[0] == math.sin(0.5) * 1.5
    folder.write("wing.py", WING.format(factor=4.0))  # another file than that of the cache
    force = folder.imported().force
    assert force.tangent(0.5, v_d=1.0)[0] == force(0.5) == math.sin(0.5) * 3.0
    model = folder.load(MODEL.replace("RHO = 1.5", "RHO = 2.5").replace("math.sin", "math.cos"))
    assert model.force.tangent(0.5, v_d=1.0)[0] == model.force(0.5) == math.cos(0.5) * 2.5 * 2.0


def test_damaged_and_missing_entries_are_made_again(folder: Folder) -> None:
    expected = folder.load(MODEL).force.tangent(0.5, v_d=1.0)
    (entry,) = (folder.path / "__pycache__").glob("model.*.adgen-decorated")
    whole = entry.read_bytes()
    for damaged in (whole[:9], whole[:-9], whole[:100] + b"?" + whole[101:], whole[:-50] + b"?" * 50, b""):
        entry.write_bytes(damaged)
        assert folder.imported().force.tangent(0.5, v_d=1.0) == expected
    entry.unlink()
    assert folder.imported().force.tangent(0.5, v_d=1.0) == expected
    assert entry.read_bytes() == whole
    force = folder.imported().force
    entry.unlink()  # between the import and the first use
    assert force.tangent(0.5, v_d=1.0) == expected


def test_refusals_are_raised_at_import(folder: Folder) -> None:
    folder.write(
        "model.py",
        """
        from adtransform import differentiable

        @differentiable
        def good(x: float) -> float:
            return x * x

        @differentiable
        def bad(x: float) -> float:
            return abs(x + 1j)
        """,
    )
    with pytest.raises(ad.TransformError) as caught:
        folder.imported()
    error = caught.value
    assert (error.filename, error.lineno) == (str(folder.path / "model.py"), 10)
    assert error.refusals[0].frame() in str(error)
    shown = folder.run("-c", "import model").stderr
    assert "line 10\n    return abs(x + 1j)\n" in shown
    assert "TransformError: D003 complex numbers are not differentiated\n = help: Write it with floats." in shown


def test_refusals_name_the_callee_at_fault(folder: Folder) -> None:
    text = """
        from adtransform import differentiable

        @differentiable
        def f(x: float) -> float:
            return g(x)

        def g(x):
            return abs(x + 1j)
        """
    with pytest.raises(ad.TransformError) as caught:
        folder.load(text)
    assert (caught.value.lineno, caught.value.refusals[0].function) == (9, "g")


@pytest.mark.parametrize(
    ("decorator", "message"),
    [
        ("@differentiable(wrt='y')", "`f` has no parameter `y`"),
        ("@differentiable\n@functools.wraps(print)", "`print` is wrapped by a decorator"),
    ],
)
def test_wrong_use_is_refused(folder: Folder, decorator: str, message: str) -> None:
    wrapper = "def wrapped(g):\n    @functools.wraps(g)\n    def inner(x): return 2 * g(x)\n    return inner\n"
    decorator = decorator.replace("@functools.wraps(print)", "@wrapped").replace("print", "f")
    text = (
        f"import functools\nfrom adtransform import differentiable\n{wrapper}{decorator}\ndef f(x: float): return x\n"
    )
    with pytest.raises(ad.TransformError, match=message.replace("print", "f")):
        folder.load(text)


def test_what_is_no_function_and_no_option_raises() -> None:
    with pytest.raises(TypeError, match="decorates functions"):
        ad.differentiable(math.sin)
    with pytest.raises(ValueError, match="`modes` takes"):
        ad.differentiable(modes="sideways")
    for wrt in ((1, 2), 3, "", ()):
        with pytest.raises(TypeError, match="`wrt` takes"):
            ad.differentiable(wrt=wrt)  # type: ignore[call-overload]
    with pytest.raises(TypeError, match="give inputs as `wrt='x'`"):
        ad.differentiable("x")  # type: ignore[call-overload]


def test_what_is_not_found_statically_has_a_run_of_its_own(folder: Folder) -> None:
    model = folder.load("""
        import adtransform as ad

        NAMES = ("x",)
        renamed = ad.differentiable
        together = lambda f: ad.differentiable(wrt="x")(f)

        @ad.differentiable(wrt=NAMES)
        def dynamic(x: float, y: float) -> float:
            return below(x) * y

        @renamed
        def aliased(x: float) -> float:
            return x * x

        def late(x: float) -> float:
            return x * x * x

        together(late)

        def below(x: float) -> float:
            return 3.0 * x
        """)
    assert model.dynamic.adjoint(2.0, 5.0) == (30.0, 15.0)
    assert model.aliased.adjoint(2.0) == (4.0, 4.0)
    assert model.late.adjoint(2.0) == (8.0, 12.0)


def test_other_decorators_above_and_below(folder: Folder) -> None:
    model = folder.load(MODEL)
    assert isinstance(model.cached, functools._lru_cache_wrapper)
    assert model.cached.adjoint(3.0) == (9.0, 6.0) and model.cached.cache_info().misses == 0
    above = folder.load(
        MODEL.replace("@ad.differentiable\n    @functools.lru_cache", "@functools.lru_cache\n    @ad.differentiable")
    )
    assert above.cached.tangent(3.0, 1.0) == (9.0, 6.0)


def test_methods(folder: Folder) -> None:
    model = folder.load("""
        import adtransform as ad

        class Body:
            mass: float

            def __init__(self, mass: float) -> None:
                self.mass = mass

            @ad.differentiable(wrt="a")
            def force(self, a: float) -> float:
                return self.mass * a * a

            @staticmethod
            @ad.differentiable
            def square(x: float) -> float:
                return x * x

            @ad.differentiable
            @staticmethod
            def cube(x: float) -> float:
                return x * x * x

            SCALE = 3.0

            @ad.differentiable(wrt="x")
            @classmethod
            def scaled(cls, x: float) -> float:
                return cls.SCALE * x * x

        class Heavy(Body):
            SCALE = 5.0
        """)
    body = model.Body(3.0)
    assert body.force(2.0) == 12.0
    assert model.Body.force.adjoint(body, 2.0) == (12.0, 12.0)
    assert body.square(3.0) == model.Body.square(3.0) == 9.0
    assert model.Body.square.adjoint(3.0) == body.square.tangent(3.0, 1.0) == (9.0, 6.0)
    assert body.cube(2.0) == 8.0 and model.Body.cube.grad(2.0) == 12.0
    assert model.Body.scaled(2.0) == 12.0 and model.Heavy.scaled(2.0) == 20.0
    for cls, slope in ((model.Body, 12.0), (model.Heavy, 20.0)):
        assert cls.scaled.grad(cls, 2.0) == cls.scaled.adjoint(cls, 2.0)[1] == slope
        assert cls.scaled.tangent(cls, 2.0, 1.0) == (cls.scaled(2.0), slope)


def test_nested_functions(folder: Folder) -> None:
    model = folder.load("""
        import adtransform as ad

        def outer(k: float):
            @ad.differentiable
            def inner(x: float) -> float:
                return k * x * x
            return inner
        """)
    assert model.outer(3.0).adjoint(2.0) == (12.0, 12.0)
    assert model.outer(5.0).tangent(2.0, 1.0) == (20.0, 20.0)


def test_functions_without_a_file() -> None:
    text = "import adtransform as ad\n\n@ad.differentiable\ndef f(x: float) -> float:\n    return x * x\n"
    linecache.cache["<cell 1>"] = (len(text), None, text.splitlines(keepends=True), "<cell 1>")
    names: dict[str, ad.live.decorator.Differentiable[[float], float]] = {}  # type: ignore[name-defined]
    exec(compile(text, "<cell 1>", "exec"), names)
    assert names["f"].adjoint(3.0) == (9.0, 6.0)
    exec(text, names)
    with pytest.raises(ad.TransformError, match="the source of `f` cannot be found"):
        names["f"].adjoint(3.0)


def test_a_function_that_was_replaced_is_refused(folder: Folder) -> None:
    model = folder.load(MODEL)
    model.area = lambda v, k=1.0: v
    with pytest.raises(ad.TransformError, match="`area`, which `force` calls, is no longer the function"):
        model.force.tangent(0.5, v_d=1.0)
    for where in ("wing", "model"):
        model = folder.imported()
        sys.modules[where].lift = math.sin  # type: ignore[attr-defined]
        with pytest.raises(ad.TransformError, match="`lift`, which `force` calls, is no longer the function"):
            model.force.tangent(0.5, v_d=1.0)


def test_exponents_that_changed_are_refused(folder: Folder) -> None:
    text = """
        import adtransform as ad
        from powers import cubed

        N = 2
        M = 1
        M += 1

        @ad.differentiable
        def power(x: float) -> float:
            return x**N

        @ad.differentiable
        def both(x: float) -> float:
            return cubed(x) * x**M
        """
    folder.write("powers.py", "K = 3\ndef cubed(x: float) -> float:\n    return x**K\n")
    model = folder.load(text)
    assert model.power.grad(3.0) == 6.0 and model.both.adjoint(2.0) == (32.0, 80.0)
    model.N = 3
    assert model.power.grad(3.0) == 27.0  # made anew
    with pytest.raises(ad.TransformError, match="`N`, an exponent, is no longer"):
        model.power.adjoint(3.0)
    model.N = 2
    sys.modules["powers"].K = 4  # type: ignore[attr-defined]
    with pytest.raises(ad.TransformError, match="`K`, an exponent, is no longer"):
        model.both.tangent(2.0, 1.0)


def test_byte_code_that_is_older_than_its_source_is_refused(folder: Folder) -> None:
    path = folder.write("model.py", MODEL)
    code = compile(dedent(MODEL).replace("* cd", "/ cd"), str(path), "exec")  # as from another source
    names = {"__name__": "model", "__file__": str(path)}
    exec(code, names)
    with pytest.raises(ad.TransformError, match="the source of `force` is no longer what was imported"):
        names["force"].tangent(0.5, v_d=1.0)  # type: ignore[attr-defined]


def test_reloading_makes_new_derivatives(folder: Folder) -> None:
    import importlib

    model = folder.load(MODEL)
    before = model.force.tangent(0.5, v_d=1.0)
    folder.write("model.py", MODEL.replace("math.sin", "math.cos"))
    importlib.reload(model)
    assert model.force.tangent(0.5, v_d=1.0)[0] == model.force(0.5) != before[0]


def test_scripts(folder: Folder) -> None:
    path = folder.write("script.py", MODEL + "\n    print(force.grad(0.0), force.tangent(0.0, v_d=1.0))\n")
    first, second = (folder.run(str(path)) for _ in range(2))
    assert first.stdout == second.stdout == "0.0 (0.0, 0.0)\n", first.stderr + second.stderr


def test_generated_modules_do_not_mention_the_package(folder: Folder) -> None:
    path = folder.write("model.py", MODEL)
    for mode in ("forward", "reverse"):
        done = folder.run("-m", "adtransform", str(path), "--mode", mode)
        assert done.returncode == 0, done.stderr
        assert "adtransform" not in done.stdout and "differentiable" not in done.stdout


def test_errors_say_what_the_code_was_generated_from(folder: Folder) -> None:
    model = folder.load("""
        import adtransform as ad

        @ad.differentiable
        def ratio(x: float) -> float:
            return 1.0 / inverse(x)

        def inverse(x: float) -> float:
            return 1.0 / x
        """)
    with pytest.raises(ZeroDivisionError) as caught:
        model.ratio.tangent(0.0, 1.0)
    shown = "".join(traceback.format_exception(caught.value))
    assert " from ratio, model.py:5>" in shown and " from inverse, model.py:8>" in shown
    assert "t1 = 1.0 / x" in shown
    for derivative in (ad.adjoint(model.ratio), model.ratio.adjoint):
        with pytest.raises(ZeroDivisionError) as caught:
            derivative(0.0)
        assert " from ratio, model.py:5>" in "".join(traceback.format_exception(caught.value))


def test_threads_get_the_same_functions(folder: Folder) -> None:
    from concurrent.futures import ThreadPoolExecutor

    model = folder.load(MODEL)
    late = model.force.adjoint
    with ThreadPoolExecutor(8) as pool:
        found = set(pool.map(lambda _: (late(0.5), ad.tangent(model.force.tangent) and 0), range(16)))
    assert len(found) == 1
