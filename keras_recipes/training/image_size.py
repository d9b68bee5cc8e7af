"""The network of a run for images of another size, with the weights that it has so far."""

from pathlib import Path

from keras_recipes.data import Dataset
from keras_recipes.errors import RecipeError
from keras_recipes.model_stages import layers_with_weights
from keras_recipes.recipe import Recipe
from keras_recipes.training.build import build_model
from keras_recipes.training.precision import Speed


def for_image_size(model, recipe: Recipe, dataset: Dataset, directory: Path, speed: Speed):
    """The model itself if it takes images of `dataset`, or else one that is built for them.

    What is built has the state of the old one (weights, statistics, seed generators) and its
    layers' names, and nothing in common with it from then on.

    Raises:
        RecipeError: if it can't be built, or if its weights depend on the size of the images.
    """
    if model.input_shape[1:3] in (dataset.image_shape[:2], (None, None)):
        return model
    try:
        new = build_model(recipe, dataset, directory, speed)
    except RecipeError as error:
        raise RecipeError(
            "image_size", f"is {dataset.image_shape[:2]}: {error.where} {error.problem}", error.fix
        ) from error.__cause__
    pairs = list(zip(layers_with_weights(model), layers_with_weights(new), strict=True))
    for before, after in pairs:
        shapes = [[tuple(each.shape) for each in layer.weights] for layer in (before, after)]
        if shapes[0] != shapes[1]:
            raise RecipeError(
                "image_size",
                f"is {dataset.image_shape[:2]}, and the network's weights depend on the size: "
                f"layer {before.name} has {shapes[0]} and would need {shapes[1]}",
                "Use a network that pools globally, or images of one size.",
            )
    for before, after in pairs:
        after.name = before.name  # Keras has numbered it on, and `trainable` may name it
    for old, variable in zip(model.variables, new.variables, strict=True):
        variable.assign(old)
    return new
