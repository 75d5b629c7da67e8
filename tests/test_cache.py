"""What is generated at import is kept beside the byte code: used when it is true, and never when it is not."""

from __future__ import annotations

import marshal
import sys
from pathlib import Path

import pytest

from adtransform.imports import source_of
from adtransform.live import cache
from tests.bench.stress import ACTIONS, damage, leave, obstruct, stressed, truncate

HEAD = {"names": ("f_d", None, 1.5)}
KEY = cache.key(b"x = 1", None)


def packed(sources: cache.Sources = (), imports: cache.Imports = ()) -> bytes:
    return cache.pack(KEY, HEAD, sources, imports, [("text", b"code"), {"f": 1}])


@pytest.fixture(autouse=True)
def writing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "dont_write_bytecode", False)


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "model.py"
    path.write_text("x = 1")
    return path


def kept(source: Path, data: bytes) -> str:
    """Write an entry for a file; its path."""
    path = cache.location(str(source), "test")
    cache.write(path, data, str(source))
    return path


def test_what_was_written_is_read(source: Path) -> None:
    path = kept(source, packed())
    entry = cache.read(path, KEY)
    assert entry is not None
    assert (entry.head, entry.blob(0), entry.blob(1)) == (HEAD, ("text", b"code"), {"f": 1})
    assert [p.name for p in (source.parent / "__pycache__").iterdir()] == [Path(path).name]


def test_entries_for_something_else_are_not_read(source: Path) -> None:
    path = kept(source, packed())
    assert cache.read(path, cache.key(b"x = 2", None)) is None
    assert cache.read(path, cache.key(b"x = 1", {"": (("x",), ("forward",))})) is None
    assert cache.read(path + "x", KEY) is None


def test_keys_tell_levels_of_optimisation_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    class Flags:
        optimize = sys.flags.optimize + 1

    monkeypatch.setattr(sys, "flags", Flags)
    assert cache.key(b"x = 1", None) != KEY


def test_what_is_damaged_is_absent(source: Path) -> None:
    whole = packed()
    path = kept(source, whole)
    for damaged in [whole[:n] for n in range(len(whole))] + [
        whole[:n] + bytes([whole[n] ^ 255]) + whole[n + 1 :] for n in range(len(whole))
    ]:
        Path(path).write_bytes(damaged)
        entry = cache.read(path, KEY)
        if entry is not None:
            with pytest.raises(cache.Damaged):
                assert (entry.head, entry.blob(0), entry.blob(1)) == (HEAD, ("text", b"code"), {"f": 1})


def test_an_entry_that_was_replaced_meanwhile_counts_as_damaged(source: Path) -> None:
    path = kept(source, packed())
    entry = cache.read(path, KEY)
    assert entry is not None
    Path(path).write_bytes(cache.pack(KEY, HEAD, (), (), [("other", b"code"), {}]))
    with pytest.raises(cache.Damaged):
        entry.blob(0)
    Path(path).unlink()
    with pytest.raises(cache.Damaged):
        entry.blob(1)


def test_files_that_changed_or_vanished_make_it_untrue(source: Path, tmp_path: Path) -> None:
    other = tmp_path / "wing.py"
    other.write_text("y = 1")
    sources = ((str(other), cache.file_digest(str(other))), (str(tmp_path / "absent.py"), None))
    path = kept(source, packed(sources))
    assert cache.read(path, KEY) is not None
    other.write_text("y = 2")
    assert cache.read(path, KEY) is None
    other.write_text("y = 1")
    assert cache.read(path, KEY) is not None
    (tmp_path / "absent.py").write_text("")
    assert cache.read(path, KEY) is None


def test_imports_that_lead_elsewhere_make_it_untrue(source: Path, tmp_path: Path) -> None:
    (tmp_path / "wing").mkdir()
    package = tmp_path / "wing" / "__init__.py"
    package.write_text("")
    asked = (str(source), "wing", "lift", 0)
    assert source_of(*asked) == str(package)
    path = kept(source, packed((), ((asked, str(package)),)))
    assert cache.read(path, KEY) is not None
    (tmp_path / "wing.py").write_text("")  # hides the package from the tool
    assert cache.read(path, KEY) is None


def test_nothing_is_written_where_python_writes_no_byte_code(source: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    kept(source, packed())
    monkeypatch.setattr(sys.implementation, "cache_tag", None)
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    assert kept(source, packed()) == ""
    assert not (source.parent / "__pycache__").exists()


def test_entries_go_where_byte_code_goes(source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    prefix = tmp_path / "elsewhere"
    monkeypatch.setattr(sys, "pycache_prefix", str(prefix))
    path = kept(source, packed())
    assert path.startswith(str(prefix))
    assert cache.read(path, KEY) is not None


def test_folders_that_cannot_be_written_to_are_left_alone(source: Path) -> None:
    folder = source.parent / "__pycache__"
    folder.write_text("no folder")
    path = kept(source, packed())
    assert cache.read(path, KEY) is None
    folder.unlink()
    folder.mkdir()
    Path(path).mkdir()  # where the entry should be
    kept(source, packed())
    assert [p.name for p in folder.iterdir()] == [Path(path).name]


def test_heads_are_of_types_that_marshal_knows() -> None:
    with pytest.raises(ValueError, match="unmarshallable"):
        cache.pack(KEY, object(), (), (), [])
    assert marshal.loads(marshal.dumps(HEAD)) == HEAD


def test_many_processes_at_once(tmp_path: Path) -> None:
    change = ACTIONS[2]
    warm = stressed(tmp_path, 2, 6, (leave, leave, change, truncate, damage, obstruct))
    assert warm >= 2
