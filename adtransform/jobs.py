"""One run of the transformation as the command line wants it: read, transform, report refusals, deliver the result."""

from __future__ import annotations

import os
import shlex
import sys
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from adtransform.config import ConfigError, Settings, Target, parse_wrt, split_names, unknown
from adtransform.diagnostics import TransformError
from adtransform.files import Source, decode, difference, same_file, write_if_changed
from adtransform.messages import DONE, FAILED, Misuse, note, reason, refuse, show_difference, show_refusal, shown

if TYPE_CHECKING:
    from adtransform.pipeline import Options, Result


@dataclass(frozen=True, slots=True)
class Job:
    """One source to differentiate.

    `source` is a path or `-`; `output` is None for standard output; `settings` has click's parameter names.
    """

    source: str
    output: Path | None
    settings: Settings
    emit: str | None = None
    check: bool = False
    diff: bool = False


def configured(job: Job, target: Target, asked: Settings) -> Job:
    """The job for a configured target; `asked` goes before the target's settings, and they before the job's."""
    settings = job.settings | target.settings | asked
    return replace(job, source=shown(target.input), output=Path(shown(target.output)), settings=settings)


def perform(job: Job) -> int:
    """Do one job and say on standard error what was refused or written.

    Returns:
        The exit status.

    Raises:
        Misuse: a file that cannot be read or written, an unknown stage or optimisation.
    """
    if job.output is not None and job.source != "-" and same_file(Path(job.source), job.output):
        raise Misuse(f"{shown(job.output)} is the source itself; choose another output")
    options = options_of(job)
    from adtransform.pipeline import transform

    try:
        source = read_source(job.source)
        result = transform(source.text, "<stdin>" if job.source == "-" else job.source, options)
    except TransformError as error:
        status = refuse(error)
        if not options.keep_going and any(refusal.function for refusal in error.refusals):
            note("Nothing was written; --keep-going writes the functions that are not refused.")
        return status
    for refusal in result.refusals:
        show_refusal(refusal)
    if not result.text:
        note(f"{job.source}: there is nothing to write")
        return FAILED
    return max(deliver(job, source.encode(result.text), result), FAILED if lacking(job, result) else DONE)


def lacking(job: Job, result: Result) -> bool:
    """Whether a function that was asked for by name is not among those written."""
    wanted = split_names(job.settings["function"])
    return job.emit is None and not {d.function for d in result.derivatives}.issuperset(wanted)


def options_of(job: Job) -> Options:
    """The pipeline's options for a job.

    Raises:
        Misuse: a stage, an optimisation or an empty name that does not exist.
    """
    from adtransform.pipeline import OPTIMISATIONS, REVERSE, STAGES, Options

    settings = job.settings
    try:
        functions, disabled = split_names(settings["function"]), split_names(settings["no_opt"])
        wrt, wrt_of = parse_wrt(settings["wrt"])
    except ConfigError as error:
        raise Misuse(f"{error}") from None
    stages = STAGES[settings["mode"]]
    if job.emit is not None and job.emit not in stages:
        raise Misuse(unknown("stage", job.emit, stages))
    for name in disabled:
        if name not in (*OPTIMISATIONS, *REVERSE):  # those of the other mode change nothing
            raise Misuse(unknown("optimisation", name, (*OPTIMISATIONS, *REVERSE)))
    return Options(
        mode=settings["mode"],
        functions=functions or None,
        wrt=wrt,
        wrt_of=wrt_of,
        disabled=frozenset(disabled),
        emit=job.emit,
        keep_going=settings["keep_going"],
        source_name=base(job.source),
        command=command_line(job),
    )


def command_line(job: Job) -> str:
    """The command for the header of the result: base names only, what is not the default, in a fixed order.

    >>> settings = {"function": ("f", "g"), "wrt": (), "mode": "reverse", "no_opt": (), "keep_going": False}
    >>> command_line(Job("src/drag.py", Path("/tmp/drag_b.py"), settings))
    'adgen drag.py -o drag_b.py --mode reverse --function f,g'
    """
    settings = job.settings
    words = ["adgen", "-" if job.source == "-" else base(job.source)]
    if job.output is not None:
        words += ["-o", base(job.output)]
    if settings["mode"] != "forward":
        words += ["--mode", settings["mode"]]
    if settings["function"]:
        words += ["--function", ",".join(split_names(settings["function"]))]
    common, single = parse_wrt(settings["wrt"])
    for text in [",".join(common or ()), *(f"{function}:{','.join(names)}" for function, names in single)]:
        words += ["--wrt", text] if text else []
    if settings["no_opt"]:
        words += ["--no-opt", ",".join(sorted(split_names(settings["no_opt"])))]
    words += ["--emit", job.emit] if job.emit else []
    words += ["--keep-going"] if settings["keep_going"] else []
    return shlex.join(words)


def base(path: str | Path) -> str:
    """A path's last part, fit for a comment line."""
    name = "<stdin>" if str(path) == "-" else os.path.basename(path)
    return "".join(c if c.isprintable() else "?" for c in name)


def read_source(path: str) -> Source:
    """Read a file, or standard input for `-`.

    Raises:
        Misuse: there is no such file, or it cannot be read.
        TransformError: it is not text.
    """
    name = "<stdin>" if path == "-" else path
    try:
        if path != "-":
            data = Path(path).read_bytes()
        elif sys.stdin:
            data = sys.stdin.buffer.read()
        else:
            raise Misuse("standard input is closed")
    except (OSError, ValueError) as error:  # ValueError: a null character in the path
        raise Misuse(reason(name, error)) from None
    return decode(data, name)


def deliver(job: Job, data: bytes, result: Result) -> int:
    """Write the result, or compare it with what is there; returns the exit status.

    Raises:
        Misuse: the output cannot be read or written.
    """
    name = "standard output" if job.output is None else shown(job.output)
    try:
        if job.output is None:
            click.echo(data, nl=False)
            return DONE
        if job.diff or job.check:
            old = job.output.read_bytes() if job.output.exists() else None
            if job.diff:
                show_difference(difference(old or b"", data, name))
            if old != data:
                state = "does not exist" if old is None else "is not what would be written"
                note(f"{name} {state}; run: {command_line(job)}")
            return DONE if old == data else FAILED
        changed = write_if_changed(job.output, data)
    except BrokenPipeError:
        raise  # click ends silently
    except (OSError, ValueError) as error:
        raise Misuse(reason(name, error)) from None
    names = ", ".join(derivative.name for derivative in result.derivatives)
    note(f"{name}: {names or job.emit}" if changed else f"{name} is up to date")
    return DONE
