"""Small folders of real image files for tests."""

import numpy as np
from PIL import Image

COLOURS = {"blue": (20, 40, 220), "green": (30, 200, 40), "red": (220, 30, 30)}


def write_image(path, colour="red", side=12, seed=0):
    """A square PNG or JPEG of about one colour."""
    noise = np.random.default_rng(seed).integers(0, 20, (side, side, 3))
    pixels = np.array(COLOURS.get(colour, (128, 128, 128))) + noise
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(pixels.astype(np.uint8)).save(path)
    return path


def write_classes(root, count=20, names=tuple(COLOURS), people=()):
    """`count` images in a folder for each class; called `anna_003.png` where there are people."""
    for label, name in enumerate(names):
        for index in range(count):
            person = f"{people[index % len(people)]}_" if people else "image_"
            write_image(root / name / f"{person}{index:03}.png", name, seed=label * 1000 + index)
    return root
