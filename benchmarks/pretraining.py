"""Pretraining beside none: 1 % and 10 % of the labels of CIFAR-10 after one pretraining a method.

    python benchmarks/pretraining.py --runs /tmp/pretraining_runs
    python benchmarks/pretraining.py --runs /tmp/tiny --images 600 --epochs 1 --budget 2 --seeds 2

`recipes/cifar_pretrain.py` pretrains once a method, on `--images` images for `--epochs` epochs.
Then each method's body, and a network as new, are trained alike on 1 % and 10 % of the labels, for
`--seeds` choices of labels, with the same number of steps: the epochs of 10 % are a tenth of those
of 1 %. Test images are those of the data set, and read once a run; the best epoch is chosen by
validation. The linear probe is scikit-learn's logistic regression on the same labels and frozen
features, tested on the test images, of the body as new too.

What is done is kept in `--runs`, and not done again.
"""

import argparse
import itertools
import json
import statistics
from pathlib import Path

from recipe_run import ROOT, train

from keras_recipes.studies.paired_effect import paired_effect

RECIPE = "recipes/cifar_pretrain.py"
METHODS = ("none", "simclr", "autoencoder", "rotations")
SHARES = (0.01, 0.1)
_HELD_OUT = 0.04


def main():
    """Train what is missing and print the tables."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--runs", type=Path, required=True, help="folder of the runs")
    parser.add_argument("--images", type=int, default=15000, help="to pretrain on; 15000")
    parser.add_argument("--epochs", type=int, default=30, help="of pretraining; 30")
    parser.add_argument("--budget", type=int, default=60, help="epochs on 1 %% of the labels; 60")
    parser.add_argument("--seeds", type=int, default=3, help="choices of labels; 3")
    parser.add_argument(
        "--methods", nargs="+", choices=METHODS, default=METHODS,
        help="all; once they are pretrained, several processes may share the trainings",
    )  # fmt: skip
    parser.add_argument(
        "--set", action="append", default=[], metavar="PATH=VALUE", help="as of run, for all"
    )
    options = parser.parse_args()
    if options.methods == ["none"]:
        parser.error("--methods none needs another: it is that one's network as new")
    bodies = {name: pretrain(name, options) for name in options.methods}
    scores, probes = {}, {}
    for share, seed, name in itertools.product(SHARES, range(options.seeds), bodies):
        assignments = labelled(bodies, name, share, seed, options)
        folder = options.runs / f"{name}-{share:g}-{seed}"
        scores[name, share, seed] = train(f"{RECIPE}:none", assignments, seed, folder)["test"]
        probes[name, share, seed] = probe(bodies[name], assignments, folder)
    print_table("test accuracy, trained on the labels", options, {
        key: each["accuracy"] for key, each in scores.items()
    })  # fmt: skip
    print_table("test accuracy of the linear probe", options, probes)


def pretrain(name, options):
    """The body of a method, as a model file; that of a network as new is any method's.

    The run's own training on labels is cut to an epoch: others follow.
    """
    if name == "none":
        return None
    folder = options.runs / f"pretrain-{name}"
    assignments = [
        f"pretrain.unlabelled.train_examples={options.images}",
        f"pretrain.unlabelled.validation_fraction={_HELD_OUT}",
        f"data.validation_fraction={_HELD_OUT}",
        f"pretrain.epochs={options.epochs}", "schedule.warmup_epochs=0", "epochs=1", *options.set,
    ]  # fmt: skip
    if options.epochs == 1:
        assignments.append("pretrain.schedule.warmup_epochs=0")
    train(f"{RECIPE}:{name}", assignments, 0, folder)
    (file,) = folder.glob("*/pretrained.keras")
    return file.resolve()


def labelled(bodies, name, share, seed, options):
    """What is set for a training on a share of the labels."""
    body = bodies[name] or next(each for each in bodies.values() if each is not None)
    fresh = ", weights=None" if bodies[name] is None else ""
    epochs = max(1, round(options.budget * SHARES[0] / share))
    examples = round(50_000 * (1 - _HELD_OUT) * share)
    return [
        f"data.train_examples={examples}", f"data.split_seed={seed}",
        f"data.validation_fraction={_HELD_OUT}",
        f"model=Transfer('{body}'{fresh}, batch_normalization='training')",
        f"schedule.warmup_epochs={min(2.0, epochs / 3)}", f"epochs={epochs}", *options.set,
    ]  # fmt: skip


def probe(body, assignments, folder):
    """Test accuracy of a linear classifier on a body's frozen features; kept in a file."""
    kept = folder / "probe.json"
    if not kept.is_file():
        kept.write_text(json.dumps(measure_probe(body, assignments)))
    return json.loads(kept.read_text())


def measure_probe(body, assignments):
    """The body of the recipe's network as new where `body` is None."""
    import keras
    import numpy as np

    from keras_recipes.pretraining import feature_model, linear_accuracy
    from keras_recipes.recipe.load import load
    from keras_recipes.training.evaluate import predict_examples

    recipe = load(str(ROOT / RECIPE) + ":none", assignments).recipe
    dataset = recipe.data.build()
    keras.utils.set_random_seed(recipe.seed)
    model = recipe.model.build(
        input_shape=dataset.image_shape, num_classes=dataset.num_classes, mean=None, variance=None
    )
    features = feature_model(model if body is None else keras.models.load_model(body))

    def compute(examples):
        found = predict_examples(features, examples, dataset.num_classes)
        return found.astype(np.float32), examples.class_labels()

    return linear_accuracy(*compute(dataset.train), *compute(dataset.read_test()))


def print_table(title, options, found):
    """A row for each method and share: mean, each, and the gain over none, paired by labels."""
    print(f"\n{title}\n\n| labels | pretraining | mean | each | against none, 95 % |")
    print("|---|---|---|---|---|")
    for share, name in itertools.product(SHARES, options.methods):
        own = [found[name, share, seed] for seed in range(options.seeds)]
        against = ""
        if name != "none" and "none" in options.methods:
            gain = paired_effect(own, [found["none", share, seed] for seed in range(options.seeds)])
            against = f"{gain.mean:+.4f} ({gain.low:+.4f} to {gain.high:+.4f})"
        each = ", ".join(f"{score:.4f}" for score in own)
        print(f"| {share:.0%} | {name} | {statistics.mean(own):.4f} | {each} | {against} |")


if __name__ == "__main__":
    main()
