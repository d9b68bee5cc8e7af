"""Suggested learning rates on problems whose best rate is known.

    python benchmarks/find_lr.py --problems 300

Each problem is a quadratic with curvatures spread over up to four decades, from a random start,
trained by stochastic gradient descent with noise in every gradient. The expected loss after any
number of steps at a fixed rate follows in closed form, so the best rate for 200 steps is found on a
grid of 400. A range test is then simulated, 100 steps from a ten-thousandth of the largest stable
rate to ten times it; the losses that it sees have the noise of a batch, and, where said, one in
thirty is a spike of up to five times the loss. Counted: suggestions within a factor of three of the
best rate, and the expected loss at the suggestion over that at the best (median; divergence, or no
suggestion, counts as infinite).

The other rule is that of Lightning's finder: losses averaged exponentially (0.98, bias corrected),
the first ten and the last left out, the index at which their gradient is lowest.
"""

import argparse
import math
import platform

import numpy as np

from keras_recipes.tuning import LossCurve
from keras_recipes.tuning.loss_curve import RULES

STEPS = 200


class Quadratic:
    """Half the sum of curvature times squared distance, in its own axes."""

    def __init__(self, random):
        decades = random.uniform(1, 4)
        self.curvatures = 10 ** random.uniform(-decades, 0, 50)
        self.curvatures *= 10 ** random.uniform(-2, 2) / self.curvatures.max()
        self.start = random.normal(0, 1, 50)
        self.gradient_noise = 10 ** random.uniform(-3, -0.5) * np.sqrt(self.curvatures)
        self.largest_stable = 2 / self.curvatures.max()

    def loss(self, place):
        return 0.5 * float(np.sum(self.curvatures * place**2))

    def expected_loss(self, rate, steps=STEPS):
        """After training at a fixed rate."""
        shrink = (1 - rate * self.curvatures) ** 2
        squares, added = self.start**2, (rate * self.gradient_noise) ** 2
        with np.errstate(over="ignore", invalid="ignore"):
            powers = shrink**steps
            geometric = np.where(
                shrink == 1, steps, (1 - powers) / np.where(shrink == 1, 1, 1 - shrink)
            )
            loss = 0.5 * np.sum(self.curvatures * (powers * squares + added * geometric))
        return float(loss) if np.isfinite(loss) else math.inf

    def best(self):
        """The best fixed rate, and its expected loss."""
        rates = self.largest_stable * np.geomspace(1e-4, 1, 400)
        losses = [self.expected_loss(rate) for rate in rates]
        return rates[int(np.argmin(losses))], min(losses)

    def range_test(self, random, noise, spikes):
        """Rates and losses as a range test sees them."""
        rates = self.largest_stable * np.geomspace(1e-4, 10, 100)
        place, losses = self.start.copy(), []
        for rate in rates:
            loss = self.loss(place)
            seen = loss * (1 + noise * random.normal())
            if spikes and random.uniform() < 1 / 30:
                seen = loss * random.uniform(2, 5)
            losses.append(seen)
            if len(losses) > 10 and loss > 3 * max(losses[:10]):
                break
            gradient = self.curvatures * place + self.gradient_noise * random.normal(size=50)
            place = place - rate * gradient
        return rates[: len(losses)], np.array(losses)


def lightning_rule(rates, losses):
    """The rate that Lightning's finder suggests; None where it has none."""
    average, averages = 0.0, []
    for n, loss in enumerate(losses):
        average = 0.98 * average + 0.02 * loss
        averages.append(average / (1 - 0.98 ** (n + 1)))
    kept = np.array(averages)[10:-1]
    return float(rates[10 + int(np.argmin(np.gradient(kept)))]) if len(kept) > 1 else None


def main():
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--problems", type=int, default=300)
    options = parser.parse_args()
    rules = {rule: lambda r, v, rule=rule: LossCurve(r, v).suggest(rule).rate for rule in RULES}
    rules["Lightning's"] = lightning_rule
    print("| noise of a batch | spikes | rule | within a factor of 3 | loss over the best's |")
    print("|---|---|---|---|---|")
    for noise, spikes in ((0.02, False), (0.1, False), (0.3, False), (0.1, True)):
        found = {rule: [] for rule in rules}
        for seed in range(options.problems):
            random = np.random.default_rng(seed)
            problem = Quadratic(random)
            best, lowest = problem.best()
            curve = problem.range_test(random, noise, spikes)
            for rule, suggest in rules.items():
                rate = suggest(*curve)
                loss = math.inf if rate is None else problem.expected_loss(rate)
                within = rate is not None and 1 / 3 <= rate / best <= 3
                found[rule].append((within, loss / lowest))
        for rule, results in found.items():
            share = np.mean([within for within, _ in results])
            ratio = np.median([loss for _, loss in results])
            print(f"| {noise} | {'yes' if spikes else 'no'} | {rule} | {share:.2f} | {ratio:.2f} |")
    print(f"\nn = {options.problems}; Python {platform.python_version()}, NumPy {np.__version__}")


if __name__ == "__main__":
    main()
