"""Trainings killed at random moments, and whether they end with the bits of one that is not.

    python benchmarks/chaos.py --folder /tmp/chaos
    python benchmarks/chaos.py --folder /tmp/chaos --cases bfloat16 transfer --runs 3 --kills 3

Each case of `CASES` is trained once unbroken. Then it is begun, killed by SIGKILL and begun again
as often as --kills says, at steps drawn evenly over the training; of every four kills one comes in
a validation, one while a checkpoint is written, one in the start-up (of five, two are wherever it
is then). In the end the SHA-256 of all final arrays, of the best model's arrays and of the metrics,
times aside, are compared.
"""

import argparse
import collections
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent / "chaos_parts"))
PARTS = Path(__file__).parent / "chaos_parts"
COMMAND = ("-m", "keras_recipes", "run")


@dataclass(frozen=True)
class Case:
    """What is trained."""

    begin: tuple[str, ...]
    """Arguments of Python."""
    go_on: tuple[str, ...] = ()
    """Those that are added once there is something to go on with."""
    leaves_run: bool = False
    """Whether what it leaves is a run directory."""

    @classmethod
    def of_recipe(cls, name, command=COMMAND):
        more = ("--runs", ".", "--checkpoint-minutes", "0.01")
        return cls((*command, name, *more), ("--resume",), leaves_run=True)


CASES = {
    "one_cycle": Case.of_recipe("recipes.py"),
    "plateau": Case.of_recipe("recipes.py:plateau"),
    "bfloat16": Case.of_recipe("recipes.py:bfloat16"),
    "float16": Case.of_recipe("recipes.py:float16"),
    "two_devices": Case.of_recipe("recipes.py", ("two_devices.py", "run")),
    "transfer": Case.of_recipe("recipes.py:transfer"),
    "resumable_fit": Case(("plain.py", "resumable_fit")),
    "backup_and_restore": Case(("plain.py", "backup")),
}


