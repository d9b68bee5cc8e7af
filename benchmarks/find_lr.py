"""Is a suggested learning rate good? On problems whose best rate is known, and on real data.

    python benchmarks/find_lr.py --lightning ../lightning/bin/python
    TFDS_DATA_DIR=... python benchmarks/find_lr.py --lightning ../lightning/bin/python \\
        --runs find_lr --sign-digits .../sign_digits

The first table is of `find_lr_quadratics.py`, the second, with `--runs`, of `find_lr_real.py`: what
is finished in that folder is not done again, and `--report` trains nothing and prints what there
is. Counted in both: suggestions within a factor of three of the best rate, none counting as not
within it, and the loss after training at the suggestion over the loss at the best.

Lightning's finder runs its own code on the same curves, in an environment of its own
(`python -m venv`, `pip install lightning`), given by its Python; without, it is left out. Beside
it, the rule of its older versions, which weigh the gradient by the step and not by the rate:
averages of the losses (0.98, bias corrected), without the first ten and the last.

`--development` takes other seeds of the quadratics, and other pairs of recipe and optimizer;
docs/learning_rate.md tells what the rule was chosen on.
"""

import argparse
import json
import os
import platform
import subprocess
import sys
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import find_lr_pairs
import find_lr_quadratics
import find_lr_real
import numpy as np

from keras_recipes.tuning import LossCurve
from keras_recipes.tuning.loss_curve import RULES


class Lightning:
    """Lightning's finder, in a process of another Python."""

    def __init__(self, python):
        script = str(Path(__file__).with_name("lightning_worker.py"))
        self._process = subprocess.Popen(
            [python, script], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self.version = self._process.stdout.readline().strip()

    def __call__(self, curves):
        """The rate for each of some (rates, losses)."""
        return [self._suggest(rates, losses) for rates, losses in curves]

    def _suggest(self, rates, losses):
        losses = [float(loss) if np.isfinite(loss) else None for loss in losses]
        print(json.dumps([list(map(float, rates)), losses]), file=self._process.stdin, flush=True)
        return json.loads(self._process.stdout.readline())


def older_lightning(curves):
    """The rule of Lightning's older versions; None for a curve that is too short."""

    def suggest(rates, losses):
        average, averages = 0.0, []
        for n, loss in enumerate(losses):
            average = 0.98 * average + 0.02 * loss
            averages.append(average / (1 - 0.98 ** (n + 1)))
        kept = np.array(averages)[10:-1]
        kept = kept[np.isfinite(kept)]
        return float(rates[10 + int(np.argmin(np.gradient(kept)))]) if len(kept) > 1 else None

    return [suggest(rates, losses) for rates, losses in curves]


def our_rule(rule):
    """One of `RULES`, as a function of curves."""
    return lambda curves: [LossCurve(*curve).suggest(rule).rate for curve in curves]


def main():
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--problems", type=int, default=300, help="quadratics; 0 for none; 300")
    parser.add_argument("--lightning", help="Python of an environment that has Lightning")
    parser.add_argument("--runs", type=Path, help="folder of the real data's results; none without")
    parser.add_argument("--sign-digits", type=Path, help="folder of photographs, a folder a class")
    parser.add_argument("--seeds", type=int, default=5, help="of each pair on real data; 5")
    parser.add_argument("--report", action="store_true", help="train nothing, print what there is")
    parser.add_argument("--development", action="store_true", help="what the rule was chosen on")
    options = parser.parse_args()
    if options.runs and not options.report and not options.sign_digits:
        parser.error("--runs needs --sign-digits, or --report")
    rules = {rule: our_rule(rule) for rule in RULES}
    theirs = None
    versions = f"Python {platform.python_version()}, NumPy {np.__version__}"
    if options.lightning:
        lightning = Lightning(options.lightning)
        theirs = f"Lightning {lightning.version}"
        rules[theirs] = lightning
        versions += f", {theirs}"
    rules["older Lightning"] = older_lightning
    first, pairs, first_seed = 0, find_lr_pairs.PAIRS, 0
    if options.development:
        first, pairs = find_lr_quadratics.DEVELOPMENT_SEED, find_lr_pairs.DEVELOPMENT_PAIRS
        first_seed = find_lr_pairs.DEVELOPMENT_SEED

    def tell(text):
        print(text, file=sys.stderr, flush=True)

    if options.problems:
        seeds = range(first, first + options.problems)
        for line in find_lr_quadratics.table(rules, seeds, tell):
            print(line)
        print(f"\nn = {options.problems}; {versions}")
    if options.runs:
        seeds = range(first_seed, first_seed + options.seeds)
        if not options.report:
            # The losses of the other rules are read off the grid.
            trained = {name: rules[name] for name in rules if name in (RULES[0], theirs)}
            find_lr_real.run(options.runs, pairs, seeds, options.sign_digits, trained, tell)
        print()
        for line in find_lr_real.table(options.runs, pairs, seeds, rules):
            print(line)


if __name__ == "__main__":
    main()
