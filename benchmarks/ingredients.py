"""What each ingredient of a recipe does: trained with and without it at an equal budget.

    TFDS_DATA_DIR=... python benchmarks/ingredients.py --runs ingredients --jobs 2

Runs `keras-recipes run` with a few epochs on a few thousand images of CIFAR-10, two seeds each, as
processes that share the cores; runs that are finished in the folder are not done again. Printed:
test accuracy of each seed, and the mean difference to the whole recipe with the same seeds.
"""

import argparse
import os
import platform
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from queue import Queue

from recipe_run import finished, train

BUDGET = ["data.train_examples=5000", "epochs=6", "batch_size=64"]
MIXING = "OneOf((MixUp(0.2), CutMix(1.0)))"
RANDOM = "RandAugment(2, magnitude=6, magnitude_deviation=0.5)"
CASES = {
    "cifar_resnet.py:recipe": {
        "whole": [],
        "without the padded crop": ["augment=(Flip(),)"],
        "without the flip": ["augment=(PaddedCrop(4),)"],
        "without weight decay": ["optimizer.weight_decay=0.0"],
        "without Nesterov's look ahead": ["optimizer.nesterov=False"],
        "without warm-up": ["schedule.warmup_epochs=0.0"],
        "without a schedule": ["schedule=None"],
        "with label smoothing 0.1": ["loss.label_smoothing=0.1"],
        "with cutout 8": ["augment=(PaddedCrop(4), Flip(), Cutout(8))"],
    },
    "cifar_strikes_back.py:short": {
        "whole": [],
        "cross-entropy for binary": ["loss=CrossEntropy()"],
        "without RandAugment": [f"augment=(PaddedCrop(4), Flip(), {MIXING})"],
        "without MixUp and CutMix": [
            f"augment=(PaddedCrop(4), Flip(), {RANDOM})", "mixup_off_epochs=0",
            "loss.target_threshold=None",
        ],
        "without stochastic depth": ["model.stochastic_depth=0.0"],
        "without averaged weights": ["optimizer.ema_momentum=None"],
    },
}  # fmt: skip


def folder_of(runs, recipe, case, seed):
    """Where the runs of a case and seed go."""
    return runs / recipe.partition(".")[0] / case.replace(" ", "_") / str(seed)


def train_on(recipe, assignments, seed, folder, cores):
    """Results of a run, on these cores."""
    return train(
        f"recipes/{recipe}", (*BUDGET, *assignments), seed, folder,
        preexec_fn=lambda: os.sched_setaffinity(0, cores),
    )  # fmt: skip


def train_all(runs, seeds, jobs, train):
    """(recipe, case) to the test accuracy of each seed; None where `train` gives no results."""
    every = sorted(os.sched_getaffinity(0))
    free = Queue()
    for index in range(jobs):
        free.put(set(every[index::jobs]) or set(every))

    def one(task):
        recipe, case, assignments, seed = task
        cores = free.get()
        try:
            return (recipe, case), train(
                recipe, assignments, seed, folder_of(runs, recipe, case, seed), cores
            )
        finally:
            free.put(cores)

    tasks = [
        (recipe, case, assignments, seed)
        for recipe, cases in CASES.items()
        for case, assignments in cases.items()
        for seed in range(seeds)
    ]
    found = {}
    with ThreadPoolExecutor(jobs) as pool:
        for key, results in pool.map(one, tasks):
            accuracy = None if results is None else results["test"]["accuracy"]
            found.setdefault(key, []).append(accuracy)
            print(key, accuracy, file=sys.stderr, flush=True)
    return found


def main():
    """Train and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--runs", type=Path, required=True, help="folder of the runs")
    parser.add_argument("--seeds", type=int, default=2, help="of each case; 2")
    parser.add_argument("--jobs", type=int, default=1, help="runs at once; 1")
    parser.add_argument("--report", action="store_true", help="train nothing, print what there is")
    options = parser.parse_args()

    def look(recipe, assignments, seed, folder, cores):
        return finished(folder)

    found = train_all(
        options.runs, options.seeds, options.jobs, look if options.report else train_on
    )
    for recipe, cases in CASES.items():
        print(f"\n| {recipe} | test accuracy, by seed | difference to the whole |\n|---|---|---|")
        whole = found[recipe, "whole"]
        for case in cases:
            values = found[recipe, case]
            pairs = [v - base for v, base in zip(values, whole, strict=True) if v and base]
            difference = f"{sum(pairs) / len(pairs):+.4f}" if pairs and case != "whole" else ""
            shown = ", ".join("not run" if value is None else f"{value:.4f}" for value in values)
            print(f"| {case} | {shown} | {difference} |")
    print(f"\n{', '.join(BUDGET)}; {platform.processor() or platform.machine()}")


if __name__ == "__main__":
    main()
