"""A head trained on kept features beside one whose features are computed anew in each epoch.

    python benchmarks/kept_features.py --runs /tmp/kept_runs --data sign_digits \
        --groups sign_digits.groups.csv --weights mobilenet_2_5_224_tf_no_top.h5

`recipes/sign_digits_mobilenet.py:head_only` without augmentation, with `keep_features` and without
it in turn, seed by seed, so that what else the machine does falls on both alike. Seconds are those
of the whole run in run.json, in which the network is built and the test is read.
"""

import argparse
import json
import platform
import statistics
from pathlib import Path

import scipy.stats
from recipe_run import train

RECIPE = "recipes/sign_digits_mobilenet.py:head_only"
ARMS = {"computed anew": False, "kept": True}


def main():
    """Train what is missing and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--runs", type=Path, required=True, help="folder of the runs")
    parser.add_argument("--data", type=Path, required=True, help="folder sign_digits")
    parser.add_argument("--groups", type=Path, required=True, help="CSV of who is shown")
    parser.add_argument("--weights", type=Path, required=True, help="of MobileNet(0.25)")
    parser.add_argument("--seeds", type=int, default=3, help="of each; 3")
    parser.add_argument("--epochs", type=int, default=20, help="20")
    arguments = parser.parse_args()
    shared = [
        f"data.path={arguments.data.resolve()}", f"data.group={arguments.groups.resolve()}",
        f"model.weights={arguments.weights.resolve()}", "augment=()",
        f"phases.0.epochs={arguments.epochs}",
    ]  # fmt: skip
    scores, seconds = ({name: [] for name in ARMS} for _ in range(2))
    for seed in range(arguments.seeds):
        for name, keep in ARMS.items():
            folder = arguments.runs / f"{name}-{arguments.epochs}-{seed}".replace(" ", "_")
            chosen = [*shared, f"phases.0.keep_features={keep}"]
            scores[name].append(train(RECIPE, chosen, seed, folder)["test"])
            seconds[name].append(seconds_of(folder))
    print(f"{platform.machine()}, {platform.python_version()}, {arguments.epochs} epochs")
    print("\n| features | test accuracy of each seed | nll of each seed | seconds of each run |")
    print("|---|---|---|---|")
    for name in ARMS:
        columns = [
            [f"{each['accuracy']:.4f}" for each in scores[name]],
            [f"{each['nll']:.4f}" for each in scores[name]],
            [f"{each:.0f}" for each in seconds[name]],
        ]
        print("|", " | ".join([name, *(", ".join(each) for each in columns)]), "|")
    anew, kept = (seconds[name] for name in ARMS)
    ratios = [a / b for a, b in zip(anew, kept, strict=True)]
    print(f"\ntime computed anew / kept, by seed: {', '.join(f'{each:.1f}' for each in ratios)}")
    print(f"median {statistics.median(ratios):.1f}")
    if arguments.seeds > 1:
        pairs = zip(*(scores[name] for name in ARMS), strict=True)
        differences = [b["nll"] - a["nll"] for a, b in pairs]
        low, high = scipy.stats.ttest_1samp(differences, 0).confidence_interval()
        print(f"nll kept - computed anew: {statistics.mean(differences):+.5f} ({low:+.5f} to "
              f"{high:+.5f}, 95 %, paired by seed)")  # fmt: skip


def seconds_of(folder):
    """Wall seconds of the finished run below a folder."""
    (file,) = folder.glob("*/run.json")
    return json.loads(file.read_text())["seconds"]


if __name__ == "__main__":
    main()
