"""The picture of an augmentation: each image, and beside it what becomes of it."""

from pathlib import Path

import numpy as np


def draw_augmentation(
    augment, dataset, directory: Path, out: Path, *, seed: int, images: int, times: int
):
    """Draw training images beside augmented versions, by the pipeline that training uses.

    Args:
        augment: the recipe's augmentation.
        dataset: gives the images, as many classes among them as there are rows for.
        directory: the folder that files named in the recipe are relative to.
        out: the PNG.
        seed: of the augmentation.
        images: rows.
        times: versions of each image, those of the first `times` epochs.
    """
    import tensorflow as tf

    from keras_recipes.training.build import build_augmentation

    examples = dataset.train.subset(_one_of_each_class(dataset.train.class_labels(), images))
    originals = np.asarray(examples.images[examples.indices])
    labels = np.eye(dataset.num_classes, dtype=np.float32)[examples.class_labels()]
    pipeline = build_augmentation(augment, dataset, directory, seed=seed, batch_size=len(examples))
    versions = [
        pipeline(tf.constant(originals), tf.constant(labels), tf.constant(epoch, tf.int64),
                 tf.constant(0, tf.int64))
        for epoch in range(times)
    ]  # fmt: skip
    columns = [(originals, labels)] + [(x.numpy(), y.numpy()) for x, y in versions]
    _draw(columns, dataset.class_names, out)


def _one_of_each_class(labels, count):
    """Positions of `count` examples, the first of each class before the second of any."""
    rank = np.empty(len(labels), int)
    for each in np.unique(labels):
        members = np.flatnonzero(labels == each)
        rank[members] = np.arange(len(members))
    return np.lexsort((labels, rank))[:count]


def _draw(columns, class_names, out):
    from matplotlib.figure import Figure  # not pyplot: no window, no global state

    rows = len(columns[0][0])
    height = 1.65 * rows + 0.15
    figure = Figure(figsize=(1.35 * len(columns), height), layout="constrained")
    # Constrained layout knows nothing of the headings above the first row.
    figure.get_layout_engine().set(rect=(0, 0, 1, 1 - 0.15 / height))
    axes = figure.subplots(rows, len(columns), squeeze=False)
    for column, (images, labels) in enumerate(columns):
        for row in range(rows):
            axis = axes[row, column]
            image = np.clip(np.round(images[row]), 0, 255).astype(np.uint8)
            grey = image.shape[-1] == 1
            axis.imshow(image[..., 0] if grey else image, cmap="gray" if grey else None,
                        vmin=0, vmax=255, interpolation="nearest")  # fmt: skip
            axis.set_title(_label(labels[row], class_names), fontsize=7, pad=2)
            axis.set_axis_off()
    columns_titles = ["original"] + [f"epoch {epoch + 1}" for epoch in range(len(columns) - 1)]
    for axis, title in zip(axes[0], columns_titles, strict=True):
        axis.annotate(title, (0.5, 1.36), xycoords="axes fraction", ha="center", fontsize=8,
                      fontweight="bold")  # fmt: skip
    out.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(out, dpi=120)


def _label(label, class_names) -> str:
    """`cat`, or a line each for the classes of a mixed one, the larger share first."""
    order = np.argsort(-label, kind="stable")
    parts = [(label[index], class_names[index]) for index in order[:2] if label[index] >= 0.005]
    if len(parts) == 1:
        return parts[0][1]
    return "\n".join(f"{share:.2f} {name}" for share, name in parts)
