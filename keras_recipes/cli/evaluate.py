"""Score a run's best model, class by class, on its test set or on a folder of images.

keras-recipes evaluate runs/folder_convnet-20260101-120000
keras-recipes evaluate runs/folder_convnet-20260101-120000 --data new_photos
keras-recipes evaluate runs/folder_convnet-20260101-120000 --json

A folder holds a folder for each class, named as the run's classes are; all its images are tested
on. It may lack classes, which are named, and hold no others. Files that can't be read are named on
standard error, and the exit code is 1.
"""

import json
import math
import sys

from keras_recipes.cli.quiet_tensorflow import load_quietly
from keras_recipes.errors import RecipeError, some_of
from keras_recipes.training.trained_model import find_run, open_model, read_run_data

WHOLE_MATRIX = 12
"""The most classes whose confusion matrix is printed whole; of more, the most confused pairs."""


def add_arguments(parser):
    """Name the command's arguments."""
    parser.add_argument("model", metavar="RUN", help="a run directory")
    parser.add_argument(
        "--data", metavar="FOLDER", help="images in a folder a class; the run's own test set"
    )
    parser.add_argument("--json", action="store_true", help="print JSON")


def run(options):
    """Carry the command out; returns the exit code, None for 0."""
    saved = find_run(options.model)
    unreadable = 0
    if options.data is None:
        logits, labels = _predict_test(saved)
    else:
        logits, labels, unreadable = _predict_folder(saved, options.data)
    from keras_recipes.training.class_scores import score_classes
    from keras_recipes.training.evaluate import score

    scores = score(logits, labels)
    classes = score_classes(labels, logits.argmax(axis=1), len(saved.class_names))
    if options.json:
        print(json.dumps(_as_json(saved, options.data, scores, classes), indent=2))
    else:
        _print(saved, options.data, scores, classes)
    return 1 if unreadable else 0


def _predict_test(saved):
    saved.loaded.recipe.data.require()
    load_quietly()
    from keras_recipes.training.evaluate import predict_examples

    dataset = read_run_data(saved)
    trained = open_model(saved)
    test = dataset.read_test()
    return predict_examples(trained.model, test, dataset.num_classes), test.class_labels()


def _predict_folder(saved, folder):
    import numpy as np

    from keras_recipes.training.labelled_folder import find_labelled

    paths, labels = find_labelled(folder, saved.class_names)
    load_quietly()
    from keras_recipes.data.image_file import why_unreadable
    from keras_recipes.training.predict_files import predict_files

    trained = open_model(saved)
    parts = list(predict_files(trained, paths))
    places = np.concatenate([each for each, _ in parts]) if parts else np.array([], int)
    unreadable = sorted(set(range(len(paths))) - set(places.tolist()))
    for place in unreadable:
        why = why_unreadable(paths[place], trained.pixels)
        print(f"error: {paths[place]} can't be read: {why}", file=sys.stderr)
    if not parts:
        raise RecipeError(f"--data {folder}", "holds no image that can be read", "Mend the files.")
    return np.concatenate([each for _, each in parts]), np.array(labels)[places], len(unreadable)


def _as_json(saved, folder, scores, classes):
    rows = [
        {"class": name, "examples": int(examples)}
        | {key: None if math.isnan(value) else float(value) for key, value in each.items()}
        for name, examples, each in _rows(saved, classes)
    ]
    return {
        "run": str(saved.run),
        "data": saved.about["data"]["name"] if folder is None else folder,
        "part": "test" if folder is None else "all",
        **scores,
        "without_images": _without_images(saved, classes),
        "classes": rows,
        "confusion": classes.confusion.tolist(),
    }


def _without_images(saved, classes):
    """Names of the classes that the scores say nothing of."""
    counts = zip(saved.class_names, classes.examples, strict=True)
    return [name for name, count in counts if not count]


def _rows(saved, classes):
    for index, name in enumerate(saved.class_names):
        yield (
            name,
            classes.examples[index],
            {key: getattr(classes, key)[index] for key in ("precision", "recall", "f1")},
        )


def _print(saved, folder, scores, classes):
    names = saved.class_names
    low, high = scores["accuracy_interval"]
    what = f"the test set of {saved.about['data']['name']}" if folder is None else folder
    print(f"{saved.run} on {what}, {scores['examples']} images")
    if folder is None and saved.about.get("stands_in_for"):
        print("stand-in data: it says nothing of the data set that was asked for")
    print(f"accuracy {scores['accuracy']:.4f}  (95 % interval {low:.4f} to {high:.4f})")
    missing = _without_images(saved, classes)
    if missing:
        print(
            f"no images of {some_of(missing)}: {len(names) - len(missing)} of {len(names)} classes "
            "are scored"
        )
    print()
    width = max(5, *(len(each) for each in names))
    print(f"{'class':<{width}}  {'n':>6}  precision  recall      F1")
    for name, examples, each in _rows(saved, classes):
        cells = {key: "-" if math.isnan(value) else f"{value:.4f}" for key, value in each.items()}
        print(
            f"{name:<{width}}  {examples:>6}  {cells['precision']:>9}  {cells['recall']:>6}  "
            f"{cells['f1']:>6}"
        )
    print()
    if len(names) <= WHOLE_MATRIX:
        _print_matrix(names, classes.confusion, width)
    else:
        _print_pairs(names, classes, width)


def _print_matrix(names, confusion, width):
    cell = max(len(each) for each in [*names, str(confusion.max())])
    print("what each class (a row) was taken for (a column)")
    print(" " * width, *(f"{each:>{cell}}" for each in names), sep="  ")
    for name, row in zip(names, confusion, strict=True):
        print(f"{name:<{width}}", *(f"{each or '.':>{cell}}" for each in row), sep="  ")


def _print_pairs(names, classes, width):
    pairs = classes.most_confused()
    print("most often confused" if pairs else "none confused")
    for true, taken, count in pairs:
        print(f"{names[true]:<{width}}  taken for  {names[taken]:<{width}}  {count:>6}")
