"""`install_import_hook`: modules have derivatives, and are otherwise as they were."""

from __future__ import annotations

import importlib
import inspect
import math
import pickle
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path
from textwrap import dedent

import pytest

import adtransform as ad
from tests.modules import Folder, folders

PHYSICS = """
    '''Forces.'''
    import functools
    import math
    from mypkg.wing import lift

    RHO = 1.5


    def drag(v: float, cd: float = 0.5) -> float:
        return RHO * v * v * cd * lift(v)


    def bad(x: float) -> float:
        return abs(x + 1j)


    @functools.lru_cache
    def cached(x: float) -> float:
        return math.exp(x)


    class Body:
        pass
    """

WING = """
    def lift(u: float) -> float:
        return {factor} * u
    """


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Folder]:
    before = list(sys.meta_path)
    for found in folders(tmp_path, monkeypatch):
        found.write("mypkg/__init__.py", "")
        found.write("mypkg/wing.py", WING.format(factor=2.0))
        found.write("mypkg/physics.py", PHYSICS)
        yield found
    sys.meta_path[:] = before


def test_derivatives_can_be_imported(folder: Folder) -> None:
    with ad.install_import_hook("mypkg.physics"):
        from mypkg.physics import drag, drag_b, drag_d  # type: ignore[import-not-found]
    assert drag_d(2.0, v_d=1.0) == (drag(2.0), pytest.approx(1.5 * 3.0 * 4.0))
    value, (v_b, cd_b) = drag_b(2.0)
    assert (value, v_b, cd_b) == (drag(2.0), pytest.approx(18.0), pytest.approx(24.0))
    assert (drag_b.__name__, drag_b.__module__) == ("drag_b", "mypkg.physics")
    assert inspect.getsource(drag_b).startswith("def drag_b(")
    assert pickle.loads(pickle.dumps(drag_b)) is drag_b
    assert ad.tangent(drag_b)(2.0, v_d=1.0)[0] == drag_b(2.0)


def test_modules_are_otherwise_as_they_were(folder: Folder) -> None:
    plain = folder.imported("mypkg.physics")
    names, loader, spec = set(vars(plain)), type(plain.__loader__), plain.__spec__
    with ad.install_import_hook("mypkg.physics"):
        model = folder.imported("mypkg.physics")
    assert model.drag_b(2.0)[0] == model.drag(2.0)
    assert set(vars(model)) - names == {"__getattr__", "__dir__"}
    assert type(model.__loader__) is loader and model.__spec__.loader is model.__loader__
    assert (model.__file__, model.__cached__, model.__doc__) == (plain.__file__, plain.__cached__, "Forces.")
    assert (spec is not None) and model.__spec__.origin == spec.origin
    assert inspect.getsource(model) == inspect.getsource(plain)
    assert model.drag.__code__.co_filename == model.__file__
    assert {"drag", "drag_d", "drag_b", "cached_d"} <= set(dir(model))


def test_names_of_the_module_are_never_replaced(folder: Folder) -> None:
    functions = "def f(x: float) -> float:\n    return x * x\n\n\ndef g(x: float) -> float:\n    return f(x)\n"
    folder.write("mypkg/named.py", f"f_d = 'mine'\n\n\n{functions}")
    with ad.install_import_hook("mypkg.named"):
        model = folder.imported("mypkg.named")
    assert model.f_d == "mine"
    assert model.f_b(3.0) == (9.0, 6.0)
    assert model.g_d2(3.0, 1.0) == (9.0, 6.0)  # as `f_d` is taken, tangents have another suffix
    assert model.g_d is model.g_d2


def test_other_modules_are_left_alone(folder: Folder) -> None:
    with ad.install_import_hook("mypkg.physics"):
        folder.imported("mypkg.physics")
        wing = sys.modules["mypkg.wing"]
    assert "__getattr__" not in vars(wing) and not hasattr(wing, "lift_d")


def test_packages(folder: Folder) -> None:
    folder.write("mypkg/__init__.py", "def own(x: float) -> float:\n    return x * x\n")
    with ad.install_import_hook("mypkg.*", modes="reverse"):
        package = folder.imported("mypkg")
        physics = importlib.import_module("mypkg.physics")
        from mypkg import own_b, wing
    assert own_b(3.0) == package.own_b(3.0) == (9.0, 6.0)
    assert wing.lift_b(3.0) == (6.0, 2.0) and physics.drag_b(2.0)[0] == physics.drag(2.0)
    with pytest.raises(AttributeError, match="the hook was installed for reverse mode"):
        physics.drag_d  # noqa: B018
    assert importlib.resources.files("mypkg").joinpath("wing.py").is_file()


