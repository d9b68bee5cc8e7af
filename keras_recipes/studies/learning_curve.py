"""Accuracy against the number of training images: what more of them would bring."""

import math
from dataclasses import dataclass

import numpy as np

from keras_recipes.errors import RecipeError
from keras_recipes.studies.power_law import PowerLaw, fit_power_law, interval, resampled_laws
from keras_recipes.studies.rows import Row
from keras_recipes.studies.variant import Variant

FEWEST_POINTS = 3


def sizes(images: int, points: int, classes: int) -> list[int]:
    """All images, half of them, a quarter, and so on; at least two a class.

    Raises:
        RecipeError: if there are too few images for three points.
    """
    found = [images // 2**index for index in range(points)]
    found = [each for each in found if each >= 2 * classes]
    if len(found) < FEWEST_POINTS:
        raise RecipeError(
            "learning-curve",
            f"needs {FEWEST_POINTS} sizes, halved each time, with two images a class or more; "
            f"{images} images of {classes} classes make {len(found)}",
            "Use more images, or --points 3.",
        )
    return found


def size_variants(found: list[int], beside) -> list[Variant]:
    """A variant for each size, the largest first, and all images with each change `beside`."""
    variants = [
        Variant(name=f"{each} images", assignments=(f"data.train_examples={each}",))
        for each in found
    ]
    whole = variants[0].assignments
    return variants + [Variant(name=text, assignments=(*whole, text)) for text in beside]


@dataclass(frozen=True, kw_only=True)
class LearningCurve:
    """A law through what was measured, and how sure it is.

    Attributes:
        images: numbers of training images, rising.
        errors: `(sizes, seeds)`.
        law: of the means.
        laws: of resampled seeds; empty for a single one.
    """

    images: list[int]
    errors: np.ndarray
    law: PowerLaw
    laws: list[PowerLaw]

    def interval_at(self, images) -> tuple[float, float] | None:
        """95 % interval of the error at a number of images; None for a single seed."""
        return interval([each.error(images) for each in self.laws]) if self.laws else None


def learn_curve(rows: list[Row], found: list[int]) -> LearningCurve:
    """The curve of the rows that are sizes.

    Raises:
        RecipeError: if a size has no seed that was finished in all of them, or fewer than three
            sizes are left.
    """
    accuracies = [rows[index].values["accuracy"] for index in range(len(found))]
    seeds = [each for each in zip(*accuracies, strict=True) if None not in each]
    if not seeds:
        raise RecipeError(
            "learning-curve", "has no seed that was finished at every size",
            "Mend what made trials fail, and run it again.",
        )  # fmt: skip
    errors = 1 - np.asarray(seeds, np.float64).T[::-1]  # from the smallest size on
    images = found[::-1]
    laws = resampled_laws(images, errors) if errors.shape[1] > 1 else []
    law = fit_power_law(images, errors.mean(axis=1))
    return LearningCurve(images=images, errors=errors, law=law, laws=laws)


def curve_verdict(curve: LearningCurve, pays: float, rows: list[Row], sizes_: list[int]) -> list:
    """Sentences: the law, what twice the data would bring, and from where on more does not pay."""
    law, most = curve.law, curve.images[-1]
    sentences = [
        f"Error {law.floor:.3f} + {law.scale:.3g} * images ** -{law.exponent:.2f}, fitted to "
        f"{len(curve.images)} sizes of {curve.errors.shape[1]} seeds."
    ]
    twice = 1 - float(law.error(2 * most))
    gain = float(law.gain_of_doubling(most))
    text = f"{twice:.4f}"
    if curve.laws:
        low, high = curve.interval_at(2 * most)
        text += f" ({1 - high:.4f} to {1 - low:.4f})"
    sentences.append(
        f"With twice the data, {2 * most} images, the law says accuracy {text}, {gain:+.4f}; "
        "the interval knows of other seeds, not of a law that bends."
    )
    end = law.last_that_pays(pays)
    if end <= most:
        sentences.append(f"From {round(end)} images on, doubling them brings less than {pays}.")
    elif math.isfinite(end) and end < 1e9:
        sentences.append(f"Doubling goes on to bring {pays} or more up to {end:.2g} images.")
    for row in rows[len(sizes_) :]:
        effect = row.effects.get("accuracy")
        if effect is not None:
            sentences.append(
                f"Beside that, {row.variant.name} on all images: {effect.mean:+.4f} "
                f"({effect.low:+.4f} to {effect.high:+.4f})."
            )
    return sentences
