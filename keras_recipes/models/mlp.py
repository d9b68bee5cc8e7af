"""The multilayer perceptron: dense layers on the pixels."""

import keras
from keras import layers

from keras_recipes.errors import RecipeError
from keras_recipes.models.head import logits
from keras_recipes.models.layer_choices import LayerChoices
from keras_recipes.models.normalize import normalize
from keras_recipes.models.requirements import require_choice, require_count, require_rate

NORMALIZATIONS = ("batch", "layer", "none")


def mlp(
    input_shape,
    num_classes,
    *,
    hidden_units=(256, 256),
    initializer="he_normal",
    activation="relu",
    normalization="none",
    dropout=0.0,
    mean=None,
    variance=None,
):
    """Build the network, with normalisation of the input inside.

    Args:
        input_shape: `(height, width, channels)`.
        num_classes: number of logits.
        hidden_units: sizes of the hidden layers, one or more.
        initializer, activation: as in `LayerChoices`.
        normalization: of the hidden layers, before their activation: "batch", "layer" or "none".
        dropout: share of each hidden layer's outputs that are dropped, in [0, 1) (Srivastava et
            al. 2014, JMLR 15).
        mean: of each input channel, `channels` numbers; None leaves the input as it is.
        variance: of each input channel.

    Returns:
        `keras.Model` from images `(batch, height, width, channels)`, 0..255 where `mean` says so,
        to float32 logits `(batch, num_classes)`.

    Raises:
        RecipeError: if a choice is unknown or out of its range.
    """
    if not hidden_units:
        raise RecipeError("mlp: hidden_units", "must hold at least one size; got ()", "Use (256,).")
    for units in hidden_units:
        require_count("mlp: hidden_units", units)
    require_choice("mlp: normalization", normalization, NORMALIZATIONS)
    require_rate("mlp: dropout", dropout)
    made_of = LayerChoices(
        initializer=initializer, activation=activation, normalization=normalization
    )
    made_of.check("mlp", *hidden_units)
    inputs = keras.Input(input_shape, name="image")
    x = layers.Flatten()(normalize(inputs, mean, variance))
    for index, units in enumerate(hidden_units):
        if dropout and index > 0:
            x = layers.Dropout(dropout)(x)
        x = made_of.normalize_and_activate(made_of.dense(x, units))
    return keras.Model(inputs, logits(x, num_classes, dropout), name="mlp")
