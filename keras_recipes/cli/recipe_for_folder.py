"""A recipe for a folder of images, as the text of a file, with the reason beside each choice."""

import json
import os
from pathlib import Path

from keras_recipes.data.survey import Survey, relates_to_sides

WEIGHTED_FROM = 3
"""Images of the largest class for each of the smallest, above which the loss is weighted."""

_TRAINED_ON = 20_000
"""Images that the second phase sees at least, each as often as it takes."""


def recipe_for(survey: Survey, file: Path, today: str) -> str:
    """The text of a recipe file for what `survey` found.

    Args:
        survey: of the folder.
        file: where the text will lie; paths in it are relative to that.
        today: the date, as the docstring has it.
    """
    side = _side(survey)
    room = side * 5 // 4
    cache = room <= min(survey.height, survey.width)
    epochs = min(60, max(10, round(_TRAINED_ON / survey.train_images)))
    batch = 32 if survey.train_images >= 320 else 16 if survey.train_images >= 64 else 8
    sides = relates_to_sides(survey.classes)
    balanced = ', class_weights="balanced"' if survey.imbalance > WEIGHTED_FROM else ""
    names = ["AdamW", "ColorJitter", "Cosine", "CropAndResize", "CrossEntropy", "Folder", "Phase"]
    names += ["Recipe", "Stopping", "Transfer"] + ([] if sides else ["Flip"])
    if survey.grey:
        names.remove("ColorJitter")
    imports = "".join(f"    {name},\n" for name in sorted(names))
    lines = [
        f'"""{_sentence(survey)}',
        "",
        f"Written on {today} by keras-recipes init, to be changed.",
        '"""',
        "",
        f"from keras_recipes import (\n{imports})",
        "",
        "recipe = Recipe(",
        "    data=Folder(",
        f"        {_quote(_relative(survey.root, file.parent))},",
        f"        # Half of the images are {survey.height} by {survey.width} or larger"
        f"{'.' if side <= min(survey.height, survey.width) else ': they are enlarged.'}",
        f"        image_size=({side}, {side}),",
    ]
    if cache:
        lines += ["        # A fourth more to crop from.", f"        cache_size=({room}, {room}),"]
    if survey.grey:
        lines += ["        channels=1,  # none has colours"]
    lines += _groups(survey, file)
    if survey.validation_fraction is not None:
        lines += [
            "        # More than the usual tenth: there is little of it.",
            f"        validation_fraction={survey.validation_fraction},",
        ]
    if survey.unreadable:
        first, count = next(iter(survey.unreadable)), len(survey.unreadable)
        lines += [
            f"        # {count} can't be read, {first!a} first; run.json lists them all.",
            '        unreadable="skip",',
        ]
    lines += [
        "    ),",
        "    augment=(",
        "        CropAndResize(area=(0.5, 1.0)),",
    ]
    if sides:
        lines += ["        # No Flip(): mirrored, these classes may be others."]
    else:
        lines += ["        Flip(),"]
    if not survey.grey:
        lines += ["        ColorJitter(brightness=0.2, contrast=0.2, saturation=0.2, hue=0.02),"]
    lines += [
        "    ),",
        "    # Another network of keras.applications: its name. From scratch: weights=None, and",
        '    # batch_normalization="training".',
        '    model=Transfer("MobileNetV3Large", weights="imagenet", dropout=0.2),',
    ]
    if balanced:
        lines += [
            f"    # The largest class has {survey.imbalance:.0f} times the smallest's images."
        ]
    lines += [
        f"    loss=CrossEntropy(label_smoothing=0.1{balanced}),",
        "    # The earlier a layer, the slower it changes.",
        "    optimizer=AdamW(learning_rate=1e-3, weight_decay=0.05, layer_decay=0.7),",
        "    schedule=Cosine(warmup_epochs=1),",
        '    stopping=Stopping(monitor="val_nll"),',
        "    phases=(",
        '        Phase(name="head", trainable="head", epochs=5, '
        "optimizer=AdamW(learning_rate=3e-3)),",
        f'        Phase(name="all", trainable="all", epochs={epochs}),',
        "    ),",
        f"    batch_size={batch},",
        ")",
        "",
    ]
    return "\n".join(lines)


def _side(survey):
    """A multiple of 32, by which most networks halve, that hardly enlarges an image."""
    shorter = min(survey.height, survey.width)
    return min(224, max(64, shorter // 32 * 32))


def _sentence(survey):
    few, many = min(survey.classes.values()), max(survey.classes.values())
    return (
        f"{survey.images} images of {len(survey.classes)} classes, "
        f"{f'{few} to {many}' if few < many else few} of each."
    )


def _groups(survey, file):
    if survey.group is None:
        return [
            "        # Photographs of one person or place must not be on both sides of a division:",
            '        # for anna_01.jpg, group=r"^([a-z]+)_"; or group="groups.csv" (file, group).',
        ]
    if survey.group.endswith(".csv"):
        rule = _quote(_relative(Path(survey.group), file.parent))
    else:
        rule = f'r"{survey.group}"'
    return [
        f"        # {survey.groups} groups, each kept on one side of every division.",
        f"        group={rule},",
    ]


def _relative(path, folder):
    try:
        return Path(os.path.relpath(path, folder.absolute())).as_posix()
    except ValueError:  # another drive
        return path.as_posix()


def _quote(text):
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:  # a name of bytes that are no text, which only an escape can say
        return ascii(text)
    return json.dumps(text, ensure_ascii=False)
