"""List recipe files and the variants in them.

keras-recipes list            the folder recipes/
keras-recipes list PATH ...   these files and folders
"""

from pathlib import Path

from keras_recipes.errors import RecipeError
from keras_recipes.recipe.load import DEFAULT_VARIANT, read_file


def add_arguments(parser):
    """Name the command's arguments."""
    parser.add_argument("paths", nargs="*", metavar="PATH", help="files or folders; recipes/")


def run(options):
    """Carry the command out; returns the exit code, None for 0."""
    files = _files(options.paths or ["recipes"])
    failed = False
    for path in files:
        try:
            file = read_file(path)
        except RecipeError as error:
            print(f"{path}\n    broken: {error}")
            failed = True
            continue
        print(f"{path}  {file.description}".rstrip())
        for name in file.variants:
            if name != DEFAULT_VARIANT:
                print(f"{path}:{name}")
    return 2 if failed else 0


def _files(paths):
    files = []
    for path in map(Path, paths):
        found = sorted(path.glob("*.py")) if path.is_dir() else [path]
        if not found or not path.exists():
            raise RecipeError(
                str(path), "holds no recipe" if path.is_dir() else "does not exist",
                "Name recipe files, or a folder of them.",
            )  # fmt: skip
        files += found
    return files
