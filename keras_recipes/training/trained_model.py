"""A model that a run has trained, with what it needs of images and what its classes are called."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from keras_recipes.errors import RecipeError
from keras_recipes.recipe import Folder
from keras_recipes.recipe.load import Loaded, load, named_files
from keras_recipes.training.run_files import read_run_files


@dataclass(frozen=True, kw_only=True)
class SavedModel:
    """A saved model as it lies there, found without Keras.

    Attributes:
        file: the `.keras` file.
        run: the run directory that it is the best model of; None for a file by itself.
        about: the run's `run.json`, or None.
        loaded: the run's recipe, or None.
    """

    file: Path
    run: Path | None = None
    about: dict | None = None
    loaded: Loaded | None = None

    @property
    def class_names(self) -> tuple[str, ...] | None:
        """As the run knows them; None for a file by itself."""
        return None if self.about is None else tuple(self.about["data"]["class_names"])


@dataclass(frozen=True, kw_only=True)
class TrainedModel:
    """A model that can be asked.

    Attributes:
        model: the Keras model; takes raw images and returns logits.
        class_names: one for each logit.
        pixels: `PixelFormat` that image files are read into.
        image_size: (height, width) that the model takes; images that are read larger are brought
            to it by `central_resize`, as those of the run's validation are.
    """

    model: Any
    class_names: tuple[str, ...]
    pixels: Any
    image_size: tuple[int, int]


def find_model(path) -> SavedModel:
    """The best model of a run directory, or a `.keras` file.

    The file `best.keras` within a run directory is that run's.

    Raises:
        RecipeError: if `path` is neither, or the run has no best model yet.
    """
    path = Path(path)
    if path.is_file() and path.suffix == ".keras":
        inside = path.name == "best.keras" and (path.parent / "run.json").is_file()
        return _find_in_run(path.parent) if inside else SavedModel(file=path)
    if path.suffix == ".keras" and not path.exists():
        raise RecipeError(str(path), "does not exist", "Name a run directory or a .keras file.")
    return _find_in_run(path)


def find_run(path) -> SavedModel:
    """The best model of a run directory, where what the run knows of it is needed.

    Raises:
        RecipeError: if `path` is none, or the run has no best model yet.
    """
    saved = find_model(path)
    if saved.run is None:
        raise RecipeError(
            str(path), "is a model by itself, which knows neither its data nor its classes",
            "Name the run directory that it comes from.",
        )  # fmt: skip
    return saved


def read_run_data(saved: SavedModel):
    """The run's `Dataset`, once more.

    Raises:
        DataUnavailable: if it is no longer there.
        RecipeError: if it is another than the run was trained on.
    """
    dataset = saved.loaded.recipe.data.build()
    if dataset.fingerprint != saved.about["data"]["fingerprint"]:
        raise RecipeError(
            str(saved.run), "was trained on other images than there are now",
            "Put them back as they were.",
        )  # fmt: skip
    return dataset


def _find_in_run(path):
    about = read_run_files(path).about
    file = path / "best.keras"
    if not file.is_file():
        raise RecipeError(
            str(path),
            f"has no best.keras: it is {about['state']}, and no epoch of it was kept",
            f"Train it: keras-recipes run --resume {path}.",
        )
    return SavedModel(file=file, run=path, about=about, loaded=load(str(path / "recipe.py")))


def open_model(saved: SavedModel) -> TrainedModel:
    """Load it with Keras.

    Raises:
        RecipeError: if Keras can't load it, it does not take images, or returns no logits.
    """
    import keras

    from keras_recipes.data.image_file import PixelFormat
    from keras_recipes.models.hub_backbone import INSTALL, needs_keras_hub

    _import_own_parts(saved)
    try:
        model = keras.models.load_model(saved.file, compile=False)
    except Exception as error:  # of many kinds: a damaged archive, a class that is not known
        if needs_keras_hub(error):
            raise RecipeError(
                str(saved.file), "holds a backbone of keras-hub, which is not installed", INSTALL
            ) from None
        raise RecipeError(
            str(saved.file),
            f"can't be loaded: {type(error).__name__}: {str(error).strip().partition(chr(10))[0]}",
            "Is it whole, and of this version of Keras? A class of your own must be registered by "
            "keras.saving.register_keras_serializable in a file that the recipe names.",
        ) from None
    height, width, channels, classes = _shape(model, saved.file)
    class_names = saved.class_names or tuple(str(each) for each in range(classes))
    if len(class_names) != classes:
        raise RecipeError(
            str(saved.file), f"returns {classes} logits for {len(class_names)} classes of the run",
            "Is it the file that the run has saved?",
        )  # fmt: skip
    data = saved.loaded.recipe.data if saved.loaded else None
    if isinstance(data, Folder):
        size = tuple(data.cache_size or data.image_size)
        pixels = PixelFormat(size, data.channels, data.resize)
    else:
        pixels = PixelFormat((height, width), channels, "crop")
    return TrainedModel(
        model=model, class_names=class_names, pixels=pixels, image_size=(height, width)
    )


def _import_own_parts(saved):
    """Let the files that the recipe names register their classes with Keras."""
    from keras_recipes.recipe.call import load_file

    for file in named_files(saved.loaded.recipe) if saved.loaded else ():
        try:
            load_file(saved.run / file)
        except (Exception, SystemExit) as error:
            raise RecipeError(
                str(saved.run / file),
                f"can't be imported: {type(error).__name__}: {error}",
                "Mend the file, or install what it needs.",
            ) from error


def _shape(model, file):
    """(height, width, channels, classes) of a model that takes images and returns logits."""
    takes = getattr(model, "input_shape", None)
    returns = getattr(model, "output_shape", None)
    if not (
        isinstance(takes, tuple)
        and len(takes) == 4
        and all(isinstance(each, int) for each in takes[1:])
        and takes[3] in (1, 3)
    ):
        raise RecipeError(
            str(file),
            f"must take grey or RGB images of one size, (batch, height, width, 1 or 3); it takes "
            f"{takes}",
            "Name a model that a recipe has trained on images.",
        )
    if not (isinstance(returns, tuple) and len(returns) == 2 and (returns[1] or 0) >= 2):
        raise RecipeError(
            str(file), f"must return (batch, classes) logits; it returns {returns}",
            "Name a model that a recipe has trained.",
        )  # fmt: skip
    activation = getattr(getattr(model.layers[-1], "activation", None), "__name__", "linear")
    if activation in ("softmax", "sigmoid"):
        raise RecipeError(
            str(file), f"must return logits; it ends in {activation}",
            "Take the activation off its last layer: the softmax is applied here.",
        )  # fmt: skip
    return (*takes[1:], returns[1])
