"""How many test images of CIFAR-10 have a near duplicate in its training set, by the threshold.

python benchmarks/audit_cifar_duplicates.py [--out cifar_duplicates]

Writes the share of test images whose best pair with a training image correlates at least so
(curve.png, result.json), beside the 3.25 % that Barz and Denzler (2020, arXiv:1902.00423) judged by
eye, and two sheets to look at: 100 of the pairs that the default finds, drawn by the seed
(found.png), and 100 below it (below.png).
"""

import argparse
import json
from pathlib import Path

import numpy as np
from audit_planted import draw_pairs

from keras_recipes import TFDS
from keras_recipes.audit import AuditedImages
from keras_recipes.audit.duplicates import CORRELATION, find_duplicates
from keras_recipes.audit.measure import measure

LOWEST = 0.85
PUBLISHED = 0.0325


def draw_curve(thresholds, shares, path):
    from matplotlib.figure import Figure

    from keras_recipes.report.panel import LOSS, VALIDATION, head_panel, style_panel

    figure = Figure(figsize=(6, 3.6), layout="constrained")
    axis = figure.subplots()
    axis.plot(thresholds, 100 * np.array(shares), label="audit", **VALIDATION)
    axis.axhline(100 * PUBLISHED, label="Barz & Denzler, by eye", **LOSS)
    axis.axvline(CORRELATION, color="#999999", linewidth=0.8)
    axis.set_xlabel("correlation asked for; the default is the vertical line")
    axis.set_ylabel("% of the test images")
    style_panel(axis)
    head_panel(axis, "CIFAR-10 test images with a near duplicate in the training set")
    figure.savefig(path, dpi=120)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--out", type=Path, default=Path("cifar_duplicates"))
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    images = AuditedImages.of(TFDS("cifar10").build())
    found = find_duplicates(images, measure(images), LOWEST)
    tested = images.splits[found.pairs] == 2
    leaks = tested[:, 0] != tested[:, 1]
    pairs, correlations = found.pairs[leaks], found.correlations[leaks]
    other = np.where(tested[leaks, 0], pairs[:, 0], pairs[:, 1])
    best = np.zeros(len(images))
    np.maximum.at(best, other, correlations)
    best = best[images.splits == 2]
    thresholds = np.round(np.arange(LOWEST, 1.0, 0.01), 2)
    shares = [float((best >= each).mean()) for each in thresholds]
    result = {
        "test_images": len(best),
        "equal": int((best == 1).sum()),
        "shares": dict(zip(thresholds.tolist(), shares, strict=True)),
        "candidates_cut": found.cut,
    }
    print(json.dumps(result, indent=1))
    (options.out / "result.json").write_text(json.dumps(result, indent=1))
    draw_curve(thresholds, shares, options.out / "curve.png")
    generator = np.random.default_rng(options.seed)
    for name, which in (
        ("found", correlations >= CORRELATION),
        ("below", (correlations < CORRELATION) & (correlations >= CORRELATION - 0.03)),
    ):
        some = generator.permutation(np.flatnonzero(which))[:100]
        some = some[np.argsort(-correlations[some])]
        captions = [f"{each:.3f}" for each in correlations[some]]
        draw_pairs(images, pairs[some], captions, options.out / f"{name}.png")
    np.savez(options.out / "pairs.npz", pairs=pairs, correlations=correlations)


if __name__ == "__main__":
    main()
