"""Range tests simulated on quadratics, whose best rate is known; `find_lr.py` prints the table.

Each problem is a quadratic with curvatures spread over up to four decades, from a random start,
trained by stochastic gradient descent with noise in every gradient. The expected loss after 200
steps is known exactly for every rate, so the best is found on a grid: as a constant rate, and as
the highest of a cosine schedule with a warm-up of 20 steps, which is what a recipe states. The
range test goes in 100 steps from a ten-thousandth of the largest stable rate to ten times it; the
losses that it sees have the noise of a batch, and, where said, one in thirty is a spike of up to
five times the loss.
"""

import numpy as np

from keras_recipes.schedules import cosine_decay

STEPS = 200
SCHEDULES = {
    "constant rate": np.ones(STEPS),
    "cosine": np.asarray(cosine_decay.rates(1.0, STEPS, warmup_steps=STEPS // 10)),
}
"""The rate of each step, as a share of the rate that is asked for."""
CASES = ((0.02, False), (0.1, False), (0.3, False), (0.1, True))
"""(noise of a batch's loss, relative; whether there are spikes)."""
DEVELOPMENT_SEED = 10_000
"""The first of the problems on which the rule was chosen; those reported begin at 0."""


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

    def expected_loss(self, rates, schedule):
        """After training with each of these rates, shape `(n,)`; infinite where it diverges."""
        squares = np.tile(self.start**2, (len(rates), 1))
        with np.errstate(over="ignore", invalid="ignore"):
            for share in schedule:
                rate = np.asarray(rates)[:, None] * share
                squares *= (1 - rate * self.curvatures) ** 2
                squares += (rate * self.gradient_noise) ** 2
            losses = 0.5 * squares @ self.curvatures
        return np.where(np.isfinite(losses), losses, np.inf)

    def best(self, schedule):
        """The best rate by a schedule, and its expected loss."""
        rates = self.largest_stable * np.geomspace(1e-3, 10, 150)
        losses = self.expected_loss(rates, schedule)
        return rates[int(np.argmin(losses))], float(losses.min())

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


def range_tests(noise, spikes, seeds):
    """(problem, (rates, losses)) of each seed; a seed's problem is the same whatever the noise."""
    for seed in seeds:
        random = np.random.default_rng(seed)
        problem = Quadratic(random)
        yield problem, problem.range_test(random, noise, spikes)


def table(rules, seeds, tell):
    """Lines of the table.

    Args:
        rules: names to functions of a list of curves, (rates, losses) each, that return a list of
            rates, None where there is no suggestion.
        seeds: of the problems.
        tell: told how far it is.
    """
    heads = [f"{name}: {what}" for name in SCHEDULES for what in ("within 3", "loss over best's")]
    yield f"| noise of a batch | spikes | rule | {' | '.join(heads)} |"
    yield "|---" * (3 + len(heads)) + "|"
    best = {}
    for noise, spikes in CASES:
        problems, curves = zip(*range_tests(noise, spikes, seeds), strict=True)
        if not best:  # of the same problems in every case
            for name, schedule in SCHEDULES.items():
                best[name] = [problem.best(schedule) for problem in problems]
                tell(f"best rates of the quadratics, {name}")
        for rule, suggest in rules.items():
            found = suggest(curves)
            cells = []
            for name, schedule in SCHEDULES.items():
                judged = [
                    _judge(problem, rate, schedule, *known)
                    for problem, rate, known in zip(problems, found, best[name], strict=True)
                ]
                within, losses = zip(*judged, strict=True)
                cells += [f"{np.mean(within):.2f}", f"{np.median(losses):.3g}"]
            yield f"| {noise} | {'yes' if spikes else 'no'} | {rule} | {' | '.join(cells)} |"


def _judge(problem, rate, schedule, best, lowest):
    """(whether a rate is within a factor of three of the best, its loss over the best's).

    No rate is not within it, and its loss is infinite.
    """
    if rate is None:
        return False, np.inf
    (loss,) = problem.expected_loss([rate], schedule)
    return 1 / 3 <= rate / best <= 3, loss / lowest
