"""Which layers a training changes: the head alone, the last stages, those of a name, or all."""

import re

import keras

from keras_recipes.errors import RecipeError, some_of
from keras_recipes.model_stages import head_and_stages
from keras_recipes.models.requirements import require_choice

STATISTICS = ("inference", "training")
"""What batch normalisation of a trained body goes by."""


def set_trainable(model, layers, *, batch_normalization="training"):
    """Set `trainable` of every layer with weights; compile the model afterwards.

    Batch normalisation that is not trainable works by its moving statistics, and leaves them as
    they are. `backbone(x, training=False)` does not do that: in Keras 3 a model's own `training`
    takes the place of what is stated for a layer inside.
    Source: Howard & Ruder 2018, arXiv:1801.06146, section 3.3, for unfreezing from the end.

    Args:
        model: a built Functional or Sequential model; models in it are entered.
        layers: `"head"`; `"all"`; a number of stages at the end, which train with the head; or a
            regular expression, searched for in layers' names, those of the head training as well.
            See `keras_recipes.model_stages.head_and_stages` for heads and stages.
        batch_normalization: "inference" keeps every `BatchNormalization` of the body as it is, its
            statistics, scale and offset; "training" treats it as any layer.

    Raises:
        RecipeError: if there are fewer stages, no name matches, or batch_normalization is neither.

    Example:
        ```python
        set_trainable(model, "head")
        model.compile("adam", loss)
        model.fit(images, labels, epochs=3)
        set_trainable(model, 2)
        model.compile(keras.optimizers.Adam(1e-4), loss)
        ```
    """
    require_choice("set_trainable: batch_normalization", batch_normalization, STATISTICS)
    head, stages = head_and_stages(model)
    body = [layer for stage in stages for layer in stage]
    if layers == "head":
        chosen = []
    elif layers == "all":
        chosen = body
    elif isinstance(layers, str):
        chosen = _named(body, layers)
    else:
        chosen = _last_stages(stages, layers)
    for layer in body:
        layer.trainable = any(layer is each for each in chosen)
        for each in layer._flatten_layers() if batch_normalization == "inference" else ():
            if isinstance(each, keras.layers.BatchNormalization):
                each.trainable = False
    for layer in head:
        layer.trainable = True


def _named(body, expression):
    try:
        chosen = [each for each in body if re.search(expression, each.name)]
    except re.error as error:
        raise RecipeError(
            "trainable", f"is {expression!r}, no regular expression: {error}",
            'Write "head", "all", a number of stages, or, say, r"conv_pw_1[0-3]".',
        ) from None  # fmt: skip
    if not chosen:
        raise RecipeError(
            "trainable",
            f"is {expression!r}, which no layer's name matches; they are "
            f"{some_of([each.name for each in body])}",
            'Write "head", "all", a number of stages, or an expression that matches some.',
        )
    return chosen


def _last_stages(stages, number):
    if isinstance(number, bool) or not isinstance(number, int) or not 1 <= number <= len(stages):
        raise RecipeError(
            "trainable",
            f"must be a number of stages from 1 to {len(stages)}; got {number!r}",
            'Write "head" to train none of them, "all" to train everything.',
        )
    return [layer for stage in stages[len(stages) - number :] for layer in stage]
