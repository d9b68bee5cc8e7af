"""What the network of a run says of the fold that it was tested on, kept in the run directory."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from keras_recipes.atomic_file import replacing
from keras_recipes.training.evaluate import predict_examples
from keras_recipes.training.trained_model import find_run, open_model, read_run_data

_FILE = "fold_logits.npz"


@dataclass(frozen=True, kw_only=True)
class FoldLogits:
    """Predictions of images that the network has not seen.

    Attributes:
        rows: of the data set that the images come from, int64 `(n,)`.
        labels: class ids, int64 `(n,)`.
        logits: float64 `(n, classes)`.
    """

    rows: np.ndarray
    labels: np.ndarray
    logits: np.ndarray


def write_fold_logits(run: Path, examples, logits):
    """Keep the predictions of the examples that a run was tested on in its directory."""
    with replacing(Path(run) / _FILE) as partial:
        np.savez_compressed(
            partial, rows=examples.indices, labels=examples.class_labels(), logits=logits
        )


def fold_logits(run: Path) -> FoldLogits:
    """What the network of a finished run with `data.test_fold` says of its fold.

    A run that left no predictions, since an older version of this package trained it, is asked
    again, and leaves them.

    Raises:
        DataUnavailable: if it must be asked, and its images are no longer there.
        RecipeError: if they are others than it was trained on.
    """
    file = Path(run) / _FILE
    if not file.is_file():
        saved = find_run(run)
        dataset = read_run_data(saved)
        examples = dataset.read_test()
        model = open_model(saved).model
        write_fold_logits(run, examples, predict_examples(model, examples, dataset.num_classes))
    with np.load(file) as arrays:
        return FoldLogits(**{name: arrays[name] for name in ("rows", "labels", "logits")})
