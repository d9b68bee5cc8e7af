"""A folder of class folders, as further test images of a run."""

from pathlib import Path

from keras_recipes.data.folder_layout import find_files
from keras_recipes.data.labelled_files import SPLITS
from keras_recipes.errors import RecipeError, did_you_mean


def find_labelled(folder: str, class_names) -> tuple[list[str], list[int]]:
    """(paths, class ids) of all images in the class folders of `folder`, in order.

    A class may lack its folder.

    Raises:
        RecipeError: if there is no such folder, or it holds others than the folders of classes.
    """
    root = Path(folder)
    place = f"--data {folder}"
    if not root.is_dir():
        raise RecipeError(place, "is no folder", "Name a folder with a folder for each class.")
    names = sorted(each.name for each in root.iterdir() if each.is_dir())
    parts = [each for each in names if each.lower() in SPLITS and each not in class_names]
    if parts:
        raise RecipeError(
            place, f"holds {', '.join(parts)}, parts of a data set",
            f"Name one of them: --data {root / parts[0]}.",
        )  # fmt: skip
    try:
        files = find_files(root)
    except RecipeError as error:
        where = error.where.replace("data.path", "--data", 1)
        raise RecipeError(where, error.problem, error.fix) from None
    except OSError as error:
        raise RecipeError(
            place, f"can't be read: {error.strerror}", "Mend its permissions."
        ) from None
    for file in files:
        if file.label is None:
            raise RecipeError(
                place, f"holds an image outside of all classes: {file.name}",
                "Move it into the folder of a class.",
            )  # fmt: skip
        if file.label not in class_names:
            raise RecipeError(
                place, f"holds {file.label!r}, no class of the run",
                did_you_mean(file.label, class_names),
            )  # fmt: skip
    if not files:
        raise RecipeError(place, "holds no images", "Name a folder with a folder for each class.")
    ids = {name: index for index, name in enumerate(class_names)}
    return [each.path for each in files], [ids[each.label] for each in files]
