"""What a training came to, as hashes that are equal only if every bit is."""

import hashlib
import json
import zipfile

import h5py
import keras
import numpy as np


def of_run(directory):
    """Of a run directory: name to SHA-256."""
    newest = max((directory / "checkpoints").glob("*.npz"))
    with zipfile.ZipFile(newest) as stored:
        arrays = [stored.read(name) for name in sorted(stored.namelist())]
    records = [json.loads(each) for each in (directory / "metrics.jsonl").read_text().splitlines()]
    timeless = [{**each, "seconds": 0, "images_per_second": 0} for each in records]
    return {
        "arrays": _hash(*arrays),
        "best": of_model(directory / "best.keras"),
        "metrics": _hash(json.dumps(timeless).encode()),
    }


def of_script(folder):
    """Of what plain.py leaves: name to SHA-256."""
    with h5py.File(folder / "final.weights.h5", "r") as file:
        arrays = []
        file.visititems(
            lambda name, each: (
                arrays.append((name, each[()].tobytes()))
                if isinstance(each, h5py.Dataset)
                else None
            )
        )
    return {
        "arrays": _hash(*(content for _, content in sorted(arrays))),
        "best": of_model(folder / "best.keras"),
        "metrics": _hash((folder / "history.json").read_bytes()),
    }


def of_model(path):
    """SHA-256 of a saved model's weights."""
    model = keras.models.load_model(path, compile=False)
    return _hash(*(np.ascontiguousarray(each).tobytes() for each in model.get_weights()))


def _hash(*contents):
    digest = hashlib.sha256()
    for each in contents:
        digest.update(each)
    return digest.hexdigest()
