"""Random choices of operations and of layers, made for each image by itself."""

import math
from pathlib import Path
from typing import Literal

from keras_recipes.errors import RecipeError
from keras_recipes.recipe import augment  # looked into when a part is made: policies hold policies
from keras_recipes.recipe.call import Call, build
from keras_recipes.recipe.part import bounded, first_argument, part

Operation = Literal[
    "identity", "auto_contrast", "equalize", "rotate", "solarize", "color", "posterize",
    "contrast", "brightness", "sharpness", "shear_x", "shear_y", "translate_x", "translate_y",
    "invert",
]  # fmt: skip


@part
class RandAugment:
    """A few random operations on each image. Source: Cubuk et al. 2019, arXiv:1909.13719.

    Operations grow with the magnitude, as in torchvision and timm's "increasing" variant.
    """

    num_layers: int = bounded(2, at_least=1, positional=True)
    """Operations on each image, one after the other."""
    magnitude: float = bounded(9.0, at_least=0, at_most=10, positional=True)
    """Their strength, 10 is the most; at 0 only auto_contrast, equalize and invert do something."""
    magnitude_deviation: float = bounded(0.0, at_least=0, at_most=10)
    """Standard deviation of the magnitude, drawn for each operation; 0.5 is usual in timm."""
    operations: tuple[Operation, ...] | None = None
    """What is drawn from, all alike; None for the paper's 14, all but "invert"."""
    fill: float = bounded(128.0, at_least=0, at_most=255)
    """Value of what is moved in from outside the image."""

    def check(self):
        names = self.operations
        if names is not None and (not names or len(set(names)) < len(names)):
            raise RecipeError(
                "augment.RandAugment.operations",
                f"must be names, each once; got {names!r}",
                "Leave it out for the operations of the paper.",
            )

    def build(self, image_shape, num_classes):
        from keras_recipes.augment import RandAugment as Layer

        _require_channels("RandAugment", image_shape)
        return Layer(
            num_layers=self.num_layers,
            magnitude=self.magnitude,
            magnitude_deviation=self.magnitude_deviation,
            operations=self.operations,
            fill=self.fill,
        )


@part
class AugMix:
    """Blend each image with augmented versions of itself, for robustness.

    Source: Hendrycks et al. 2020, arXiv:1912.02781, without its consistency loss.
    """

    severity: float = bounded(3.0, at_least=0.1, at_most=10, positional=True)
    """Upper bound of each operation's strength, of 10."""
    width: int = bounded(3, at_least=1)
    """Augmented versions."""
    depth: int | None = bounded(None, at_least=1)
    """Operations on each; None draws 1 to 3."""
    alpha: float = bounded(1.0, at_least=0.05)
    """Of the Dirichlet and Beta distributions that the shares are drawn from."""
    fill: float = bounded(128.0, at_least=0, at_most=255)
    """Value of what is moved in from outside the image."""

    def build(self, image_shape, num_classes):
        from keras_recipes.augment import AugMix as Layer

        _require_channels("AugMix", image_shape)
        return Layer(
            severity=self.severity,
            width=self.width,
            depth=self.depth,
            alpha=self.alpha,
            fill=self.fill,
        )


@part
class OneOf:
    """One part out of several for each image: `OneOf((MixUp(0.8), CutMix()))`.

    Each sees the whole batch, so the time is the sum of theirs, and none may change the size:
    `CropAndResize` resizes to the size that it gets.
    """

    layers: "tuple[augment.Augmentation, ...]" = first_argument()
    """At least two parts of an augmentation."""
    probabilities: tuple[float, ...] | None = bounded(None, above=0, below=1)
    """Of each, summing to 1; None for all alike."""

    def check(self):
        if len(self.layers) < 2:
            raise RecipeError(
                "augment.OneOf.layers", f"must hold at least two; got {len(self.layers)}",
                "Use Sometimes for one that is not always applied.",
            )  # fmt: skip
        if self.probabilities is None:
            return
        if len(self.probabilities) != len(self.layers):
            raise RecipeError(
                "augment.OneOf.probabilities",
                f"must be one for each of the {len(self.layers)} layers; "
                f"got {len(self.probabilities)}",
                "Leave it out to make all alike.",
            )
        if not math.isclose(math.fsum(self.probabilities), 1, abs_tol=1e-6):
            raise RecipeError(
                "augment.OneOf.probabilities",
                f"must sum to 1; got {self.probabilities!r}, which sums to "
                f"{math.fsum(self.probabilities):g}",
                "Leave it out to make all alike.",
            )

    def build(self, image_shape, num_classes, directory=Path()):
        from keras_recipes.augment import OneOf as Layer

        context = _context(image_shape, num_classes)
        layers = [build(each, directory, **context) for each in self.layers]
        return Layer(layers, probabilities=self.probabilities)


@part
class Sometimes:
    """A part for some of the images, thrown for each: `Sometimes(CutMix(), probability=0.3)`.

    It may not change the size: `CropAndResize` resizes to the size that it gets.
    """

    layer: "augment.Augmentation" = first_argument()
    """Any part of an augmentation."""
    probability: float = bounded(0.5, above=0, at_most=1)
    """That an image is given to it."""

    def build(self, image_shape, num_classes, directory=Path()):
        from keras_recipes.augment import Sometimes as Layer

        context = _context(image_shape, num_classes)
        return Layer(build(self.layer, directory, **context), probability=self.probability)


def _context(image_shape, num_classes):
    """What a part is offered when it is built."""
    return {
        "image_shape": image_shape,
        "num_classes": num_classes,
        # Other images of the batch are not given to it and stay as large as they are.
        "output_size": image_shape[:2],
    }


def every_part(parts):
    """Each part of an augmentation, and each that a policy among them holds, outer ones first."""
    for each in parts:
        yield each
        if isinstance(each, OneOf):
            yield from every_part(each.layers)
        elif isinstance(each, Sometimes):
            yield from every_part((each.layer,))


def mixing_parts(parts) -> list:
    """Those of `every_part` that mix labels; a `Call` counts if its name says so."""

    def name(each):
        return each.target.rpartition(":")[2] if isinstance(each, Call) else type(each).__name__

    return [each for each in every_part(parts) if name(each) in ("CutMix", "FourierMix", "MixUp")]


def may_mix(parts) -> bool:
    """Whether labels may be mixed: what a `Call` builds is known only when it is built."""
    return bool(mixing_parts(parts)) or any(isinstance(each, Call) for each in every_part(parts))


def _require_channels(name, image_shape):
    height, width, channels = image_shape
    if channels not in (1, 3) or min(height, width) < 3:
        raise RecipeError(
            f"augment.{name}",
            f"takes grey or colour images of at least 3 by 3 pixels; got {tuple(image_shape)}",
            "Take it out, or write the operations that suit these images as a Call.",
        )
