"""What the user asked for: `[tool.adtransform]` in pyproject.toml, and the texts of the command line's options.

[tool.adtransform]
mode = "forward"                                        # the options of the command line, for every run

[[tool.adtransform.targets]]                            # what a bare `adgen` writes; paths start at this file
input = "src/drag.py"
output = "src/drag_d.py"
function = ["drag"]
wrt = "v,cd"
"""

from __future__ import annotations

import ast
import difflib
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

MODES = ("forward", "reverse")
LISTS = ("function", "wrt", "no-opt")
SETTINGS = (*LISTS, "mode", "keep-going")
SECTION = "[tool.adtransform]"

Settings = dict[str, Any]  # click's parameter names ("no_opt"), values of click's types


class ConfigError(ValueError):
    """The configuration, or the text of an option, is not what it should be."""


@dataclass(frozen=True, slots=True)
class Target:
    """One file to generate, with the settings that hold for it alone."""

    input: Path
    output: Path
    settings: Settings


@dataclass(frozen=True, slots=True)
class Config:
    """The content of `[tool.adtransform]`; `path` is the file it was read from, if there is one."""

    path: Path | None
    settings: Settings
    targets: tuple[Target, ...]


def load(start: Path) -> Config:
    """Read the settings from the nearest pyproject.toml in `start`, a folder, or above it.

    Returns:
        The settings and targets; empty where there is no pyproject.toml or it says nothing about adtransform.

    Raises:
        ConfigError: the file cannot be read, or holds an unknown key or a value of the wrong kind.
    """
    path = nearest(start)
    if path is None:
        return Config(None, {}, ())
    import tomllib

    try:
        content = tomllib.loads(path.read_bytes().decode("utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise ConfigError(f"{path}: {error}") from None
    tool = content.get("tool", {})
    section = tool.get("adtransform", {}) if isinstance(tool, dict) else {}
    try:
        return Config(path, *read_section(section, path.parent))
    except ConfigError as error:
        raise ConfigError(f"{path}: {error}") from None


def nearest(start: Path) -> Path | None:
    """The nearest pyproject.toml in `start` or in a folder above it."""
    folder = start.absolute()
    return next((f / "pyproject.toml" for f in (folder, *folder.parents) if (f / "pyproject.toml").is_file()), None)


def read_section(section: object, folder: Path) -> tuple[Settings, tuple[Target, ...]]:
    """Check and convert the table `[tool.adtransform]`.

    Raises:
        ConfigError: an unknown key or a value of the wrong kind.
    """
    if not isinstance(section, dict):
        raise ConfigError(f"{SECTION} should be a table")
    known_keys(section, (*SETTINGS, "targets"), SECTION)
    tables = section.get("targets", [])
    if not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
        raise ConfigError(f"{SECTION} targets should be an array of tables with `input` and `output`")
    targets = tuple(read_target(table, folder, f"{SECTION} targets[{i}]") for i, table in enumerate(tables))
    seen: set[str] = set()
    for target in targets:
        place = os.path.realpath(target.output)
        if place in seen:
            raise ConfigError(f"{SECTION} two targets have the output {target.output.name}")
        seen.add(place)
    return read_settings(section, SECTION), targets


def read_target(table: Mapping[str, object], folder: Path, where: str) -> Target:
    """Check and convert one table of `targets`."""
    known_keys(table, ("input", "output", *SETTINGS), where)
    paths = []
    for key in ("input", "output"):
        value = table.get(key)
        if not isinstance(value, str) or not value:
            raise ConfigError(f"{where} needs `{key}`, a path relative to pyproject.toml")
        paths.append(folder / value)
    return Target(paths[0], paths[1], read_settings(table, where))


def read_settings(table: Mapping[str, object], where: str) -> Settings:
    """The settings in a table, under the names and with the types that the command line's parameters have."""
    settings: Settings = {}
    for key in LISTS:
        if key in table:
            value = table[key]
            texts = [value] if isinstance(value, str) else value
            if not isinstance(texts, list) or not all(isinstance(text, str) for text in texts):
                raise ConfigError(f"{where} {key} should be a string or a list of strings, not {value!r}")
            settings[key.replace("-", "_")] = tuple(texts)
    if "mode" in table:
        if table["mode"] not in MODES:
            raise ConfigError(f"{where} mode should be 'forward' or 'reverse', not {table['mode']!r}")
        settings["mode"] = table["mode"]
    if "keep-going" in table:
        if not isinstance(table["keep-going"], bool):
            raise ConfigError(f"{where} keep-going should be true or false, not {table['keep-going']!r}")
        settings["keep_going"] = table["keep-going"]
    return settings


def known_keys(table: Mapping[str, object], known: tuple[str, ...], where: str) -> None:
    """Raise `ConfigError` for the first key that is not known, with the nearest one that is."""
    for key in table:
        if key not in known:
            raise ConfigError(f"{where} {unknown('key', key, known)}")


def unknown(kind: str, name: str, known: Iterable[str]) -> str:
    """The message for a name that does not exist.

    >>> unknown("key", "mod", ["wrt", "mode"])
    "unknown key 'mod'; did you mean 'mode'?"
    >>> unknown("stage", "zzz", ["read", "desugar"])
    "unknown stage 'zzz'; there are read, desugar"
    """
    names = list(known)
    near = difflib.get_close_matches(name, names, n=1)
    return f"unknown {kind} {name!r}; " + (f"did you mean {near[0]!r}?" if near else f"there are {', '.join(names)}")


def split_names(texts: Iterable[str]) -> tuple[str, ...]:
    """The names in texts that are each a name or several with commas between; every name once, in order.

    Raises:
        ConfigError: there is an empty name.

    >>> split_names(["f, g", "h", "f"])
    ('f', 'g', 'h')
    """
    names = [name.strip() for text in texts for name in text.split(",")]
    if not all(names):
        raise ConfigError("a name is empty")
    return tuple(dict.fromkeys(names))


def parse_wrt(texts: Iterable[str]) -> tuple[tuple[str, ...] | None, tuple[tuple[str, tuple[str, ...]], ...]]:
    """Take `--wrt` apart: `x,y` names inputs of every function, `FUNCTION:x,y` those of one.

    Returns:
        The inputs for every function, or None; and those of single functions.

    Raises:
        ConfigError: there is an empty name.

    >>> parse_wrt(["x,y", "f:u"])
    (('x', 'y'), (('f', ('u',)),))
    """
    common: list[str] = []
    single: dict[str, list[str]] = {}
    for text in texts:
        function, colon, names = text.rpartition(":")
        if colon and not function.strip():
            raise ConfigError(f"there is no function name before the colon in {text!r}")
        (single.setdefault(function.strip(), []) if colon else common).append(names)
    return split_names(common) or None, tuple((f, split_names(names)) for f, names in single.items())


def parse_point(texts: Iterable[str]) -> dict[str, object]:
    """Take `--at` apart: `x=0.7,label="a,b",p=(1, 2)`; the values are Python literals.

    Raises:
        ConfigError: the text has another form, a value is not a literal, or a name stands twice.

    >>> parse_point(["x=-0.7,p=(1, 2)", "n=3"])
    {'x': -0.7, 'p': (1, 2), 'n': 3}
    """
    point: dict[str, object] = {}
    for text in texts:
        try:
            call = ast.parse(f"f({text}\n)", mode="eval").body
        except (SyntaxError, ValueError, MemoryError, RecursionError):
            raise ConfigError(f"{text!r} is not of the form x=0.7,y=1.3") from None
        if not isinstance(call, ast.Call) or not isinstance(call.func, ast.Name) or call.args:
            raise ConfigError(f"{text!r} is not of the form x=0.7,y=1.3")
        for keyword in call.keywords:
            if keyword.arg is None or keyword.arg in point:
                raise ConfigError(f"{keyword.arg} stands twice" if keyword.arg else f"{text!r} has no name")
            try:
                point[keyword.arg] = ast.literal_eval(keyword.value)
            except (ValueError, TypeError, RecursionError, MemoryError):
                message = f"the value of {keyword.arg} is not a literal (a number, text, True, False, None or a tuple)"
                raise ConfigError(message) from None
    return point
