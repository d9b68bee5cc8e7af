"""What transfer learning is worth with few and with many photographs, and its classic mistakes.

    python benchmarks/transfer.py --runs /tmp/transfer_runs --data sign_digits \
        --groups sign_digits.groups.csv --weights mobilenet_2_5_224_tf_no_top.h5

`recipes/sign_digits_mobilenet.py` in other settings: how many photographs a class, what trains, and
one mistake at a time. Every run is a `keras-recipes run`; one that is finished is not done again,
so the table grows with the seeds. With few photographs a run has four times the epochs and half
the batch.

For each setting: the test accuracy of each seed, their mean and what it lies above the first row
of the same photographs, paired by seed, with a 95 % interval of Student's t over the seeds. The
test is the same 411 photographs of other people in all rows but those divided at random.
"""

import argparse
import platform
import statistics
from pathlib import Path

import scipy.stats
from recipe_run import train

RECIPE = "recipes/sign_digits_mobilenet.py"
ONE_RATE = "optimizer.layer_decay=1.0"
NO_HEAD_PHASE = "phases=(Phase(name='all', trainable='all', epochs={all}),)"
WRONG_RANGE = "model=Call('benchmarks.wrong_range:wrong_range', weights='{weights}', alpha=0.25)"
BUT_NORMALIZATION = "phases.1.trainable='^(?!.*_bn)'"
"""As `Transfer` does by itself: batch normalisation stays as it is."""
BY_PERSON, AT_RANDOM = "data.group={groups}", "data.group=None"
WAYS = {
    "head, then all": ("", ()),
    "head only": (":head_only", ()),
    "from scratch": (":scratch", ()),
}
MISTAKES = {
    "batch normalisation moves": ("", ("model.batch_normalization=training",)),
    "one rate for all": ("", (ONE_RATE,)),
    "no head phase": ("", (NO_HEAD_PHASE,)),
    "no head phase, one rate": ("", (NO_HEAD_PHASE, ONE_RATE)),
    "wrong preprocessing": ("", (WRONG_RANGE, BUT_NORMALIZATION)),
    "wrong preprocessing, head only": (":head_only", (WRONG_RANGE,)),
}
SPLIT = {
    "divided at random": ("", (AT_RANDOM,)),
    "divided at random, head only": (":head_only", (AT_RANDOM,)),
}
CASES = {
    "5 a class": (5, WAYS),
    "10 a class": (10, WAYS),
    "20 a class": (20, {**WAYS, **MISTAKES}),
    "all": (None, {**WAYS, **SPLIT, **MISTAKES}),
}


def settings(photographs, variant, changes, arguments):
    """What `--set` is given."""
    head, rest = (5, 15) if photographs is None else (20, 60)
    facts = {
        "all": head + rest,
        "groups": arguments.groups.resolve(), "weights": arguments.weights.resolve(),
    }  # fmt: skip
    chosen = [f"data.path={arguments.data.resolve()}"]
    if AT_RANDOM not in changes:
        chosen.append(BY_PERSON)
    if variant != ":scratch" and WRONG_RANGE not in changes:
        chosen.append("model.weights={weights}")
    if photographs is not None:
        epochs = {"": (head, rest), ":head_only": (head + rest,), ":scratch": (head + rest,)}
        chosen += [f"data.train_examples={10 * photographs}", "batch_size=16"]
        if NO_HEAD_PHASE not in changes:
            chosen += [f"phases.{i}.epochs={each}" for i, each in enumerate(epochs[variant])]
    return [each.format(**facts) for each in (*chosen, *changes)]


def accuracy(case, way, seed, arguments):
    """Test accuracy of a run, done now unless it has been."""
    photographs, ways = CASES[case]
    variant, changes = ways[way]
    folder = arguments.runs / f"{case}-{way}-{seed}".replace(" ", "_").replace(",", "")
    chosen = settings(photographs, variant, changes, arguments)
    return train(f"{RECIPE}{variant}", chosen, seed, folder)["test"]["accuracy"]


def row(way, ours, first):
    """A line of the table: the seeds' accuracies, mean, difference from the first row."""
    text = f"| {way} | {', '.join(f'{each:.4f}' for each in ours)} | {statistics.mean(ours):.4f} |"
    if ours is first or len(ours) < 2:
        return f"{text} |"
    differences = [a - b for a, b in zip(ours, first, strict=True)]
    low, high = scipy.stats.ttest_1samp(differences, 0).confidence_interval()
    return f"{text} {statistics.mean(differences):+.4f} ({low:+.4f} to {high:+.4f}) |"


def main():
    """Train what is missing and print the tables."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--runs", type=Path, required=True, help="folder of the runs")
    parser.add_argument("--data", type=Path, required=True, help="folder sign_digits")
    parser.add_argument("--groups", type=Path, required=True, help="CSV of who is shown")
    parser.add_argument("--weights", type=Path, required=True, help="of MobileNet(0.25)")
    parser.add_argument("--seeds", type=int, default=3, help="of each; 3")
    parser.add_argument("--cases", nargs="+", default=list(CASES), choices=list(CASES))
    every = list(CASES["all"][1])
    parser.add_argument("--ways", nargs="+", default=every, choices=every, help="rows; all")
    arguments = parser.parse_args()
    print(f"{platform.machine()}, {platform.python_version()}, {arguments.seeds} seeds")
    for case in arguments.cases:
        ways = [each for each in CASES[case][1] if each in arguments.ways]
        print(f"\n| {case} | test accuracy of each seed | mean | above the first row |")
        print("|---|---|---|---|")
        first = None
        for way in ways:
            ours = [accuracy(case, way, seed, arguments) for seed in range(arguments.seeds)]
            first = first or ours
            print(row(way, ours, first), flush=True)


if __name__ == "__main__":
    main()
