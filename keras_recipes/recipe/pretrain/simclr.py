"""Two views of one image are to be alike, and unlike all others."""

from keras_recipes.errors import RecipeError
from keras_recipes.recipe.augment import Augmentation, ColorJitter, CropAndResize, Flip, Grayscale
from keras_recipes.recipe.part import bounded, part
from keras_recipes.recipe.pretrain.shared import Shared


@part
class SimCLR(Shared):
    """SimCLR. Source: Chen et al. 2020, arXiv:2002.05709.

    All other images of a batch are what an image is told from: large batches and long trainings
    help (section 5.2). A step computes two views of each image.
    """

    augment: tuple[Augmentation, ...] | None = (
        CropAndResize(area=(0.08, 1.0)),
        Flip(),
        ColorJitter(brightness=0.4, contrast=0.4, saturation=0.4, hue=0.1, probability=0.8),
        Grayscale(probability=0.2),
    )
    """By default that of the paper for CIFAR-10 (appendix B.9: half the strength of colours, no
    blur). For photographs of 224 pixels it has twice the amounts of `ColorJitter`, and
    `GaussianBlur()`. For digits and letters leave out `Flip`."""
    temperature: float = bounded(0.5, above=0)
    """Of the loss, see `keras_recipes.pretraining.nt_xent`."""
    projection_units: tuple[int, ...] = bounded((128, 128), at_least=1)
    """Sizes of the layers of the head that is thrown away."""

    def check(self):
        if not self.projection_units:
            raise RecipeError(
                "pretrain.projection_units",
                "must hold at least one size; got ()",
                "Use (128, 128).",
            )

    def build(self, model, mean, variance):
        """`keras_recipes.pretraining.Pretext` for a network."""
        from keras_recipes.pretraining import pretexts

        return pretexts.simclr_pretext(
            model, temperature=self.temperature, projection_units=self.projection_units
        )
