"""`[tool.adtransform]`, the texts of options, and files: encodings, line endings, atomic writes."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from adtransform import config, files
from adtransform.diagnostics import TransformError


def write_config(folder: Path, text: str) -> Path:
    path = folder / "pyproject.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_no_file_means_no_settings(tmp_path: Path) -> None:
    write_config(tmp_path, "[project]\nname = 'x'\n")
    assert config.load(tmp_path / "not" / "there") == config.Config(tmp_path / "pyproject.toml", {}, ())


def test_settings_have_the_names_and_types_of_the_parameters(tmp_path: Path) -> None:
    write_config(
        tmp_path,
        "[tool.adtransform]\nfunction = 'f,g'\nwrt = ['x,y', 'f:u']\nmode = 'reverse'\n"
        "no-opt = ['share']\nkeep-going = true\n",
    )
    assert config.load(tmp_path).settings == {
        "function": ("f,g",),
        "wrt": ("x,y", "f:u"),
        "mode": "reverse",
        "no_opt": ("share",),
        "keep_going": True,
    }


def test_the_nearest_file_wins(tmp_path: Path) -> None:
    inner = tmp_path / "a" / "b"
    inner.mkdir(parents=True)
    write_config(tmp_path, "[tool.adtransform]\nmode = 'reverse'\n")
    assert config.load(inner).settings == {"mode": "reverse"}
    write_config(inner.parent, "")
    assert config.load(inner).settings == {}


def test_targets_start_at_the_file(tmp_path: Path) -> None:
    write_config(
        tmp_path,
        "[[tool.adtransform.targets]]\ninput = 'src/f.py'\noutput = 'src/f_d.py'\nwrt = 'x'\n"
        "[[tool.adtransform.targets]]\ninput = 'src/f.py'\noutput = 'src/f_b.py'\nmode = 'reverse'\n",
    )
    src = tmp_path / "src"
    assert config.load(tmp_path).targets == (
        config.Target(src / "f.py", src / "f_d.py", {"wrt": ("x",)}),
        config.Target(src / "f.py", src / "f_b.py", {"mode": "reverse"}),
    )


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[tool.adtransform]\nmod = 'forward'", "unknown key 'mod'; did you mean 'mode'?"),
        ("[tool.adtransform]\nno_opt = 'share'", "did you mean 'no-opt'?"),
        ("[tool.adtransform]\nmode = 'backward'", "mode should be 'forward' or 'reverse', not 'backward'"),
        ("[tool.adtransform]\nwrt = 3", "wrt should be a string or a list of strings, not 3"),
        ("[tool.adtransform]\nfunction = ['f', 1]", "function should be a string or a list of strings"),
        ("[tool.adtransform]\nkeep-going = 'yes'", "keep-going should be true or false"),
        ("[tool.adtransform]\ntargets = 'f.py'", "targets should be an array of tables"),
        ("[tool.adtransform]\ntargets = [{input = 'f.py'}]", "targets[0] needs `output`"),
        (
            "[tool.adtransform]\ntargets = [{input = 'f.py', output = 'g.py', modes = 'x'}]",
            "targets[0] unknown key 'modes'",
        ),
        ("[tool]\nadtransform = 1", "should be a table"),
        (
            "[tool.adtransform]\ntargets = [{input = 'f.py', output = 'g.py'}, {input = 'h.py', output = './g.py'}]",
            "two targets have the output g.py",
        ),
        ("[tool.adtransform", "pyproject.toml: "),
    ],
)
def test_what_is_wrong_is_named(tmp_path: Path, text: str, message: str) -> None:
    path = write_config(tmp_path, text)
    with pytest.raises(config.ConfigError) as caught:
        config.load(tmp_path)
    assert str(caught.value).startswith(f"{path}: ")
    assert message in str(caught.value)


def test_a_file_that_is_not_utf8_is_named(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_bytes(b"# \xff\n")
    with pytest.raises(config.ConfigError, match=r"pyproject\.toml: "):
        config.load(tmp_path)


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        ([], (None, ())),
        (["x,y", "z"], (("x", "y", "z"), ())),
        (["f:x,y", "f:z", "g:u"], (None, (("f", ("x", "y", "z")), ("g", ("u",))))),
        (["x", " f : u , v "], (("x",), (("f", ("u", "v")),))),
    ],
)
def test_wrt(texts: list[str], expected: object) -> None:
    assert config.parse_wrt(texts) == expected


@pytest.mark.parametrize("text", ["", "x,,y", ":x", "f:", "f:x,"])
def test_wrt_with_an_empty_name(text: str) -> None:
    with pytest.raises(config.ConfigError):
        config.parse_wrt([text])


def test_point() -> None:
    text = "x=-0.7, n=3,name='a,b=c',p=(1, (2.0, 3)),flag=True,nothing=None,big=1e999"
    assert config.parse_point([text]) == {
        "x": -0.7,
        "n": 3,
        "name": "a,b=c",
        "p": (1, (2.0, 3)),
        "flag": True,
        "nothing": None,
        "big": float("inf"),
    }


@pytest.mark.parametrize(
    "text", ["x", "x=", "x=y", "x=1,x=2", "1", "x=1)+f(y=2", "**{'x': 1}", "x=f()", "x=1\0", "(" * 500]
)
def test_point_of_another_form(text: str) -> None:
    with pytest.raises(config.ConfigError):
        config.parse_point([text])


# --- files -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("data", "text", "newline"),
    [
        (b"", "", "\n"),
        (b"x = 1", "x = 1", "\n"),
        (b"x = 1\r\ny = 2\r\n", "x = 1\ny = 2\n", "\r\n"),
        (b"x = 1\ry = 2\r", "x = 1\ny = 2\n", "\r"),
        (b"\xef\xbb\xbfx = 1\n", "x = 1\n", "\n"),
        ("x = 'é'\n".encode(), "x = 'é'\n", "\n"),
        ("# coding: latin-1\nx = 'é'\n".encode("latin-1"), "# coding: utf-8\nx = 'é'\n", "\n"),
        (
            "#!/usr/bin/python\n# -*- coding: cp1252 -*-\n#€".encode("cp1252"),
            "#!/usr/bin/python\n# -*- coding: utf-8 -*-\n#€",
            "\n",
        ),
        (b"# -*- coding: UTF-8 -*-\n", "# -*- coding: UTF-8 -*-\n", "\n"),
    ],
)
def test_decode(data: bytes, text: str, newline: str) -> None:
    assert files.decode(data, "f.py") == files.Source(text, newline)


@pytest.mark.parametrize(
    ("data", "line", "column"),
    [
        (b"\xff\xfex\0", 1, 1),
        (b"x = 1\ny = '\xe9'\n", 2, 6),
        (b"a\r\nb\r\n\r\nz = '\xc3\xa9\xff'\r\n", 4, 7),
        (b"\xef\xbb\xbf# \xff\n", 1, 3),
        (b"# coding: ascii\nx = '\xc3\xa9'", 2, 6),
        (b"# coding: nonsense\n", 1, 1),
        (b"# coding: hex\n", 1, 1),
        (b"\xef\xbb\xbf# coding: latin-1\n", 1, 1),
    ],
)
def test_what_is_not_text_is_located(data: bytes, line: int, column: int) -> None:
    with pytest.raises(TransformError) as caught:
        files.decode(data, "f.py")
    (refusal,) = caught.value.refusals
    assert (refusal.filename, refusal.line, refusal.column, refusal.code) == ("f.py", line, column, "E003")
    assert refusal.frame()


def test_line_endings_return() -> None:
    assert files.decode(b"x\r\n", "f.py").encode("y\nz\n") == b"y\r\nz\r\n"


def test_write_only_what_differs(tmp_path: Path) -> None:
    path = tmp_path / "f.py"
    assert files.write_if_changed(path, b"one")
    before = path.stat()
    assert not files.write_if_changed(path, b"one")
    assert path.stat().st_mtime_ns == before.st_mtime_ns
    assert path.stat().st_ino == before.st_ino
    assert files.write_if_changed(path, b"two")
    assert path.read_bytes() == b"two"
    assert os.listdir(tmp_path) == ["f.py"]


def test_write_keeps_the_mode_and_heeds_the_umask(tmp_path: Path) -> None:
    path = tmp_path / "f.py"
    mask = os.umask(0o027)
    try:
        files.write_if_changed(path, b"one")
    finally:
        os.umask(mask)
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    path.chmod(0o755)
    files.write_if_changed(path, b"two")
    assert stat.S_IMODE(path.stat().st_mode) == 0o755


def test_write_through_a_link(tmp_path: Path) -> None:
    target, link = tmp_path / "target.py", tmp_path / "link.py"
    target.write_bytes(b"one")
    link.symlink_to(target)
    files.write_if_changed(link, b"two")
    assert link.is_symlink()
    assert target.read_bytes() == b"two"
    assert files.same_file(link, target)
    assert not files.same_file(link, tmp_path / "other.py")


def test_a_device_is_not_replaced() -> None:
    files.write_if_changed(Path(os.devnull), b"gone")
    assert not stat.S_ISREG(os.stat(os.devnull).st_mode)


def test_a_failed_write_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "f.py"
    path.write_bytes(b"old")

    def fail(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "replace", fail)
    with pytest.raises(KeyboardInterrupt):
        files.write_if_changed(path, b"new")
    assert os.listdir(tmp_path) == ["f.py"]
    assert path.read_bytes() == b"old"


def test_difference_of_bytes_that_are_not_text() -> None:
    rows = files.difference(b"a\xff\r\nsame\x0b\nend", b"b\nsame\x0b\nend", "f")
    assert "".join(rows).encode("utf-8", "surrogateescape") == (
        b"--- f\n+++ f\n@@ -1,3 +1,3 @@\n-a\xff\r\n+b\n same\x0b\n end\n\\ No newline at end of file\n"
    )
    assert files.difference(b"same", b"same", "f") == []