def main():
    """Train, kill, go on, compare, and print the tables."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--cases", nargs="+", choices=CASES, default=["one_cycle"], metavar="CASE",
                        help=f"of {', '.join(CASES)}; one_cycle")  # fmt: skip
    parser.add_argument("--runs", type=int, default=20, help="of each case; 20")
    parser.add_argument("--kills", type=int, default=5, help="of each run; 5")
    parser.add_argument("--folder", type=Path, required=True, help="of the runs; made here")
    parser.add_argument("--jobs", type=int, default=1, help="runs at a time; 1")
    parser.add_argument("--seed", type=int, default=0, help="of the moments; 0")
    arguments = parser.parse_args()
    for name in arguments.cases:
        measure(name, arguments)


def measure(name, arguments):
    """One case, and its table."""
    folder = arguments.folder / name
    unbroken = Training(CASES[name], folder / "unbroken")
    if name == "transfer":
        train_body(unbroken.folder)
    unbroken.start()
    while unbroken.where()[0] == "start-up" and unbroken.runs():
        time.sleep(0.05)
    start_up = time.monotonic() - unbroken.began
    unbroken.wait()
    expected, (_, steps) = unbroken.fingerprints(), unbroken.where()
    print(f"\n## {name}: {time.monotonic() - unbroken.began:.0f} s unbroken, {steps} steps\n")
    print("| run | killed in step | final arrays | best model | metrics |\n|---|---|---|---|---|")

    def one(number):
        moments = random.Random(f"{arguments.seed} {name} {number}")
        training = Training(CASES[name], folder / f"run{number}", like=unbroken.folder)
        try:
            kills = break_often(training, arguments.kills, steps, start_up, moments)
            found = training.fingerprints()
        except Failed as error:
            print(f"| {number} | could not go on: {error} | | | |", flush=True)
            return [], False
        same = ["same" if found[each] == expected[each] else "DIFFERENT" for each in expected]
        told = "; ".join(f"{step} ({place})" for place, step in kills)
        print(f"| {number} | {told} | {' | '.join(same)} |", flush=True)
        return kills, set(same) == {"same"}

    with ThreadPoolExecutor(arguments.jobs) as pool:
        done = list(pool.map(one, range(arguments.runs)))
    places = collections.Counter(place for kills, _ in done for place, _ in kills)
    told = ", ".join(f"{count} in {place}" for place, count in places.most_common())
    equal = sum(same for _, same in done)
    print(f"\n{equal} of {arguments.runs} as the unbroken one; kills: {told}", flush=True)


class Failed(Exception):
    """A training that could not go on, with its last words."""


class Training:
    """A training in a folder of its own, in one process after the other.

    Args:
        case: what is trained.
        folder: it is made, with the case's files in it.
        like: folder whose files it starts with; the case's where there is none.
    """

    def __init__(self, case, folder, like=None):
        from where import Board

        self.case, self.folder, self.began = case, folder.resolve(), None
        shutil.copytree(PARTS, folder, ignore=shutil.ignore_patterns("__pycache__"))
        if like is not None and (like / "body.keras").exists():
            shutil.copy(like / "body.keras", folder)
        self._board = Board(folder / "board")
        self.environment = {
            **os.environ,
            "TF_CPP_MIN_LOG_LEVEL": "3",
            "CHAOS_BOARD": str(self.folder / "board"),
            "PYTHONPATH": str(Path(__file__).resolve().parent.parent),
        }

    def start(self):
        """Begin, or go on."""
        more = self.case.go_on if self._directories() else ()
        self._board.write("start-up")
        self.began = time.monotonic()
        with open(self.folder / "log", "a") as log:
            self._process = subprocess.Popen(
                [sys.executable, *self.case.begin, *more], cwd=self.folder, stdout=log, stderr=log,
                env=self.environment,
            )  # fmt: skip

    def runs(self):
        """Whether the process does."""
        return self._process.poll() is None

    def where(self):
        """(place, steps done)."""
        return self._board.read()

    def send(self, number):
        """A signal."""
        self._process.send_signal(number)

    def kill(self):
        """Kill it, and tell where it was."""
        self.send(signal.SIGKILL)
        self._process.wait()
        return self.where()

    def wait(self):
        """Until it is finished."""
        if self._process.wait():
            told = (self.folder / "log").read_text()
            if "finds no unfinished run" not in told:  # killed after its last word
                raise Failed(told.strip().splitlines()[-1])

    def _directories(self):
        return [each.parent for each in self.folder.glob("*/run.json")]

    def fingerprints(self):
        """SHA-256 of final arrays, of the best model's, and of the metrics, times aside."""
        from fingerprints import of_run, of_script

        if not self.case.leaves_run:
            return of_script(self.folder)
        (directory,) = (each for each in self._directories() if finished(each))
        return of_run(directory)


def finished(directory):
    """Whether a run directory says so."""
    return json.loads((directory / "run.json").read_text())["results"] is not None


def train_body(folder):
    """The network that the transfer starts from."""
    subprocess.run(
        [sys.executable, *COMMAND, "recipes.py:body", "--runs", "body"], cwd=folder, check=True,
        stdout=subprocess.DEVNULL, env={**os.environ, "CHAOS_BOARD": "board"},
    )  # fmt: skip
    (best,) = folder.glob("body/*/best.keras")
    best.rename(folder / "body.keras")
    shutil.rmtree(folder / "body")


def break_often(training, kills, steps, start_up, moments):
    """[(place, step), ...] of a training that was killed and begun again until its end."""
    wanted = ["anywhere", "start-up", "checkpoint", "validation"]
    wanted = [wanted[index % len(wanted)] for index in range(kills)]
    moments.shuffle(wanted)
    found = []
    for place, step in zip(wanted, sorted(moments.choices(range(steps), k=kills)), strict=True):
        training.start()
        if place == "start-up":
            time.sleep(moments.uniform(0, start_up))
        else:
            wait_until(training, lambda now, done, to=step: now != "start-up" and done >= to, 0.02)
            if place != "anywhere":
                wait_until(training, lambda now, done, at=place: now == at, 0.0005)
            time.sleep(moments.uniform(0, 0.02))
        if training.runs():
            found.append(training.kill())
    training.start()
    training.wait()
    return found


def wait_until(training, condition, seconds):
    """Look every so many seconds, until the condition holds or the training is over."""
    while training.runs() and not condition(*training.where()):
        time.sleep(seconds)


if __name__ == "__main__":
    main()
