"""How many of the wrong labels that were planted in CIFAR-10 an audit suspects.

    TFDS_DATA_DIR=... python benchmarks/audit_labels.py --studies planted --jobs 2

A share of the labels of seeded, stratified training images of CIFAR-10 is replaced by another
class, drawn evenly. The recipe below is cross-validated on them as `keras-recipes audit --labels`
does, by trials that are kept; then confident learning takes the suspects. Printed: precision, the
share of the suspects that were planted, and recall, the share of the planted ones that are
suspected, with Wilson's 95 % intervals; at the suggested cut, and for as many as were planted and
twice as many, ranked. Labels that are wrong in CIFAR-10 itself count as false alarms.
"""

import argparse
import json
from pathlib import Path

import numpy as np

from keras_recipes import SGD, TFDS, Arrays, ConvNet, Cosine, Flip, PaddedCrop, Recipe, Stopping
from keras_recipes.audit.out_of_fold import out_of_fold
from keras_recipes.audit.suspect_labels import suspect_labels
from keras_recipes.studies.folds import fold_recipes, fold_trials
from keras_recipes.studies.local_workers import LocalWorkers
from keras_recipes.studies.run_trials import run_trials
from keras_recipes.studies.trials import Trials
from keras_recipes.training.batch_attempts import hide_gpus
from keras_recipes.training.evaluate import wilson_interval
from keras_recipes.training.hardware import versions


def plant(file: Path, images: int, share: float, seed: int) -> np.ndarray:
    """Write `images` of CIFAR-10 with wrong labels, and its test set; returns where they are wrong.

    Args:
        file: the `.npz`, as `Arrays` reads it; a seeded choice writes the same each time.
        images: how many, stratified.
        share: of them that gets a wrong label.
        seed: of which, and of what they are called.
    """
    whole = TFDS("cifar10", train_examples=images, validation_fraction=0.02, split_seed=seed)
    dataset = whole.build()
    chosen, test = dataset.train, dataset.read_test()
    generator = np.random.default_rng(seed)
    labels = chosen.class_labels().copy()
    wrong = np.sort(generator.permutation(len(labels))[: round(share * len(labels))])
    others = generator.integers(1, dataset.num_classes, len(wrong))
    labels[wrong] = (labels[wrong] + others) % dataset.num_classes
    file.parent.mkdir(parents=True, exist_ok=True)
    np.savez(
        file, images=chosen.images[chosen.indices], labels=labels,
        test_images=test.images[test.indices[:1000]],
        test_labels=test.class_labels()[:1000],
        class_names=np.array(dataset.class_names),
    )  # fmt: skip
    return wrong


def recipe_on(file: Path, epochs: int, convolutions: int) -> Recipe:
    """What is cross-validated: three blocks of convolutions, with the usual augmentation."""
    return Recipe(
        data=Arrays(str(file), validation_fraction=0.05),
        augment=(PaddedCrop(4), Flip()),
        model=ConvNet(blocks=3, convolutions=convolutions, width=32),
        optimizer=SGD(learning_rate=0.05, momentum=0.9, weight_decay=1e-3),
        schedule=Cosine(warmup_epochs=1),
        stopping=Stopping(monitor="val_nll"),
        epochs=epochs,
        batch_size=64,
    )


def line(name, suspected, planted):
    """Precision and recall of a set of positions, as a line of the table and as numbers."""
    hits, suspected = len(np.intersect1d(suspected, planted)), len(suspected)
    shares = {}
    for what, of in (("precision", suspected), ("recall", len(planted))):
        shares[what] = (hits / of, *wilson_interval(hits, of)) if of else (0.0, 0.0, 0.0)
    cells = [f"{each[0]:.3f} ({each[1]:.3f} to {each[2]:.3f})" for each in shares.values()]
    print(f"| {name} | {suspected} | {hits} | {cells[0]} | {cells[1]} |")
    return {"cut": name, "suspects": suspected, "planted": hits, **shares}


def main():
    """Plant, cross-validate, suspect, and tell."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--studies", type=Path, default=Path("studies"))
    parser.add_argument("--images", type=int, default=10_000)
    parser.add_argument("--share", type=float, default=0.05)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--folds", type=int, default=5)
    parser.add_argument("--epochs", type=int, default=20)
    parser.add_argument("--convolutions", type=int, default=2, help="in each of three blocks; 2")
    parser.add_argument("--jobs", type=int, default=1)
    options = parser.parse_args()
    hide_gpus()
    file = (
        options.studies.resolve() / f"planted-{options.images}-{options.share}-{options.seed}.npz"
    )
    planted = plant(file, options.images, options.share, options.seed)
    recipe = recipe_on(file, options.epochs, options.convolutions)
    kept = Trials(
        options.studies.resolve() / "trials", sources=file.parent, versions=versions(),
        fingerprint=lambda data: data.build().fingerprint,
    )  # fmt: skip
    trials = fold_trials(fold_recipes(recipe, options.folds, 1), kept)

    def tell(trial, outcome):
        print(trial.variant, outcome.error or f"accuracy {outcome.results['accuracy']:.4f}, "
              f"{outcome.results['seconds']:.0f} s", flush=True)  # fmt: skip

    outcomes = run_trials(trials, LocalWorkers(kept, options.jobs), tell=tell)
    dataset = recipe.data.build()
    found = out_of_fold(dataset, [outcomes[each.key] for each in trials])
    # The file's rows are the images in the order that they were planted in.
    rows = np.concatenate([dataset.train.indices, dataset.validation.indices])[found.indices]
    suspects = [each.position for each in suspect_labels(found.labels, found.probabilities)]
    given = found.probabilities[np.arange(len(found)), found.labels]
    ranked = np.argsort(given, kind="stable")
    print(f"out-of-fold accuracy with the labels given {found.accuracy:.4f}")
    print("| cut | suspects | of them planted | precision | recall |\n|---|---|---|---|---|")
    lines = [
        line("suggested", rows[suspects], planted),
        line("as many as were planted", rows[ranked[: len(planted)]], planted),
        line("twice as many", rows[ranked[: 2 * len(planted)]], planted),
    ]
    about = {**{k: v for k, v in vars(options).items() if k != "studies"}, "lines": lines,
             "accuracy": found.accuracy, "versions": versions()}  # fmt: skip
    (options.studies / "audit_labels.json").write_text(json.dumps(about, indent=2) + "\n")


if __name__ == "__main__":
    main()