def test_inputs_can_be_chosen(folder: Folder) -> None:
    with ad.install_import_hook("mypkg.physics", wrt="v"):
        model = folder.imported("mypkg.physics")
    assert model.drag_b(2.0) == (model.drag(2.0), pytest.approx(18.0))


def test_refusals_say_why(folder: Folder) -> None:
    with ad.install_import_hook("mypkg.physics"):
        model = folder.imported("mypkg.physics")
    assert model.bad(3.0) == abs(3.0 + 1j)
    assert not hasattr(model, "bad_b") and not hasattr(model, "nothing_b") and not hasattr(model, "Body_d")
    place = f"{model.__file__}:15:20: D003 complex numbers are not differentiated"
    with pytest.raises(AttributeError, match="`bad` is refused") as caught:
        model.bad_b  # noqa: B018
    assert place in str(caught.value) and "return abs(x + 1j)" in str(caught.value)
    with pytest.raises(ImportError) as imported:
        from mypkg.physics import bad_d  # noqa: F401
    assert place in str(imported.value) and imported.value.name == "mypkg.physics"
    with pytest.raises(AttributeError, match=r"^module 'mypkg.physics' has no attribute 'nothing_b'$"):
        model.nothing_b  # noqa: B018
    with pytest.raises(ImportError, match="no attribute 'nothing'"):
        from mypkg.physics import nothing  # noqa: F401


def test_uninstalled_hooks_do_nothing(folder: Folder) -> None:
    before = list(sys.meta_path)
    hook = ad.install_import_hook("mypkg.physics")
    hook.uninstall()
    hook.uninstall()
    assert sys.meta_path == before
    assert "__getattr__" not in vars(folder.imported("mypkg.physics"))


def test_modules_that_were_imported_before(folder: Folder) -> None:
    model = folder.imported("mypkg.physics")
    with ad.install_import_hook("mypkg.physics"):
        assert model.drag_b(2.0)[0] == model.drag(2.0)
    assert model.drag_b(2.0)[0] == model.drag(2.0)


def test_modules_with_attributes_of_their_own_making(folder: Folder) -> None:
    own = "def __getattr__(name):\n    return f'own {name}'\n\n\ndef f(x: float) -> float:\n    return x * x\n"
    folder.write("mypkg/lazy.py", own)
    with ad.install_import_hook("mypkg.lazy"):
        model = folder.imported("mypkg.lazy")
        assert (model.f_b(3.0), model.anything, model.g_b) == ((9.0, 6.0), "own anything", "own g_b")
        importlib.reload(model)
        assert (model.f_b(3.0), model.anything) == ((9.0, 6.0), "own anything")


def test_reloading(folder: Folder) -> None:
    hook = ad.install_import_hook("mypkg.physics")
    model = folder.imported("mypkg.physics")
    old = model.drag_b
    folder.write("mypkg/physics.py", PHYSICS.replace("RHO * v * v", "RHO * v"))
    with pytest.raises(ad.TransformError, match="no longer what was imported"):
        ad.adjoint(model.drag)
    assert model.drag_b is old  # the function is still the old one
    importlib.reload(model)
    assert model.drag_b is not old and model.drag_b(2.0)[0] == model.drag(2.0) == 1.5 * 2.0 * 0.5 * 4.0
    hook.uninstall()
    folder.write("mypkg/physics.py", PHYSICS.replace("RHO * v * v", "RHO"))
    importlib.reload(model)
    assert model.drag_b(2.0)[0] == model.drag(2.0) == 1.5 * 0.5 * 4.0


def test_changed_sources_are_refused_until_they_are_imported(folder: Folder) -> None:
    with ad.install_import_hook("mypkg.physics"):
        model = folder.imported("mypkg.physics")
        folder.write("mypkg/physics.py", PHYSICS.replace("RHO * v * v", "RHO * v"))
        with pytest.raises(AttributeError, match="no longer what was imported"):
            model.drag_b  # noqa: B018
        folder.write("mypkg/wing.py", WING.format(factor=3.0))
        importlib.reload(model)  # it imports `lift` from a module that is older than its file
        with pytest.raises(AttributeError, match="`lift`, which `drag` calls, is no longer"):
            model.drag_b  # noqa: B018


