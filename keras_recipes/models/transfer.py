"""A trained network with a new head: published ones, or one's own."""

import keras
from keras import layers, ops

from keras_recipes.backbones import BACKBONES, KERAS_HUB, WIDTHS
from keras_recipes.errors import RecipeError, did_you_mean
from keras_recipes.models.head import logits
from keras_recipes.models.hub_backbone import hub_backbone
from keras_recipes.models.imagenet_weights import findable_weights
from keras_recipes.models.layer_choices import ACTIVATIONS, INITIALIZERS
from keras_recipes.models.own_backbone import own_backbone
from keras_recipes.models.pooling import POOLINGS, pooled
from keras_recipes.models.preprocessing import as_rgb, preprocess_for
from keras_recipes.models.requirements import require_choice, require_count, require_rate
from keras_recipes.models.trainable import STATISTICS, set_trainable
from keras_recipes.models.weight_file import load_weight_file


def transfer(
    input_shape,
    num_classes,
    backbone,
    *,
    weights="imagenet",
    alpha=1.0,
    input_size=None,
    pooling=None,
    dense_units=(),
    activation="relu",
    initializer="glorot_uniform",
    dropout=0.0,
    batch_normalization="inference",
    mean=None,
    variance=None,
):
    """Build a network that takes raw images: preprocessing, backbone, new head.

    The backbone is one layer of it, as the library built it; nothing inside is changed. Its batch
    normalisation is not trainable, and so works by its moving statistics, unless asked otherwise:
    a batch's own would wipe out what the layers behind have learnt to expect.

    Args:
        input_shape: `(height, width, channels)` of the images, 1 or 3 channels for published ones.
        num_classes: number of logits.
        backbone: name in `keras.applications`; `keras_hub:` and the name or folder of a preset of
            KerasHub (see `hub_backbone`); or path of a `.keras` file.
        weights: "imagenet"; path of an HDF5 file; None for weights as new. A preset and a `.keras`
            file bring their own, unless it is None.
        alpha: width of the MobileNets.
        input_size: `(height, width)` that images are scaled to inside; None leaves them.
        pooling: how the last image becomes a vector: its "average" or "max" of each channel,
            "both", or "none": every pixel is a feature of its own; of a sequence also its class
            "token". None is "token" where there is one, "average" elsewhere.
        dense_units: sizes of the dense layers before the logits.
        activation: of the dense layers.
        initializer: of the dense layers and the logits.
        dropout: share of the features that are dropped before each dense layer and the logits.
        batch_normalization: "inference", or "training": by the batch where it trains. To be said
            to `set_trainable` as well, which would make it trainable.
        mean: of each input channel, for a model of one's own that is built for other channels.
        variance: of each input channel.

    Returns:
        `keras.Model` from images `(batch, height, width, channels)`, 0..255, to float32 logits
        `(batch, num_classes)`.

    Raises:
        RecipeError: if there is no such backbone, it can't take such images, or its weights can't
            be had or don't fit.

    Example:
        ```python
        model = transfer((128, 128, 3), 10, "MobileNetV3Small", dropout=0.2)
        set_trainable(model, 2, batch_normalization="inference")
        ```
    """
    require_choice("transfer: pooling", pooling, POOLINGS)
    require_choice("transfer: batch_normalization", batch_normalization, STATISTICS)
    require_choice("transfer: activation", activation, ACTIVATIONS)
    require_choice("transfer: initializer", initializer, INITIALIZERS)
    require_rate("transfer: dropout", dropout)
    for units in dense_units:
        require_count("transfer: dense_units", units)
    inputs = keras.Input(input_shape, name="image")
    x, size = inputs, tuple(input_shape[:2])
    if input_size is not None and tuple(input_size) != size:
        size = tuple(input_size)
        # Not Keras's layer Resizing (3.15): called without `training`, a model that holds it runs
        # what comes after, dropout and batch normalisation, as in training.
        x = ops.image.resize(ops.cast(x, "float32"), size)
    leading_tokens = 0
    if str(backbone).endswith(".keras"):
        _require_no_alpha(backbone, alpha)
        body = own_backbone(
            backbone, (*size, input_shape[-1]),
            mean=mean, variance=variance, initialise=weights is None,
        )  # fmt: skip
        x = body(x)
    elif str(backbone).startswith(KERAS_HUB):
        _require_no_alpha(backbone, alpha)
        x = as_rgb(backbone, x)
        body = hub_backbone(backbone, (*size, 3), weights=weights)
        x, leading_tokens = body.features(x), body.leading_tokens
    else:
        x = preprocess_for(backbone, x)
        x = published_backbone(backbone, (*size, 3), weights=weights, alpha=alpha)(x)
    x = pooled(x, pooling, leading_tokens)
    for units in dense_units:
        if dropout:
            x = layers.Dropout(dropout)(x)
        x = layers.Dense(units, activation=activation, kernel_initializer=initializer)(x)
    outputs = logits(x, num_classes, dropout, initializer)
    model = keras.Model(inputs, outputs, name="transfer")
    set_trainable(model, "all", batch_normalization=batch_normalization)
    return model


def published_backbone(name, input_shape, *, weights="imagenet", alpha=1.0):
    """A network of `keras.applications` without its classifier, as the library builds it.

    Args:
        name: its name there.
        input_shape: `(height, width, 3)` of prepared images (see `preprocess_for`).
        weights: "imagenet", path of an HDF5 file, or None.
        alpha: width of the MobileNets.

    Raises:
        RecipeError: as `transfer`.
    """
    if name not in BACKBONES:
        raise RecipeError(
            "model.backbone", f"is {name!r}, which keras.applications does not have",
            f"{did_you_mean(str(name), BACKBONES)} A model of one's own ends in .keras, one of "
            f"KerasHub begins with {KERAS_HUB!r}.",
        )  # fmt: skip
    options = {"alpha": alpha} if name in WIDTHS else {}
    if name not in WIDTHS:
        _require_no_alpha(name, alpha)
    build = getattr(keras.applications, name)
    published = "imagenet" if weights == "imagenet" else None
    with findable_weights():
        try:
            model = build(
                include_top=False, weights=published, input_shape=tuple(input_shape), **options
            )
        except RecipeError:
            raise
        except (ValueError, OSError) as error:
            raise RecipeError(
                "model.backbone", f"{name} can't be built for images {tuple(input_shape)}: "
                f"{str(error).splitlines()[0].rstrip('.')}",
                "Let it scale them, by input_size=(224, 224) for example.",
            ) from None  # fmt: skip
    if weights is not None and published is None:
        load_weight_file(model, weights)
    return model


def _require_no_alpha(backbone, alpha):
    if alpha != 1.0:
        raise RecipeError(
            "model.alpha", f"has no effect on {backbone}", f"Leave it out; of it, there is "
            f"{', '.join(WIDTHS)}.",
        )  # fmt: skip
