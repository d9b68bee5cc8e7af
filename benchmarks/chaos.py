"""Runs that are killed at random moments, and whether they end with the bits of one that was not.

    python benchmarks/chaos.py --runs 20 --kills 5 --folder /tmp/chaos

Digits, a small residual network with dropout and batch normalisation, MixUp and RandAugment,
averaged weights, one-cycle, early stopping. SIGKILL comes at a moment drawn evenly over what the
unbroken run took from its start, so in the start-up, in steps, checkpoints and validation alike;
then the run is resumed, and killed again. Beside it how far each was when it was killed.
"""

import argparse
import hashlib
import json
import os
import random
import signal
import subprocess
import sys
import time
import zipfile
from pathlib import Path

RECIPE = """
from keras_recipes import *

recipe = Recipe(
    data=Digits(train_examples=800),
    augment=(RandAugment(), MixUp(0.2)),
    model=CifarResNet(depth=8, width=8, dropout=0.2),
    optimizer=SGD(learning_rate=0.2, momentum=0.9, ema_momentum=0.9),
    schedule=OneCycle(),
    stopping=Stopping(monitor="val_nll", patience=6),
    epochs=8,
    batch_size=16,
    precision={precision!r},
)
"""


def main():
    """Run, kill, resume, compare, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--runs", type=int, default=20, help="20")
    parser.add_argument("--kills", type=int, default=5, help="of each run; 5")
    parser.add_argument("--folder", type=Path, required=True, help="of the runs; made here")
    parser.add_argument("--precision", default="float32", help="of the recipe; float32")
    parser.add_argument("--seed", type=int, default=0, help="of the moments; 0")
    arguments = parser.parse_args()
    arguments.folder.mkdir(parents=True)
    (arguments.folder / "recipe.py").write_text(RECIPE.format(precision=arguments.precision))
    began = time.monotonic()
    unbroken = start(arguments.folder, "whole")
    if unbroken.wait():
        raise SystemExit(unbroken.communicate()[0])
    length = time.monotonic() - began
    (whole,) = (arguments.folder / "whole").iterdir()
    expected = fingerprints(whole)
    print(f"unbroken: {length:.0f} s, {arguments.precision}")
    print(
        "\n| run | killed in epoch, step (of its last checkpoint) | arrays | best model | metrics |"
    )
    print("|---|---|---|---|---|")
    moments, equal = random.Random(arguments.seed), 0
    for number in range(arguments.runs):
        directory, places = break_often(arguments, number, moments, length)
        found = fingerprints(directory)
        same = [found[name] == expected[name] for name in expected]
        equal += all(same)
        told = " | ".join("same" if each else "DIFFERENT" for each in same)
        print(f"| {number} | {'; '.join(places)} | {told} |", flush=True)
    print(f"\n{equal} of {arguments.runs} ended with the bits of the unbroken run")


def break_often(arguments, number, moments, length):
    """(run directory, how far it was each time) of a run that was killed and resumed."""
    name, places, more = f"run{number}", [], ()
    while True:
        process = start(arguments.folder, name, *more)
        last = len(places) == arguments.kills
        try:
            told = process.communicate(timeout=None if last else moments.uniform(0, length))[0]
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGKILL)
            process.communicate()
        else:  # it came to its end
            # Killed after its last word it was finished all the same.
            if process.returncode and "finds no unfinished run" not in told:
                raise SystemExit(told)
            (directory,) = (each.parent for each in (arguments.folder / name).glob("*/run.json"))
            return directory, places
        begun = list((arguments.folder / name).glob("*/run.json"))
        more = ("--resume",) if begun else ()
        places.append(how_far(begun[0].parent) if begun else "start-up")


def start(folder, name, *more):
    """Begin or resume a run in a process of its own."""
    return subprocess.Popen(
        [sys.executable, "-m", "keras_recipes", "run", "recipe.py", "--runs", name,
         "--checkpoint-minutes", "0.02", *more],
        cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        env={**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3"},
    )  # fmt: skip


def newest(directory):
    """Contents of the last checkpoint, name to bytes."""
    paths = sorted((directory / "checkpoints").glob("*.npz"))
    if not paths:
        return {}
    with zipfile.ZipFile(paths[-1]) as stored:
        return {name: stored.read(name) for name in stored.namelist()}


def how_far(directory):
    """Finished epochs and steps of the next, as the last checkpoint has them."""
    import numpy as np

    paths = sorted((directory / "checkpoints").glob("*.npz"))
    if not paths:
        return "before the first"
    with np.load(paths[-1]) as stored:
        about = json.loads(str(stored["about"]))
    return f"{about['epochs']}, {about['step']}"


def fingerprints(directory):
    """Hash of all final arrays, of the best model's arrays, and of the metrics, times aside."""
    import keras
    import numpy as np

    arrays = newest(directory)
    best = keras.models.load_model(directory / "best.keras", compile=False)
    records = [json.loads(each) for each in (directory / "metrics.jsonl").read_text().splitlines()]
    timeless = [{**each, "seconds": 0, "images_per_second": 0} for each in records]
    return {
        "arrays": hash_of(*(arrays[name] for name in sorted(arrays))),
        "best": hash_of(*(np.ascontiguousarray(each).tobytes() for each in best.get_weights())),
        "metrics": hash_of(json.dumps(timeless).encode()),
    }


def hash_of(*contents):
    """SHA-256 of some bytes, one after the other."""
    digest = hashlib.sha256()
    for each in contents:
        digest.update(each)
    return digest.hexdigest()


if __name__ == "__main__":
    main()
