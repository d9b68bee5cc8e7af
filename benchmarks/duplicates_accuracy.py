"""What near duplicates of training images are worth to a test accuracy.

    TFDS_DATA_DIR=... python benchmarks/duplicates_accuracy.py --runs /tmp/duplicates_runs
    ... --set epochs=10 --without

Trains the shipped recipe and tests it on all test images, on those that have a near duplicate among
the images it was trained on, and on the others. With `--without` it is trained once more, on what
the audit's exclude list leaves, and tested on the same images: so that it is seen what was
remembered and what is merely easy. What is trained is kept in `--runs`, and not done again.
"""

import argparse
from pathlib import Path

import keras
import numpy as np
from recipe_run import ROOT, train

from keras_recipes.audit import AuditedImages
from keras_recipes.audit.audit import audit
from keras_recipes.audit.lists import write_exclude_list
from keras_recipes.recipe.load import load
from keras_recipes.training.evaluate import predict_examples, wilson_interval

RECIPE = "recipes/cifar_resnet.py"


def main():
    """Train what is missing and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--runs", type=Path, required=True, help="folder of the runs")
    parser.add_argument("--without", action="store_true", help="also without the duplicates")
    parser.add_argument("--set", action="append", default=[], metavar="PATH=VALUE")
    options = parser.parse_args()
    options.runs.mkdir(parents=True, exist_ok=True)
    dataset = load(str(ROOT / RECIPE), options.set).recipe.data.build()
    test = dataset.read_test()
    found = audit(AuditedImages.of(dataset))
    has_duplicate = resembles_training(found)
    print(f"{has_duplicate.sum()} of {len(has_duplicate)} test images have a near duplicate in "
          f"training, {found.duplicates.correlation:.3f} or more", flush=True)  # fmt: skip
    trainings = {"as it is": []}
    if options.without:
        listed = (options.runs / "exclude.txt").resolve()
        write_exclude_list(found.findings, listed)
        trainings["without duplicates"] = [f"data.exclude={str(listed)!r}"]
    right = {}
    for name, more in trainings.items():
        folder = options.runs / name.replace(" ", "_")
        train(RECIPE, [*options.set, *more], 0, folder)
        (best,) = folder.glob("*/best.keras")
        logits = predict_examples(keras.models.load_model(best), test, dataset.num_classes)
        right[name] = logits.argmax(axis=1) == test.class_labels()
    print_table(right, has_duplicate)


def resembles_training(found):
    """Which test images have a near duplicate among those to train on; bool `(test images,)`."""
    splits, pairs = found.images.splits, found.duplicates.pairs
    result = np.zeros(len(splits), bool)
    for one, other in (pairs.T, pairs.T[::-1]):
        result[other[(splits[one] == 0) & (splits[other] == 2)]] = True
    return result[splits == 2]


def print_table(right, has_duplicate):
    """A row a training, and the difference between the two, image by image."""
    parts = {
        "all test images": np.ones(len(has_duplicate), bool),
        "with a near duplicate in training": has_duplicate,
        "without one": ~has_duplicate,
    }
    print(f"\n| trained on the images | {' | '.join(parts)} |\n|{'---|' * (len(parts) + 1)}")
    for name, found in right.items():
        cells = []
        for which in parts.values():
            low, high = wilson_interval(int(found[which].sum()), int(which.sum()))
            cells.append(f"{found[which].mean():.4f} ({low:.4f} to {high:.4f})")
        print(f"| {name} | {' | '.join(cells)} |")
    if len(right) == 2:
        one, other = right.values()
        cells = [
            f"{(which & one & ~other).sum()} lost, {(which & other & ~one).sum()} won"
            for which in parts.values()
        ]
        print(f"| what the second lost and won | {' | '.join(cells)} |")


if __name__ == "__main__":
    main()
