"""What a trial of a study takes beside the run by itself: start-up, and nothing more.

    python benchmarks/trial_overhead.py --repeats 7

`recipes/digits_mlp.py:smoke` in turn as a trial and by `keras-recipes run`, each in a fresh process
on the same core, so that what else the machine does falls on both alike. The seconds of training
and test are those that run.json has; what a process takes beside them is its start: Python,
TensorFlow, the data.
"""

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import scipy.stats

from keras_recipes.recipe.load import load
from keras_recipes.studies.local_workers import LocalWorkers
from keras_recipes.studies.run_trials import run_trials
from keras_recipes.studies.trials import Trials

RECIPE = Path(__file__).parent.parent / "recipes" / "digits_mlp.py"


def main():
    """Time both in turn and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--repeats", type=int, default=7, help="7")
    repeats = parser.parse_args().repeats
    os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:1])
    whole, training = ({"trial": [], "run": []} for _ in range(2))
    for number in range(repeats):
        with tempfile.TemporaryDirectory() as folder:
            for name, start in (("trial", as_a_trial), ("run", by_itself)):
                began = time.perf_counter()
                about = start(Path(folder) / name)
                whole[name].append(time.perf_counter() - began)
                training[name].append(about["seconds"])
        print(f"{number + 1}/{repeats}", file=sys.stderr)
    print(f"{platform.machine()}, Python {platform.python_version()}, n = {repeats}, one core")
    print("\n| | seconds in all, median | of them training and test |\n|---|---|---|")
    for name in whole:
        print(f"| {name} | {statistics.median(whole[name]):.2f} | "
              f"{statistics.median(training[name]):.2f} |")  # fmt: skip
    differences = [
        (a - b) - (c - d)
        for a, b, c, d in zip(whole["trial"], training["trial"], whole["run"], training["run"],
                              strict=True)
    ]  # fmt: skip
    mean = statistics.mean(differences)
    half = scipy.stats.sem(differences) * scipy.stats.t.ppf(0.975, repeats - 1)
    print(f"\nstart of a trial less start of a run: {mean:+.2f} ± {half:.2f} s (95 %)")


def as_a_trial(folder):
    """run.json of a trial in a folder of its own."""
    loaded = load(f"{RECIPE}:smoke")
    kept = Trials(folder, sources=loaded.directory, versions={}, fingerprint=lambda data: "digits")
    trial = kept.trial("smoke", loaded.recipe)
    return run_trials([trial], LocalWorkers(kept))[trial.key].run


def by_itself(folder):
    """run.json of the run."""
    command = [sys.executable, "-m", "keras_recipes", "run", f"{RECIPE}:smoke", "--runs", folder]
    subprocess.run(command, check=True, capture_output=True)
    (written,) = Path(folder).glob("*/run.json")
    return json.loads(written.read_text())


if __name__ == "__main__":
    main()
