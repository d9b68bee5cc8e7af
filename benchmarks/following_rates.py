"""Rates that follow the training against a cosine, at an equal budget of computation.

    TFDS_DATA_DIR=... python benchmarks/following_rates.py --runs following --draw rates.png

A small residual network on 10,000 images of CIFAR-10, judged by 10,000 others. The budget is 10
epochs of 78 batches for all. A search spends some of it on trials: it has fewer epochs, so that
batches trained on in epochs and trials, and images evaluated in trials, come to no more; an image
evaluated counts as a third of one trained on. Validation after each epoch is left out of the count;
the search, with fewer epochs, has less of it. Beside the peak rate of the recipe the same from a
third of it and from three times it. Nothing was tuned: the settings were written down before the
first run.

Runs that are finished in the folder are not done again. Printed: test accuracy by seed, mean and
standard deviation, and the processor's seconds of a whole run, its start and test included.
"""

import argparse
import json
import os
import platform
import resource
import statistics
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
BATCH, TRAIN, VALIDATION, EPOCHS = 128, 10_000, 2_000, 10
SETTING = [
    f"data.train_examples={TRAIN}", "data.validation_fraction=0.04", "model.depth=8",
    "model.width=8", f"batch_size={BATCH}",
]  # fmt: skip
SEARCH_EVERY, TRIAL_STEPS, SEARCH_EPOCHS = 3, 20, 8
ARMS = {
    "cosine": (EPOCHS, "Cosine(warmup_epochs=1)"),
    "search": (
        SEARCH_EPOCHS,
        f"RateSearch(every_epochs={SEARCH_EVERY}, trial_steps={TRIAL_STEPS}, warmup_epochs=1)",
    ),
    "plateau": (EPOCHS, "Plateau(factor=0.3, patience=1, warmup_epochs=1)"),
    "constant": (EPOCHS, "Constant(warmup_epochs=1)"),
}
RATES = {"0.2": 0.2, "0.067": 0.2 / 3, "0.6": 0.6}
"""The recipe's, and three times less and more."""


def cost_in_steps(arm):
    """What an arm spends: its batches, and its trials' evaluations as a third of training."""
    per_epoch = TRAIN // BATCH
    if arm != "search":
        return EPOCHS * per_epoch
    searches = len(range(1 + SEARCH_EVERY, SEARCH_EPOCHS, SEARCH_EVERY))
    trial = TRIAL_STEPS + VALIDATION / BATCH / 3
    return SEARCH_EPOCHS * per_epoch + searches * 3 * trial


def finished(folder):
    """(what run.json says, the records of its epochs, CPU seconds), or None."""
    cpu = folder / "cpu_seconds.txt"
    if not cpu.is_file():
        return None
    (file,) = folder.glob("*/run.json")
    records = [
        json.loads(line) for line in (file.parent / "metrics.jsonl").read_text().splitlines()
    ]
    return json.loads(file.read_text()), records, float(cpu.read_text())


def train(arm, rate, seed, folder):
    """Results of a run, done now unless it has been."""
    if finished(folder) is None:
        epochs, schedule = ARMS[arm]
        settings = [
            *SETTING, f"epochs={epochs}", f"schedule={schedule}",
            f"optimizer.learning_rate={RATES[rate]!r}",
        ]  # fmt: skip
        command = [sys.executable, "-m", "keras_recipes", "run", "recipes/cifar_resnet.py"]
        command += ["--no-stand-in", "--runs", str(folder.resolve()), "--seed", str(seed)]
        command += [each for text in settings for each in ("--set", text)]
        for broken in folder.glob("*/run.json"):
            raise SystemExit(f"{broken.parent} was broken off: remove it")
        folder.mkdir(parents=True, exist_ok=True)
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        with open(folder / "output.txt", "w") as output:
            subprocess.run(
                command, cwd=ROOT, stdout=output, stderr=subprocess.STDOUT, check=True,
                stdin=subprocess.DEVNULL,
            )  # fmt: skip
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        spent = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        (folder / "cpu_seconds.txt").write_text(f"{spent:.1f}\n")
    return finished(folder)


