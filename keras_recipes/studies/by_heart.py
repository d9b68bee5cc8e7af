"""A recipe without what keeps a network from learning by heart."""

from dataclasses import replace

from keras_recipes.errors import RecipeError
from keras_recipes.recipe import Recipe
from keras_recipes.recipe.override import override

_RESTS = (
    "loss.label_smoothing=0.0", "loss.target_threshold=None", "model.dropout=0.0",
    "model.spatial_dropout=0.0", "model.block_dropout=0.0", "model.stochastic_depth=0.0",
    "optimizer.weight_decay=0.0", "optimizer.ema_momentum=None",
)  # fmt: skip


def without_regularisation(recipe: Recipe) -> Recipe:
    """The recipe as it would learn by heart: no augmentation, smoothing, dropout, decay.

    What a part does not have, or can't be without (AdamW's decay), stays.
    """
    for assignment in _RESTS:
        recipe = _changed(recipe, lambda one, text=assignment: override(one, (text,)))
    phases = tuple(
        replace(each, augment=None, mixup_off_epochs=None, loss=None) for each in recipe.phases
    )
    return _changed(recipe, lambda one: replace(one, phases=phases, augment=(), mixup_off_epochs=0))


def _changed(recipe, change):
    try:
        return change(recipe)
    except RecipeError:
        return recipe
