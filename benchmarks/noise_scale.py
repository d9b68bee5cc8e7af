"""Whether the gradient noise scale predicts what a batch size costs: a sweep against it.

    taskset -c 0 nice -n 10 python benchmarks/noise_scale.py digits --folder noise_scale
    python benchmarks/noise_scale.py --report --folder noise_scale --out docs/noise_scale.png

For each batch size, plain stochastic gradient descent at a constant rate trains from several seeds
until the loss over the training examples is down at each of two targets; the rate is tuned for
each batch size and target on a grid, until the best has a worse one on both sides. Steps are those
at which the mean of the last three evaluations, a fortieth of the training apart, reaches the
target; the score of a rate is the geometric mean over the seeds. Batches are drawn with
replacement.

Then the model is trained again in `model.fit`, at three of the batch sizes and their tuned rates,
with `GradientNoiseScale`, up to the step at which the target was reached: its average over that
training predicts the critical batch size, with no batch size swept.

Every finished training is a file in the folder: called again, the sweep goes on where it stopped.
"""

import argparse
import json
import math
import os
import platform
import time
from pathlib import Path

import numpy as np

PROBLEMS = {
    "digits": {
        "about": "1,797 digits, MLP 64-64-10",
        "sizes": (4, 8, 16, 32, 64, 128, 256, 512, 1024),
        "targets": (0.02, 0.1),  # the lowest first: to it they train
        "rates_per_octave": 2,
        "first_rate": 0.1,
        "measured_at": (8, 64, 512),
        "seeds": 5,
        "small_batch": 32,
    },
    "cifar10": {
        "about": "10,000 images of CIFAR-10 at 16x16, three convolutions",
        "sizes": (8, 16, 32, 64, 128, 256, 512),
        "targets": (1.4, 1.7),
        "rates_per_octave": 2,
        "first_rate": 0.025,
        "measured_at": (16, 64, 256),
        "seeds": 3,
        "small_batch": 32,
    },
}


def load(problem):
    """(inputs, labels, where the loss is evaluated)."""
    if problem == "digits":
        from sklearn.datasets import load_digits

        images, labels = load_digits(return_X_y=True)
        images = ((images - images.mean()) / images.std()).astype("float32")
        return images, labels.astype("int64"), slice(None)
    from keras_recipes import TFDS

    train = TFDS("cifar10", train_examples=10_000).build().train
    images = np.asarray(train.images[train.indices], "float32")
    images = images.reshape(-1, 16, 2, 16, 2, 3).mean((2, 4))
    images = (images - images.mean((0, 1, 2))) / images.std((0, 1, 2))
    return images, train.class_labels(), slice(2000)


def make_model(problem, seed):
    """The network, from initial weights of its own."""
    import keras

    keras.utils.set_random_seed(seed)
    if problem == "digits":
        layers = [keras.Input((64,)), keras.layers.Dense(64, activation="relu")]
    else:
        layers = [keras.Input((16, 16, 3))]
        layers += [
            keras.layers.Conv2D(width, 3, 2, "same", activation="relu") for width in (16, 32, 64)
        ]
        layers += [keras.layers.Flatten()]
    return keras.Sequential([*layers, keras.layers.Dense(10)])