def main():
    """Train, print and draw."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--runs", type=Path, required=True, help="folder of the runs")
    parser.add_argument("--seeds", type=int, default=3, help="of each case; 3")
    parser.add_argument("--draw", type=Path, metavar="FILE", help="a picture of the runs, a PNG")
    parser.add_argument("--report", action="store_true", help="train nothing, print what there is")
    options = parser.parse_args()
    found = {}
    # What the question is about comes first, a look at no schedule at all last.
    groups = [[(rate, arm) for arm in ARMS if arm != "constant"] for rate in RATES]
    for group in [*groups, [("0.2", "constant")]]:
        for seed in range(options.seeds):
            for rate, arm in group:
                folder = options.runs / arm / rate / str(seed)
                result = finished(folder) if options.report else train(arm, rate, seed, folder)
                if result is not None:
                    found.setdefault((rate, arm), {})[seed] = result
                    accuracy = result[0]["results"]["test"]["accuracy"]
                    print(rate, seed, arm, f"{accuracy:.4f}", file=sys.stderr, flush=True)
    print("| peak rate | schedule | epochs | cost in steps | test accuracy, by seed | mean | "
          "deviation | CPU seconds |\n|---|---|---|---|---|---|---|---|")  # fmt: skip
    for (rate, arm), by_seed in found.items():
        accuracies = [each[0]["results"]["test"]["accuracy"] for each in by_seed.values()]
        spread = statistics.stdev(accuracies) if len(accuracies) > 1 else float("nan")
        seconds = statistics.mean(each[2] for each in by_seed.values())
        print(
            f"| {rate} | {arm} | {ARMS[arm][0]} | {cost_in_steps(arm):.0f} "
            f"| {', '.join(f'{each:.4f}' for each in accuracies)} "
            f"| {statistics.mean(accuracies):.4f} | {spread:.4f} | {seconds:.0f} |"
        )
    print("\nrates by epoch, seed 0:")
    for (rate, arm), by_seed in found.items():
        if arm in ("search", "plateau") and 0 in by_seed:
            rates = [f"{each['learning_rate']:.3g}" for each in by_seed[0][1]]
            print(f"  {rate} {arm}: {', '.join(rates)}")
    print(f"\n{', '.join(SETTING)}; Python {platform.python_version()}")
    if options.draw:
        draw(found, options.draw)


COLOURS = {"cosine": "#222222", "search": "#0072b2", "plateau": "#d55e00", "constant": "#8a8a8a"}
DASHES = {"cosine": "-", "search": "-", "plateau": "--", "constant": ":"}


def draw(found, path):
    """Rates above and validation accuracy beneath, over the budget spent; a column a peak rate."""
    from matplotlib.figure import Figure
    from matplotlib.ticker import FuncFormatter, NullFormatter

    rates = list(dict.fromkeys(rate for rate, _ in found))
    figure = Figure(figsize=(3.3 * len(rates) + 0.8, 6), layout="constrained", facecolor="white")
    axes = figure.subplots(2, len(rates), sharex=True, sharey="row", squeeze=False)
    for column, rate in enumerate(rates):
        above, beneath = axes[:, column]
        for arm, colour in COLOURS.items():
            for index, (_, records, _) in enumerate(found.get((rate, arm), {}).values()):
                spent = [_spent(arm, each["epoch"]) for each in records]
                style = {"color": colour, "linestyle": DASHES[arm], "linewidth": 1.4}
                label = {"label": arm} if index == 0 else {}
                last_rates = [each["learning_rate"] for each in records]
                above.plot(spent, last_rates, marker="o", markersize=2.5, **style, **label)
                beneath.plot(spent, [each["val_accuracy"] for each in records], **style, **label)
        above.set_yscale("log")
        above.set_ylim(bottom=1e-3)  # below it the cosine's last epoch alone, which ends at nothing
        above.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
        above.yaxis.set_minor_formatter(NullFormatter())
        above.set_title(f"peak rate {rate}")
        beneath.set_xlabel("budget spent, in epochs of training")
        for axis in (above, beneath):
            axis.grid(alpha=0.25)
            axis.spines[["top", "right"]].set_visible(False)
    axes[0, 0].set_ylabel("rate of an epoch's last step")
    axes[1, 0].set_ylabel("validation accuracy")
    axes[1, 0].legend(frameon=False, loc="lower right")
    figure.savefig(path, dpi=130)


def _spent(arm, epoch):
    """Budget spent when an epoch ends, in epochs of training."""
    searches = len(range(1 + SEARCH_EVERY, epoch, SEARCH_EVERY)) if arm == "search" else 0
    return epoch + searches * 3 * (TRIAL_STEPS + VALIDATION / BATCH / 3) / (TRAIN // BATCH)


if __name__ == "__main__":
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    main()
