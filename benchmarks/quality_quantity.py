"""Clean labels against more images: what wrong labels cost, in images.

    TFDS_DATA_DIR=... python benchmarks/quality_quantity.py --studies quality --jobs 2

Of the same seeded, stratified training images of CIFAR-10 a share of the labels is replaced by
another class, drawn evenly; beside that, all labels stay right and some of the images are left out.
A small ConvNet is trained on each for as many steps, and tested on the whole test set; validation,
which chooses the epoch, is of other images with right labels. Seeds are paired: one decides which
labels or images, and the network. Finished trainings are kept. Prints the table, and draws both
curves in one plot.
"""

import argparse
import json
from pathlib import Path

import numpy as np

from keras_recipes import SGD, TFDS, Arrays, ConvNet, Cosine, Flip, PaddedCrop, Recipe, Stopping
from keras_recipes.studies.local_workers import LocalWorkers
from keras_recipes.studies.paired_effect import paired_effect
from keras_recipes.studies.run_trials import run_trials
from keras_recipes.studies.trials import Trials
from keras_recipes.training.batch_attempts import hide_gpus
from keras_recipes.training.hardware import versions

NOISE = (0.1, 0.2, 0.4)
CLEAN = (0.75, 0.5, 0.25)
VALIDATION = 1000


def main():
    """Train what is not there yet, and tell."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--studies", type=Path, default=Path("studies"))
    parser.add_argument("--images", type=int, default=10_000, help="to train on; 10,000")
    parser.add_argument("--epochs", type=int, default=10, help="over all of them; 10")
    parser.add_argument("--width", type=int, default=16, help="of the ConvNet; 16")
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--jobs", type=int, default=1)
    options = parser.parse_args()
    hide_gpus()
    folder = options.studies.resolve()
    base = read_images(options.images)
    kept = Trials(
        folder / "trials", sources=folder, versions=versions(),
        fingerprint=lambda data: data.build().fingerprint,
    )  # fmt: skip
    cases = [("all", None), *(("noise", each) for each in NOISE), *(("clean", e) for e in CLEAN)]
    trials = {
        (case, seed): kept.trial(f"{case[0]} {case[1] or ''} {seed}",
                                 recipe_on(write(folder, base, case, seed), case, seed, options))
        for case in cases
        for seed in range(options.seeds)
    }  # fmt: skip

    def tell(trial, outcome):
        print(trial.variant, outcome.error or f"{outcome.results['accuracy']:.4f}, "
              f"{outcome.results['seconds']:.0f} s", flush=True)  # fmt: skip

    outcomes = run_trials(list(trials.values()), LocalWorkers(kept, options.jobs), tell=tell)
    accuracies = {
        case: [outcomes[trials[case, seed].key].results["accuracy"]
               for seed in range(options.seeds)]
        for case in cases
    }  # fmt: skip
    report(accuracies, options)
    draw(accuracies, options.images).savefig(options.studies / "quality_quantity.png", dpi=110)
    about = {"images": options.images, "epochs": options.epochs, "width": options.width,
             "versions": versions(),
             "accuracies": [[*case, found] for case, found in accuracies.items()]}  # fmt: skip
    (options.studies / "quality_quantity.json").write_text(json.dumps(about, indent=2) + "\n")


def read_images(count):
    """Training images and labels, `VALIDATION` others, and the test set, of CIFAR-10."""
    dataset = TFDS("cifar10", validation_fraction=0.02).build()
    generator = np.random.default_rng(0)
    labels = dataset.train.class_labels()
    per_class = [generator.permutation(np.flatnonzero(labels == each)) for each in range(10)]
    chosen = np.concatenate([each[: count // 10] for each in per_class])
    train, test = dataset.train.subset(generator.permutation(chosen)), dataset.read_test()
    parts = {"": train, "validation_": dataset.validation, "test_": test}
    return {
        f"{name}{what}": array
        for name, part in parts.items()
        for what, array in (
            ("images", part.images[part.indices]), ("labels", part.class_labels()),
        )
    } | {"class_names": np.array(dataset.class_names)}  # fmt: skip


def write(folder, base, case, seed):
    """The `.npz` that a case and seed are trained on; the same each time."""
    kind, share = case
    file = folder / f"{kind}-{share}-{seed if share else 0}-{len(base['labels'])}.npz"
    if file.exists():
        return file
    generator = np.random.default_rng([seed, 1])
    images, labels = base["images"], base["labels"].copy()
    order = generator.permutation(len(labels))
    if kind == "noise":
        wrong = order[: round(share * len(labels))]
        labels[wrong] = (labels[wrong] + generator.integers(1, 10, len(wrong))) % 10
    elif kind == "clean":
        rows = np.sort(order[: round(share * len(labels))])
        images, labels = images[rows], labels[rows]
    folder.mkdir(parents=True, exist_ok=True)
    np.savez(file, **{**base, "images": images, "labels": labels})
    return file


def recipe_on(file, case, seed, options):
    """The training: as many steps whatever the number of images."""
    share = case[1] if case[0] == "clean" else 1.0
    epochs = round(options.epochs / share)
    return Recipe(
        data=Arrays(str(file)),
        augment=(PaddedCrop(4), Flip()),
        model=ConvNet(blocks=3, convolutions=1, width=options.width),
        optimizer=SGD(learning_rate=0.05, momentum=0.9, weight_decay=1e-3),
        schedule=Cosine(warmup_epochs=epochs / 10),
        stopping=Stopping(monitor="val_nll"),
        epochs=epochs,
        batch_size=64,
        seed=seed,
    )


def report(accuracies, options):
    """The table."""
    print(f"\n{options.images} images, {options.epochs} epochs over all of them, "
          f"width {options.width}, {options.seeds} paired seeds\n")  # fmt: skip
    print("| trained on | test accuracy, mean (range) | difference, 95 % |\n|---|---|---|")
    plain = accuracies["all", None]
    for case, found in accuracies.items():
        name = {"all": "all images, right labels", "noise": f"{case[1] or 0:.0%} wrong labels",
                "clean": f"{case[1] or 0:.0%} of the images, right labels"}[case[0]]  # fmt: skip
        effect = paired_effect(found, plain)
        told = "" if case[1] is None else (
            f"{effect.mean:+.4f} ({effect.low:+.4f} to {effect.high:+.4f})"
        )  # fmt: skip
        print(f"| {name} | {np.mean(found):.4f} ({min(found):.4f} to {max(found):.4f}) | {told} |")


def draw(accuracies, images):
    """Accuracy by the number of images with a right label, for both ways to have fewer."""
    from matplotlib.figure import Figure

    from keras_recipes.report.panel import TRAINING, head_panel, style_panel
    from keras_recipes.report.panel import VALIDATION as OTHER

    figure = Figure(figsize=(7, 4), layout="constrained", facecolor="white")
    axis = figure.subplots()
    for kind, style, label in (
        ("clean", TRAINING, "fewer images, all right"),
        ("noise", OTHER, "all images, some labels wrong"),
    ):
        found = {
            images * ((1 - share) if kind == "noise" else share) if share else images: values
            for (name, share), values in accuracies.items()
            if name in (kind, "all")
        }
        places = sorted(found)
        axis.plot(places, [np.mean(found[each]) for each in places], label=label, **style)
        for place in places:
            axis.plot([place] * len(found[place]), found[place], linestyle="", marker="o",
                      markersize=3, alpha=0.6, color=style["color"])  # fmt: skip
    axis.set_xlabel("images with a right label")
    style_panel(axis)
    head_panel(axis, "Test accuracy, a dot a seed")
    return figure


if __name__ == "__main__":
    main()
