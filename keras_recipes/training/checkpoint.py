"""Everything that a run's next step depends on, in one file: it goes on to the same bits."""

import json
import zipfile

import keras
import numpy as np

from keras_recipes.atomic_file import replacing
from keras_recipes.errors import RecipeError
from keras_recipes.model_state import state_variables


def save_checkpoint(path, model, about: dict):
    """Write the state of a compiled model and `about`, a dict for JSON, in place of the last."""
    arrays = {
        f"v{index}": keras.ops.convert_to_numpy(each)
        for index, each in enumerate(state_variables(model))
    }
    with replacing(path) as partial, open(partial, "wb") as file:
        np.savez(file, about=np.array(json.dumps(about)), **arrays)


def read_about(path) -> dict | None:
    """What was saved beside the variables, or None where nothing was saved yet."""
    if not path.is_file():
        return None
    return json.loads(str(_read(path)["about"]))


def restore_checkpoint(path, model):
    """Put the saved state in a model that is built and compiled as it was.

    Raises:
        RecipeError: if the file is damaged, or belongs to another model.
    """
    variables = state_variables(model)
    stored = _read(path)
    arrays = [stored[f"v{index}"] for index in range(len(stored) - 1)]
    shapes = [tuple(each.shape) for each in variables]
    if [each.shape for each in arrays] != shapes:
        raise RecipeError(
            str(path), "holds the state of another model or optimizer",
            "Resume with the versions in run.json, or begin a new run.",
        )  # fmt: skip
    for variable, array in zip(variables, arrays, strict=True):
        variable.assign(array)


def _read(path) -> dict:
    try:
        with np.load(path) as stored:
            return {name: stored[name] for name in stored.files}
    except (OSError, ValueError, EOFError, KeyError, zipfile.BadZipFile) as error:
        raise RecipeError(
            str(path), f"is damaged: {error}", "Begin a new run; the best model is still there."
        ) from None
