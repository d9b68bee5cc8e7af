"""A run of seconds on a small folder of images, for the commands that take a trained one."""

import numpy as np
from PIL import Image

from keras_recipes import Adam, ConvNet, Folder, Recipe, Stopping
from keras_recipes.training import run
from keras_recipes.training.job import Job

COLOURS = {"blue": (60, 80, 200), "green": (70, 180, 80), "red": (200, 70, 60)}


def write_photos(root, count=20, names=tuple(COLOURS), seed=0):
    """`count` noisy images, wider than high, in a folder for each class."""
    generator = np.random.default_rng(seed)
    for name in names:
        (root / name).mkdir(parents=True, exist_ok=True)
        for index in range(count):
            noise = generator.normal(0, 60, (14, 20, 3))
            pixels = np.clip(np.array(COLOURS[name]) + noise, 0, 255).astype(np.uint8)
            Image.fromarray(pixels).save(root / name / f"{index:03}.png")
    return root


def train_tiny_run(folder):
    """(run directory, its recipe, its data) of a few epochs; images are kept larger than seen."""
    photos = write_photos(folder / "photos")
    recipe = Recipe(
        data=Folder(str(photos), image_size=(8, 8), cache_size=(12, 10), resize="pad"),
        model=ConvNet(blocks=1, convolutions=1, width=4, dropout=0.0),
        optimizer=Adam(learning_rate=0.02),
        stopping=Stopping(monitor="val_nll"),
        epochs=4,
        batch_size=8,
        precision="float32",
    )
    dataset = recipe.data.build()
    job = Job(name="photos", recipe=recipe)
    directory = run.start(job, dataset, folder / "runs", sources=folder, command=[])
    run.train(recipe, dataset, directory)
    return directory, recipe, dataset
