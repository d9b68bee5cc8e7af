"""The file that holds a model: what may be saved where, uncompiled and never half there."""

import os
import re
from pathlib import Path

import keras

from keras_recipes.atomic_file import replacing, try_writing
from keras_recipes.callbacks.plain_model import plain_model
from keras_recipes.errors import RecipeError


class ModelFile:
    """Saves a model to a path, or puts the weights saved there back in the model.

    Args:
        path: one local file that ends in `.keras` (the whole model, uncompiled; Functional and
            Sequential models) or `.weights.h5` (weights only, any model; the optimiser of a
            subclassed model comes along, and is left out when the weights are put back).

    Raises:
        RecipeError: if `path` is none such.
    """

    def __init__(self, path):
        if not isinstance(path, (str, os.PathLike)):
            raise RecipeError("filepath", f"must be a path; got {path!r}", 'Use "best.keras".')
        text = os.fspath(path)
        if not text.endswith((".keras", ".weights.h5")):
            raise RecipeError(
                "filepath",
                f"must end in .keras or .weights.h5; got {text!r}",
                "Use .keras for the whole model, .weights.h5 for the weights alone.",
            )
        if "{" in text or "://" in text:
            raise RecipeError(
                "filepath",
                f"must be one local file, without placeholders; got {text!r}",
                "One model is kept: give the file a plain name on a local disk.",
            )
        self.path = Path(text)

    def prepare(self, model):
        """Make the folder; raise RecipeError now if `model` could not be saved here later."""
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise RecipeError(
                "filepath",
                f"must lie in a folder that can be made; got {str(self.path)!r} ({error})",
                "Choose another folder.",
            ) from error
        if self.path.is_dir():
            raise RecipeError(
                "filepath",
                f"must be a file; {str(self.path)!r} is a folder",
                "Choose another name.",
            )
        try:
            try_writing(self.path)
        except OSError as error:
            raise RecipeError(
                "filepath",
                f"must lie where files can be written; got {str(self.path)!r} ({error})",
                "Mend the folder's permissions, or choose another.",
            ) from error
        self._view(model)

    def save(self, model):
        """Save `model` as it is now, in place of what the file held.

        Raises:
            RecipeError: if it can't be written, the disk being full, say; what the file held is
                kept.
        """
        view = self._view(model)
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            with replacing(self.path) as partial:
                if self.path.name.endswith(".keras"):
                    view.save(partial)
                else:
                    view.save_weights(partial)
        except (OSError, RuntimeError) as error:
            reason = _why_not_written(error)
            if reason is None:
                raise
            raise RecipeError(
                "filepath",
                f"could not be written: {str(self.path)!r} ({reason})",
                "What it held before is kept. Make room on the disk, or mend the folder.",
            ) from error

    def restore(self, model):
        """Put the saved weights in `model`; its optimiser stays as it is."""
        variables = model.optimizer.variables if model.optimizer else []
        kept = [keras.ops.convert_to_numpy(variable) for variable in variables]
        self._view(model).load_weights(self.path)
        # The file of a subclassed model holds its optimiser's state as well.
        for variable, value in zip(variables, kept, strict=True):
            variable.assign(value)

    def _view(self, model):
        """What is saved: the model without its optimiser, or else the model itself."""
        plain = plain_model(model)
        if plain is None and self.path.name.endswith(".keras"):
            raise RecipeError(
                "filepath",
                f"must end in .weights.h5 for a {type(model).__name__}, which is neither a "
                f"Functional nor a Sequential model with a known input; got {str(self.path)!r}",
                "Save the weights alone, or build the model from keras.Input.",
            )
        return model if plain is None else plain


def _why_not_written(error):
    """What the system said, in its words; None for an error of another kind.

    HDF5 raises `OSError` or `RuntimeError` as it happens, with the number in the text.
    """
    number = getattr(error, "errno", None) or next(
        iter(re.findall(r"errno = (\d+)", str(error))), None
    )
    if number is not None:
        return os.strerror(int(number))
    return str(error) if isinstance(error, OSError) else None
