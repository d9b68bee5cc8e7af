"""A `keras-recipes run` in a process of its own, that is not done again once it is finished."""

import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent


def finished(folder):
    """Results of a finished run below `folder`, or None."""
    for file in sorted(folder.glob("*/run.json")):
        about = json.loads(file.read_text())
        if about["state"] in ("finished", "stopped early") and not about["stands_in_for"]:
            return about["results"]
    return None


def train(target, assignments, seed, folder, **how):
    """Results of a run, done now unless it has been.

    Args:
        target: recipe below the project's folder, maybe with `:variant`.
        assignments: what `--set` is given.
        seed: of the run.
        folder: where it goes; what it prints is in `output.txt` there.
        **how: arguments of `subprocess.run`.
    """
    if finished(folder) is None:
        command = [sys.executable, "-m", "keras_recipes", "run", target]
        command += ["--no-stand-in", "--runs", str(folder.resolve()), "--seed", str(seed)]
        command += [each for text in assignments for each in ("--set", text)]
        folder.mkdir(parents=True, exist_ok=True)
        with open(folder / "output.txt", "w") as output:
            subprocess.run(
                command, cwd=ROOT, stdout=output, stderr=subprocess.STDOUT, check=True,
                stdin=subprocess.DEVNULL, **how,
            )  # fmt: skip
    return finished(folder)
