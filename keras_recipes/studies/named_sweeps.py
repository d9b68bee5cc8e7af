"""Sweeps that come with a name: the choices that tuning notes disagree about."""

from typing import get_args

from keras_recipes.errors import RecipeError, did_you_mean
from keras_recipes.recipe import Recipe
from keras_recipes.recipe.call import Call
from keras_recipes.recipe.model.layer_choices import Activation, Initializer
from keras_recipes.studies.grid import one_by_one
from keras_recipes.studies.variant import Variant

_FACTORS = (0.25, 0.5, 2.0, 4.0)
"""Batch sizes of `batch-size`, beside the recipe's own."""

CHOICES = {
    "initializers": [("model.initializer", get_args(Initializer))],
    "activations": [("model.activation", get_args(Activation))],
    "normalizations": [
        ("model.normalization", ("batch", "group", "layer", "local_response", "none"))
    ],
    "pooling": [("model.pooling", ("max", "average"))],
    "dropout": [("model.dropout", ("0.0", "0.2", "0.5")),
                ("model.spatial_dropout", ("0.1", "0.3"))],
    "optimizers": [
        ("optimizer", ("SGD(learning_rate=0.05, momentum=0.9)", "Adam(learning_rate=1e-3)",
                       "AdamW(learning_rate=1e-3, weight_decay=0.05)",
                       "Lion(learning_rate=1e-4, weight_decay=0.5)", "Muon(learning_rate=0.02)"))
    ],
    "label-smoothing": [("loss.label_smoothing", ("0.0", "0.05", "0.1", "0.2"))],
}  # fmt: skip
"""Name to (path, values) of each choice; one is changed at a time."""
NAMES = (*CHOICES, "batch-size")


def named_variants(recipe: Recipe, name: str) -> list[Variant]:
    """The variants of a named sweep.

    `batch-size` goes from a quarter of the recipe's to four times it, the rate with it: as many
    epochs, so as many images, in fewer or more steps (Goyal et al. 2017, arXiv:1706.02677).

    Raises:
        RecipeError: if there is no such sweep, or the recipe lacks what it changes.
    """
    if name == "batch-size":
        return _batch_sizes(recipe)
    if name not in CHOICES:
        raise RecipeError("--named", f"is {name!r}, which is none", did_you_mean(name, NAMES))
    return one_by_one(recipe, CHOICES[name])


def _batch_sizes(recipe):
    optimizer = recipe.optimizer
    if isinstance(optimizer, Call) or not hasattr(optimizer, "learning_rate"):
        raise RecipeError(
            "--named batch-size",
            f"needs an optimizer whose learning_rate can be scaled; it is {optimizer!r}",
            "Use SGD or AdamW, say, or --grid batch_size=32,64.",
        )
    variants = [Variant(name=f"batch_size={recipe.batch_size}")]
    scaled_by_itself = getattr(optimizer, "reference_batch_size", None) is not None
    for factor in _FACTORS:
        size = round(recipe.batch_size * factor)
        if size < 1:
            continue
        assignments = [f"batch_size={size}"]
        if not scaled_by_itself:
            rate = float(f"{optimizer.learning_rate * size / recipe.batch_size:.6g}")
            assignments.append(f"optimizer.learning_rate={rate!r}")
        variants.append(Variant(name=f"batch_size={size}", assignments=tuple(assignments)))
    return variants
