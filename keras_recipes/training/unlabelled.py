"""The images that pretraining sees, as the network of the run takes them."""

from dataclasses import replace

from keras_recipes.data import Dataset
from keras_recipes.errors import RecipeError
from keras_recipes.recipe import Recipe
from keras_recipes.training.run_directory import RunDirectory


def unlabelled_dataset(recipe: Recipe, dataset: Dataset, directory: RunDirectory) -> Dataset:
    """`dataset` with the images that are pretrained on in the place of its training images.

    Those of `pretrain.unlabelled` are noted in run.json, and must be the same when the run goes on.

    Args:
        recipe: one that pretrains.
        dataset: of the run.
        directory: of the run.

    Raises:
        RecipeError: if they can't be read, have other channels, or are others than the run began
            with.
    """
    source = recipe.pretrain.unlabelled
    if source is None:
        return dataset
    try:
        other = source.build()
    except RecipeError as error:  # which speaks of `data`
        where = error.where.removeprefix("data")
        raise type(error)(f"unlabelled{where}", error.problem, error.fix) from error.__cause__
    shape, wanted = other.image_shape, dataset.image_shape
    if shape[-1] != wanted[-1]:
        raise RecipeError(
            "unlabelled", f"has images of {shape[-1]} channels, and data of {wanted[-1]}",
            "Use images of as many channels.",
        )  # fmt: skip
    train = other.train if shape == wanted else other.of_size(wanted[:2]).train
    about = directory.read_run().get("unlabelled")
    if about is not None and about["fingerprint"] != other.fingerprint:
        raise RecipeError(
            "unlabelled", "has other images than the run began with",
            "Put them back as they were, or begin a new run.",
        )  # fmt: skip
    directory.update_run(
        unlabelled={"name": other.name, "images": len(train), "fingerprint": other.fingerprint}
    )
    return replace(dataset, train=train)
