"""`Transfer`: a trained network with a new head."""

import importlib.util
import os
from typing import Literal

from keras_recipes.backbones import BACKBONES, KERAS_HUB, WIDTHS, is_folder_of_preset
from keras_recipes.errors import RecipeError, did_you_mean
from keras_recipes.recipe.model.layer_choices import Activation, Initializer
from keras_recipes.recipe.part import bounded, file_path, part


@part
class Transfer:
    """A network that was trained on other images, with a new head for these classes.

    The images' preprocessing is inside, each backbone's own. Nothing within the backbone is
    changed. What trains, and when, is said by `Phase(trainable=...)`; without phases everything
    trains at one rate, which wipes out much of what was learnt.
    Source: Yosinski et al. 2014, arXiv:1411.1792.
    """

    backbone: str = file_path(endings=(".keras",), prefix=KERAS_HUB, positional=True)
    """A network of `keras.applications` by its name there, such as "MobileNetV3Small"; a preset of
    KerasHub, "keras_hub:resnet_50_imagenet", or the folder of a saved one, "keras_hub:./resnet"; or
    a model of one's own: a `.keras` file that ends in a dense layer, such as the `best.keras` of a
    run."""
    weights: str | None = file_path("imagenet", endings=(".h5", ".hdf5"))
    """"imagenet", fetched once by Keras; an HDF5 file of this backbone's weights; or None: as new.
    A preset and a `.keras` file bring their own, unless it is None."""
    alpha: float = bounded(1.0, above=0)
    """Width of the MobileNets, as published: 0.25, 0.5, 0.75 or 1 for "MobileNet"."""
    input_size: tuple[int, int] | None = bounded(None, at_least=1)
    """(height, width) that the network scales images to; None leaves them as the data has them."""
    pooling: Literal["average", "max", "both", "none", "token"] | None = None
    """How the last image becomes a vector: of each channel one of them, or both (Howard & Ruder
    2018, arXiv:1801.06146, section 3.3), or "none", every pixel; "token" is the class token of a
    transformer, whose patches are what the others pool. None is "token" where there is one,
    "average" elsewhere. A `.keras` file that pools itself is left as it is."""
    dense_units: tuple[int, ...] = bounded((), at_least=1)
    """Sizes of the dense layers before the last; none by default."""
    activation: Activation = "relu"
    """Of the dense layers; Keras's name."""
    initializer: Initializer = "glorot_uniform"
    """Of the head's weights, as in `CifarResNet`."""
    dropout: float = bounded(0.0, at_least=0, below=1)
    """Share of the features that each dense layer, and the last, goes without while training.
    Source: Srivastava et al. 2014, JMLR 15."""
    batch_normalization: Literal["inference", "training"] = "inference"
    """Whether the backbone's batch normalisation stays as it is, its statistics, scale and offset,
    also where the layers around it train; or trains with them, and goes by the batch."""

    def check(self):
        hub = self.backbone.startswith(KERAS_HUB)
        own = hub or self.backbone.lower().endswith(".keras")
        if not own and self.backbone not in BACKBONES:
            raise RecipeError(
                "model.backbone",
                f"is {self.backbone!r}, no network of keras.applications, no .keras file and not "
                f"{KERAS_HUB!r} with a preset",
                did_you_mean(self.backbone, BACKBONES),
            )
        if hub and (self.backbone == KERAS_HUB or "://" in self.backbone):
            raise RecipeError(
                "model.backbone", f"is {self.backbone!r}, which names no preset",
                'Write, say, "keras_hub:resnet_50_imagenet", or "keras_hub:./folder".',
            )  # fmt: skip
        if own and self.weights not in ("imagenet", None):
            raise RecipeError(
                "model.weights", f"has no effect: {self.backbone} brings its own",
                "Leave it out, or set it None to begin as new.",
            )  # fmt: skip
        if (
            self.weights is not None
            and self.weights != "imagenet"
            and not (self.weights.lower().endswith((".h5", ".hdf5")))
        ):
            raise RecipeError(
                "model.weights",
                f'must be "imagenet", None or an HDF5 file that ends in .h5; got {self.weights!r}',
                'Use "imagenet".',
            )
        widths = WIDTHS.get(self.backbone)
        if widths is None and self.alpha != 1.0:
            raise RecipeError(
                "model.alpha", f"has no effect on {self.backbone}",
                f"Leave it out, or use {', '.join(WIDTHS)}.",
            )  # fmt: skip
        if self.weights == "imagenet" and widths and self.alpha not in widths:
            raise RecipeError(
                "model.alpha", f"must be one of {', '.join(map(str, widths))} for the published "
                f"weights of {self.backbone}; got {self.alpha}",
                "Use the nearest, or weights=None.",
            )  # fmt: skip

    def require(self):
        """Raise `RecipeError` where what the backbone needs is plainly not on this machine."""
        if not self.backbone.startswith(KERAS_HUB):
            return
        if importlib.util.find_spec("keras_hub") is None:
            raise RecipeError(
                "model.backbone", f"{self.backbone} needs keras-hub, which is not installed",
                "Install it: pip install 'keras_recipes[hub]'.",
            )  # fmt: skip
        folder = self.backbone.removeprefix(KERAS_HUB)
        if is_folder_of_preset(folder) and not os.path.isfile(os.path.join(folder, "config.json")):
            raise RecipeError(
                "model.backbone", f"{folder} is no folder of a preset: it has no config.json",
                "Name a folder that KerasHub's save_to_preset has written.",
            )  # fmt: skip

    def build(self, input_shape, num_classes, mean, variance):
        from keras_recipes.models import transfer

        return transfer(input_shape, num_classes, mean=mean, variance=variance, **vars(self))
