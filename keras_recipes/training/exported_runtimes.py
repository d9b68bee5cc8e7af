"""Exported files run by the runtimes that they are made for."""

import warnings

import numpy as np


def run_saved_model(path, images) -> np.ndarray:
    """Logits of float32 images by the endpoint `serve` of a SavedModel."""
    import tensorflow as tf

    loaded = tf.saved_model.load(str(path))
    return loaded.serve(images).numpy()


def run_onnx(path, images) -> np.ndarray:
    """Logits of float32 images by ONNX Runtime, on the CPU."""
    import onnxruntime

    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    return session.run(None, {session.get_inputs()[0].name: images})[0]


def run_litert(path, images) -> np.ndarray:
    """Logits of float32 images by the LiteRT interpreter, an image at a time as on a phone."""
    import tensorflow as tf

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that it will move to a package of its own
        interpreter = tf.lite.Interpreter(str(path))
    interpreter.allocate_tensors()
    takes = interpreter.get_input_details()[0]["index"]
    returns = interpreter.get_output_details()[0]["index"]
    rows = []
    for image in images:
        interpreter.set_tensor(takes, image[None])
        interpreter.invoke()
        rows.append(interpreter.get_tensor(returns)[0])
    return np.stack(rows)