class Sweep:
    """The trainings of one problem, each kept in a file."""

    def __init__(self, problem, folder):
        self.problem, self.about = problem, PROBLEMS[problem]
        self.folder = Path(folder) / problem
        self.folder.mkdir(parents=True, exist_ok=True)
        self._data = None

    def rate(self, index):
        """The rate at a place of the grid."""
        return self.about["first_rate"] * 2 ** (index / self.about["rates_per_octave"])

    def training(self, size, index, seed):
        """What a training gave, as its file says; None where there is none."""
        path = self.folder / f"batch{size}_rate{index}_seed{seed}.json"
        return json.loads(path.read_text()) if path.exists() else None

    def steps(self, size, index, target):
        """Steps to a target at a rate, of each seed; infinite where it was not reached."""
        found = [self.training(size, index, seed) for seed in range(self.about["seeds"])]
        if None in found:
            return None
        return [_steps_to(each["curve"], target) for each in found]

    def score(self, size, index, target):
        """Geometric mean of `steps`; None where the trainings are missing."""
        steps = self.steps(size, index, target)
        return None if steps is None else math.exp(np.mean(np.log(steps)))

    def best(self, size, target):
        """Place of the best rate among those that were tried, or None."""
        indices = {int(path.name.split("_")[1][4:]) for path in self.folder.glob(f"batch{size}_*")}
        scores = {index: self.score(size, index, target) for index in indices}
        scores = {index: score for index, score in scores.items() if score is not None}
        scores = {index: score for index, score in scores.items() if math.isfinite(score)}
        return min(scores, key=scores.get) if scores else None

    def run(self):
        """Train all that is missing."""
        start = 0
        for size in self.about["sizes"]:
            for target in self.about["targets"]:
                start = self._climb(size, start, target)
            print(f"{self.problem} batch {size}:", *(
                f"{target}: {self.score(size, self.best(size, target), target):.0f} steps at "
                f"{self.rate(self.best(size, target)):.3g};" for target in self.about["targets"]
            ), flush=True)  # fmt: skip
        for target in self.about["targets"]:
            for size in self.about["measured_at"]:
                for seed in range(self.about["seeds"]):
                    self._measure(size, target, seed)

    def _climb(self, size, index, target):
        """Try rates from `index` on until the best has worse neighbours; returns its place."""
        scores = {}

        def score(place):
            if place not in scores:
                best = min(scores.values(), default=math.inf)
                for seed in range(self.about["seeds"]):
                    self._train(size, place, seed, best)
                scores[place] = self.score(size, place, target)
            return scores[place]

        score(index)
        while True:
            best = min(scores, key=lambda each: (scores[each], each))
            if scores[best] == math.inf:  # too high a rate; one too low is only slow
                best = min(scores) - 1
                score(best)
                continue
            missing = [each for each in (best + 1, best - 1) if each not in scores]
            if not missing:
                return best
            score(missing[0])

    def _train(self, size, index, seed, best):
        """Train until the lowest target is reached, it diverges, or is slower than the best."""
        path = self.folder / f"batch{size}_rate{index}_seed{seed}.json"
        if path.exists():
            return
        import tensorflow as tf

        images, labels, evaluated = self._load()
        model, rate = make_model(self.problem, seed), self.rate(index)
        weights = model.trainable_weights

        def loss(x, y):
            return tf.reduce_mean(
                tf.nn.sparse_softmax_cross_entropy_with_logits(y, model(x, training=True))
            )

        @tf.function
        def train(first, last):
            for step in tf.range(first, last):
                rows = tf.random.stateless_uniform(
                    (size,), (seed, step), 0, len(labels), dtype=tf.int32
                )
                with tf.GradientTape() as tape:
                    value = loss(tf.gather(images, rows), tf.gather(labels, rows))
                for weight, gradient in zip(weights, tape.gradient(value, weights), strict=True):
                    weight.assign_sub(rate * gradient)

        evaluate = tf.function(lambda: loss(images[evaluated], labels[evaluated]))
        step, curve, began = 0, [(0, float(evaluate()))], time.monotonic()
        limit = min(1.5 * best, 40_000 if size < 32 else 20_000)
        lowest = min(self.about["targets"])
        while step < limit and _steps_to(curve, lowest) == math.inf:
            then = step + max(1, step // 40)
            train(tf.constant(step), tf.constant(then))
            step = then
            curve.append((step, float(evaluate())))
            if not curve[-1][1] < 3 * curve[0][1]:
                break
        seconds = time.monotonic() - began
        _write(path, {"rate": rate, "curve": curve, "seconds": seconds})

    def _measure(self, size, target, seed):
        """Train by `model.fit` to where the target was reached, with the callback."""
        path = self.folder / f"measured_batch{size}_target{target}_seed{seed}.json"
        if path.exists():
            return
        import keras
        import tensorflow as tf

        from keras_recipes.tuning import GradientNoiseScale

        images, labels, _ = self._load()
        index = self.best(size, target)
        steps = math.ceil(self.score(size, index, target))

        def batch(step):
            rows = tf.random.stateless_uniform(
                (size,), (seed, tf.cast(step, tf.int32)), 0, len(labels), dtype=tf.int32
            )
            return tf.gather(images, rows), tf.gather(labels, rows)

        model = make_model(self.problem, seed)
        model.compile(
            keras.optimizers.SGD(self.rate(index)),
            keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        )
        callback = GradientNoiseScale(
            (np.asarray(images), np.asarray(labels)),
            small_batch=self.about["small_batch"],
            factor=32,
            every_steps=max(1, steps // 80),
            seed=seed,
        )
        batches = tf.data.Dataset.range(steps).map(batch)
        model.fit(batches, verbose=0, shuffle=False, callbacks=[callback])
        _write(path, callback.get_state())

    def _load(self):
        import tensorflow as tf

        if self._data is None:
            images, labels, evaluated = load(self.problem)
            self._data = tf.constant(images), tf.constant(labels), evaluated
        return self._data

    def measured(self, size, target):
        """B_simple over the training, of each seed."""
        from keras_recipes.tuning import noise_scale_over_training

        found = []
        for seed in range(self.about["seeds"]):
            path = self.folder / f"measured_batch{size}_target{target}_seed{seed}.json"
            if path.exists():
                found.append(noise_scale_over_training(_read_measurements(path)))
        return found


def _steps_to(curve, target):
    """Where the mean of three evaluations falls to `target`, on a line between two such means."""
    steps, losses = (np.array(each, float) for each in zip(*curve, strict=True))
    if len(steps) < 3:
        return math.inf
    steps = (steps[2:] + steps[1:-1] + steps[:-2]) / 3
    losses = (losses[2:] + losses[1:-1] + losses[:-2]) / 3
    below = np.flatnonzero(losses <= target)
    if not len(below):
        return math.inf
    n = below[0]
    if n == 0:
        return float(steps[0])
    share = (losses[n - 1] - target) / (losses[n - 1] - losses[n])
    return float(steps[n - 1] + share * (steps[n] - steps[n - 1]))


def fit_curve(sizes, steps):
    """S_min, B_crit and its 95 % interval of S = S_min (1 + B_crit / B), by least squares in log S.

    The interval holds every B_crit whose sum of squares is within Student's quantile of the least,
    by the scatter of the points about the curve: what does not fit the curve widens it.
    """
    sizes, logs = np.asarray(sizes, float), np.log(steps)
    candidates = np.geomspace(0.1, 1e5, 20_000)
    left = logs - np.log1p(candidates[:, None] / sizes)
    squares = left.var(axis=1) * len(sizes)
    best = int(np.argmin(squares))
    from keras_recipes.tuning.noise_scale import _student

    freedom = len(sizes) - 2
    within = candidates[squares <= squares[best] * (1 + _student(freedom) ** 2 / freedom)]
    return (
        math.exp(left[best].mean()),
        candidates[best],
        (within[0], within[-1]),
        math.sqrt(squares[best] / freedom),
    )


def report(folder, out):
    """Print the tables, and draw what is there."""
    results = []
    for problem, about in PROBLEMS.items():
        sweep = Sweep(problem, folder)
        files = list(sweep.folder.glob("batch*.json"))
        if not files:
            continue
        seconds = sum(json.loads(path.read_text())["seconds"] for path in files)
        print(f"\n{about['about']}: {len(files)} trainings in {seconds / 60:.1f} minutes")
        for target in about["targets"]:
            results.append((about, target, _report_target(sweep, target)))
    if out and results:
        draw(results, out)


def _report_target(sweep, target):
    points = []
    for size in sweep.about["sizes"]:
        index = sweep.best(size, target)
        if index is None:
            continue
        steps = sweep.steps(size, index, target)
        points.append((size, sweep.rate(index), sweep.score(size, index, target), steps))
    sizes, scores = [each[0] for each in points], [each[2] for each in points]
    fewest, critical, interval, scatter = fit_curve(sizes, scores)
    print(f"\ntarget {target}\n")
    print("| batch | best rate | steps | seeds' range | examples | steps by the fitted curve |")
    print("|---|---|---|---|---|---|")
    for size, rate, score, steps in points:
        print(f"| {size} | {rate:.3g} | {score:.0f} | {min(steps):.0f} to {max(steps):.0f} | "
              f"{size * score:.0f} | {fewest * (1 + critical / size):.0f} |")  # fmt: skip
    print(f"\nS_min {fewest:.0f}, B_crit {critical:.0f} ({interval[0]:.0f} to {interval[1]:.0f}), "
          f"scatter about the curve {scatter:.0%}")  # fmt: skip
    measured = {}
    print("\n| noise scale in training at | average | seeds' range | quarters | ratio of all |")
    print("|---|---|---|---|---|")
    for size in sweep.about["measured_at"]:
        found = sweep.measured(size, target)
        averages = [each.average for each in found if each.average.value is not None]
        if not averages:
            continue
        measured[size] = averages
        values = [each.value for each in averages]
        quarters = np.mean([[part.value for part in each.quarters] for each in found], axis=0)
        print(f"| {size} | {np.mean(values):.0f} | "
              f"{min(values):.0f} to {max(values):.0f} | "
              f"{', '.join(f'{each:.0f}' for each in quarters)} | "
              f"{np.mean([each.whole.value for each in found]):.0f} |")  # fmt: skip
        if len(averages) < len(found):
            print(f"\n{len(found) - len(averages)} of {len(found)} seeds had no usable average\n")
    every = [each for averages in measured.values() for each in averages]
    if every:
        reach = [np.mean([getattr(each, end) / each.value for each in every]) - 1
                 for end in ("low", "high")]  # fmt: skip
        print(f"\n95 % interval of a seed's average: {reach[0]:+.0%} to {reach[1]:+.0%}")
    return points, (fewest, critical, interval), measured


def _read_measurements(path):
    from keras_recipes.tuning import Measurement

    return [
        Measurement(step, squared, variance, tuple(covariance), freedom)
        for step, squared, variance, covariance, freedom in json.loads(path.read_text())["history"]
    ]


def draw(results, out):
    """Steps over batch size, measured, fitted and as the noise scale predicts."""
    from matplotlib.figure import Figure
    from matplotlib.ticker import LogLocator, NullLocator

    from keras_recipes.report.panel import FAINT, INK, TRAINING, VALIDATION

    rows = math.ceil(len(results) / 2)
    figure = Figure(figsize=(9.5, 4.1 * rows), layout="constrained", facecolor="white")
    axes = figure.subplots(rows, 2, squeeze=False).ravel()
    for axis, (about, target, (points, fitted, measured)) in zip(axes, results, strict=False):
        sizes = np.array([each[0] for each in points], float)
        fewest, critical, interval = fitted
        grid = np.geomspace(sizes[0] / 1.5, sizes[-1] * 1.5, 200)
        means = [np.mean([each.value for each in found]) for found in measured.values() if found]
        if means:
            # One number is left free, the fewest steps: the points choose it.
            low, middle, high = (
                np.exp(np.mean(np.log([each[2] for each in points]) - np.log1p(scale / sizes)))
                * (1 + scale / grid)
                for scale in (min(means), np.mean(means), max(means))
            )
            axis.fill_between(grid, low, high, color=TRAINING["color"], alpha=0.25, linewidth=0)
            axis.plot(grid, middle, linewidth=1.6, **TRAINING,
                      label=f"noise scale {np.mean(means):.0f} ({min(means):.0f} to "
                      f"{max(means):.0f})")  # fmt: skip
        axis.plot(grid, fewest * (1 + critical / grid), color=VALIDATION["color"], linewidth=1.6,
                  label=f"fitted $B_{{crit}}$ {critical:.0f} "
                  f"({interval[0]:.0f} to {interval[1]:.0f})")  # fmt: skip
        scores = np.array([each[2] for each in points])
        low, high = np.array([(min(each[3]), max(each[3])) for each in points]).T
        axis.errorbar(sizes, scores, (scores - low, high - scores), fmt="o", color=INK,
                      markersize=4.5, linewidth=1.1, capsize=2,
                      label=f"sweep, {about['seeds']} seeds (mean, range)")  # fmt: skip
        axis.set(xscale="log", yscale="log", xlabel="batch size", ylabel="steps to the target")
        axis.set_xscale("log", base=2)
        axis.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
        axis.yaxis.set_minor_locator(NullLocator())
        for each in (axis.xaxis, axis.yaxis):
            each.set_major_formatter(lambda value, _: f"{value:g}")
        title = f"{about['about']}\ntraining loss {target}"
        axis.set_title(title, loc="left", fontsize=10, color=INK)
        axis.spines[["top", "right"]].set_visible(False)
        axis.spines[["left", "bottom"]].set_color(FAINT)
        axis.grid(color="#e4e4e4", linewidth=0.8)
        axis.set_axisbelow(True)
        axis.legend(frameon=False, fontsize=8.5)
    for axis in axes[len(results) :]:
        axis.set_axis_off()
    figure.savefig(out, dpi=100)
    print(f"\n{out}")


def _write(path, content):
    from keras_recipes.atomic_file import replacing

    with replacing(path) as partial:
        partial.write_text(json.dumps(content))


def main():
    """Sweep, or report what there is."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("problems", nargs="*", choices=[*PROBLEMS, []], metavar="PROBLEM")
    parser.add_argument("--folder", default="noise_scale", help="where finished trainings are kept")
    parser.add_argument("--report", action="store_true", help="print and draw what is there")
    parser.add_argument("--out", help="the picture of --report, a PNG")
    options = parser.parse_args()
    if options.report:
        report(options.folder, options.out)
        print(f"Python {platform.python_version()}, NumPy {np.__version__}")
        return
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    import tensorflow as tf

    tf.config.threading.set_intra_op_parallelism_threads(1)
    tf.config.threading.set_inter_op_parallelism_threads(1)
    for problem in options.problems or PROBLEMS:
        Sweep(problem, options.folder).run()


if __name__ == "__main__":
    main()
