"""How much slower a network's lower layers learn: a factor for each variable."""

from keras import layers

from keras_recipes.errors import RecipeError
from keras_recipes.model_stages import head_and_stages, holders_of_weights

_NORMALIZATIONS = (
    layers.BatchNormalization,
    layers.GroupNormalization,
    layers.LayerNormalization,
)


def layer_multipliers(model, *, decay=1.0, bias=1.0, normalization=1.0) -> list[tuple]:
    """The factor of each variable's learning rate, for `scale_learning_rates`.

    The head keeps the whole rate, the last stage has `decay` of it, the one before it
    `decay ** 2`, and so on down to the input. Source: Howard & Ruder 2018, arXiv:1801.06146,
    section 3.2, where each layer has 1 / 2.6 of the rate of the one above it; Clark et al. 2020,
    arXiv:2003.10555, for the power of the depth.

    Args:
        model: a built Functional or Sequential model; `head_and_stages` says what is a stage.
        decay: in `(0, 1]`.
        bias: a further factor of what is called a bias outside of normalisation, above 0.
        normalization: a further factor of the scale and offset of normalisation, above 0.

    Returns:
        pairs (variable, factor) of every trainable variable in a layer of the head or a stage.

    Raises:
        RecipeError: if a number is out of its range, or the model can't be divided into stages.
    """
    if isinstance(decay, bool) or not isinstance(decay, int | float) or not 0 < decay <= 1:
        raise RecipeError("layer_decay", f"must be in (0, 1]; got {decay!r}", "Use 0.4, say.")
    for name, factor in (("bias", bias), ("normalization", normalization)):
        if isinstance(factor, bool) or not isinstance(factor, int | float) or not factor > 0:
            raise RecipeError(
                f"{name}_multiplier", f"must be a number above 0; got {factor!r}", "Use 1."
            )
    head, stages = head_and_stages(model)
    pairs = []
    for depth, group in enumerate([head, *reversed(stages)]):
        for layer in group:
            for holder, variable in holders_of_weights(layer):
                own = _own_factor(holder, variable, bias, normalization)
                pairs.append((variable, decay**depth * own))
    return pairs


def _own_factor(layer, variable, bias, normalization):
    if isinstance(layer, _NORMALIZATIONS):
        return normalization
    return bias if variable.name == "bias" else 1.0
