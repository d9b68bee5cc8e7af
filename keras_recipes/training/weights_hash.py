"""Whether the weights in a file are still the ones that were saved."""

import hashlib
import io
import zipfile


def weights_hash(path) -> str | None:
    """SHA-256 of the weights in a `.keras` file, whatever the layers are called.

    The file's own hash goes with the time and with the names that Keras makes up.

    Args:
        path: a `pathlib.Path`.

    Returns:
        64 hexadecimal digits, or None where there is no file.
    """
    if not path.exists():
        return None
    import h5py

    found = []
    with zipfile.ZipFile(path) as file:
        content = io.BytesIO(file.read("model.weights.h5"))
    with h5py.File(content, "r") as weights:
        weights.visititems(
            lambda _, each: (
                found.append(hashlib.sha256(each[()].tobytes()).hexdigest())
                if isinstance(each, h5py.Dataset)
                else None
            )
        )
    return hashlib.sha256("".join(sorted(found)).encode()).hexdigest()
