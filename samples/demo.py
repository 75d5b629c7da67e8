"""A tour of adgen on a real module: `make demo`."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

SAMPLES = Path(__file__).parent
COLOUR = sys.stdout.isatty() and not os.environ.get("NO_COLOR")


def main() -> int:
    """Print the tour; returns 0 if every command ended as it should."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for sample in SAMPLES.glob("pipe_flow*.py"):
            shutil.copy(sample, folder)

        say("A module that an engineer wrote: samples/pipe_flow.py")
        print((folder / "pipe_flow.py").read_text())

        say("adgen writes the derivatives of its functions")
        good = adgen(folder, "pipe_flow.py -o pipe_flow_d.py")
        print((folder / "pipe_flow_d.py").read_text())

        say("They agree with finite differences, in turbulent flow and, by the early return, in laminar flow")
        good &= adgen(folder, "verify pipe_flow.py --function pressure_drop --at flow=0.01,diameter=0.1,length=50.0")
        good &= adgen(folder, "verify pipe_flow.py --function pressure_drop --at flow=0.0001,diameter=0.1,length=50.0")

        say("Why not by hand? One of the functions with a derivative written by hand: samples/pipe_flow_by_hand.py")
        print((folder / "pipe_flow_by_hand.py").read_text())

        say("It looks right. `adgen verify` checks the same function with the generated derivative and with this one")
        good &= adgen(folder, "verify pipe_flow.py --function swamee_jain --at re=1e5,roughness=4.5e-4")
        good &= not adgen(folder, "verify pipe_flow_by_hand.py --at re=1e5,roughness=4.5e-4")
        print("Where re**-0.9 is differentiated the factor 0.9 is lost: 4.0 * 5.74 * 0.9 is 20.664, not 22.96.")
    return 0 if good else 1


def say(text: str) -> None:
    """Print a heading."""
    print(f"\n\033[1m{text}\033[0m\n" if COLOUR else f"\n== {text}\n")


def adgen(folder: Path, words: str) -> bool:
    """Run `adgen` in a folder, after printing the command; returns whether it exited with 0."""
    print(f"$ adgen {words}", flush=True)
    command = [sys.executable, "-m", "adtransform", *words.split()]
    done = subprocess.run(command, cwd=folder, stderr=subprocess.STDOUT, check=False)
    print(f"exit status {done.returncode}\n", flush=True)
    return done.returncode == 0


if __name__ == "__main__":
    sys.exit(main())