def test_circular_imports(folder: Folder) -> None:
    folder.write("mypkg/first.py", "def f(x: float) -> float:\n    return x * x\n\n\nfrom mypkg.second import g\n")
    folder.write(
        "mypkg/second.py", "from mypkg.first import f, f_b\n\n\ndef g(x: float) -> float:\n    return f_b(x)[1]\n"
    )
    with ad.install_import_hook("mypkg.first", "mypkg.second"):
        model = folder.imported("mypkg.first")
    assert model.g(3.0) == 6.0


def test_warm_imports_load_no_parser(folder: Folder) -> None:
    program = """
        import sys
        import adtransform
        adtransform.install_import_hook("mypkg.*")
        from mypkg.physics import drag_b, drag_d
        print(drag_b(2.0)[0], "libcst" in sys.modules)
        """
    assert folder.out(program) == "12.0 True"
    assert folder.out(program) == "12.0 False"
    assert folder.out(program, "-O") == "12.0 True"
    folder.write("mypkg/wing.py", WING.format(factor=4.0))
    assert folder.out(program) == "24.0 True"
    assert folder.out(program) == "24.0 False"


def test_nothing_is_generated_until_it_is_asked_for(folder: Folder) -> None:
    program = "import sys, adtransform; adtransform.install_import_hook('mypkg.*'); import mypkg.physics as p"
    assert (
        folder.out(f"{program}\nprint('libcst' in sys.modules, hasattr(p, 'x_y'), p.drag(2.0))") == "False False 12.0"
    )
    assert not list(folder.path.rglob("*.adgen-*"))


def test_modules_run_as_programs(folder: Folder) -> None:
    folder.write("mypkg/main.py", "def f(x: float) -> float:\n    return x\n\n\nprint(__name__, f(2.0))\n")
    program = """
        import runpy
        import adtransform
        adtransform.install_import_hook("mypkg.*")
        runpy.run_module("mypkg.main", run_name="__main__")
        """
    assert folder.out(program) == "__main__ 2.0"


def test_zip_files(folder: Folder) -> None:
    archive = folder.path / "packed.zip"
    with zipfile.ZipFile(archive, "w") as files:
        files.writestr("zipped.py", "def f(x: float) -> float:\n    return x * x\n")
    sys.path.insert(0, str(archive))
    try:
        with ad.install_import_hook("zipped"):
            model = folder.imported("zipped")
        assert model.f_b(3.0) == (9.0, 6.0)
        assert model.__loader__.get_source("zipped").startswith("def f(")
    finally:
        sys.path.remove(str(archive))


def test_libraries_without_source_are_left_alone() -> None:
    with ad.install_import_hook("math", "builtins"):
        assert not hasattr(math, "sin_d")


def test_exponents_that_changed_are_noticed(folder: Folder) -> None:
    folder.write("powers.py", "N = 2\ndef power(x: float) -> float:\n    return x**N\n")
    with ad.install_import_hook("powers"):
        model = folder.imported("powers")
    assert model.power_b(3.0) == (9.0, 6.0)
    model.N = 3  # type: ignore[attr-defined]
    for name in ("power_b", "power_d"):
        with pytest.raises(AttributeError, match="`N`, an exponent, is no longer"):
            getattr(model, name)
    model.N = 2  # type: ignore[attr-defined]
    assert model.power_d(3.0, 1.0) == (9.0, 6.0)


def test_wrong_use_raises() -> None:
    with pytest.raises(TypeError, match="takes the names of modules"):
        ad.install_import_hook()
    with pytest.raises(ValueError, match="`modes` takes"):
        ad.install_import_hook("mypkg", modes="sideways")
    for name in ("*", "mypkg/physics.py", ""):
        with pytest.raises(ValueError, match="is no dotted name"):
            ad.install_import_hook(name)


def test_decorated_modules_may_be_hooked(folder: Folder) -> None:
    text = "import adtransform as ad\n\n\n@ad.differentiable\ndef f(x: float) -> float:\n    return x * x\n"
    folder.write("mypkg/both.py", dedent(text))
    with ad.install_import_hook("mypkg.both"):
        model = folder.imported("mypkg.both")
    assert model.f.adjoint(3.0) == model.f_b(3.0) == (9.0, 6.0)


def test_threads_import_at_once(folder: Folder) -> None:
    from concurrent.futures import ThreadPoolExecutor

    with ad.install_import_hook("mypkg.physics"), ThreadPoolExecutor(8) as pool:
        found = set(pool.map(lambda _: importlib.import_module("mypkg.physics").drag_b, range(16)))
    assert len(found) == 1
