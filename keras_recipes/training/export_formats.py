"""The formats that a trained model can be exported to, written without their runtimes' notes."""

import contextlib
import logging
import os
import shutil
import tempfile
import warnings
from pathlib import Path

import keras

from keras_recipes.atomic_file import replacing
from keras_recipes.errors import RecipeError
from keras_recipes.training.float32_model import float32_model


def write_saved_model(model, out: Path):
    """Write a TensorFlow SavedModel, a folder, in place of what was there.

    Its endpoint `serve` takes images float32 `(batch, height, width, channels)` in 0..255 and
    returns logits, as all formats do.
    """
    partial = out.with_name(f".partial-{out.name}")
    old = out.with_name(f".old-{out.name}")
    for each in (partial, old):  # of a process that was killed
        shutil.rmtree(each, ignore_errors=True)
    try:
        _export_saved_model(float32_model(model), partial)
        if out.exists():
            os.replace(out, old)
        os.replace(partial, out)
    finally:
        shutil.rmtree(partial, ignore_errors=True)
        shutil.rmtree(old, ignore_errors=True)


def write_onnx(model, out: Path):
    """Write an ONNX file by tf2onnx, for batches of any size.

    Keras's own `model.export(format="onnx")` makes inputs of the constants that a layer such as
    `Normalization` holds (tf2onnx's `from_function` takes whatever the function captures for an
    input), and no runtime could run the file; so the graph is frozen first.
    """
    import tensorflow as tf
    import tf2onnx
    from tensorflow.python.framework.convert_to_constants import (
        convert_variables_to_constants_v2,
    )

    model = float32_model(model)
    images = tf.TensorSpec((None, *model.input_shape[1:]), tf.float32, name="images")
    function = tf.function(lambda images: model(images, training=False), input_signature=[images])
    with replacing(out) as partial, _quiet():
        frozen = convert_variables_to_constants_v2(function.get_concrete_function())
        tf2onnx.convert.from_graph_def(
            frozen.graph.as_graph_def(),
            input_names=[frozen.inputs[0].name],
            output_names=[frozen.outputs[0].name],
            output_path=str(partial),
        )


def write_litert(model, out: Path, precision: str, images):
    """Write a LiteRT (TensorFlow Lite) file of the runtime's own operations.

    Args:
        model: the trained model.
        out: the file.
        precision: `"float32"`; `"float16"`, in which weights are kept; or `"int8"`, in which
            weights are kept and operations computed. It takes and returns float32 all the same.
        images: float32 `(n, height, width, channels)`, by which the ranges of int8 are chosen.

    Raises:
        RecipeError: if the runtime lacks an operation of the model.
    """
    import tensorflow as tf

    with tempfile.TemporaryDirectory() as folder, _quiet():
        saved = Path(folder) / "model"
        _export_saved_model(float32_model(model), saved)
        converter = tf.lite.TFLiteConverter.from_saved_model(str(saved))
        if precision != "float32":
            converter.optimizations = [tf.lite.Optimize.DEFAULT]
        if precision == "float16":
            converter.target_spec.supported_types = [tf.float16]
        if precision == "int8":
            converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS_INT8]
            converter.representative_dataset = lambda: ([each[None]] for each in images)
        try:
            content = converter.convert()
        except Exception as error:  # of its own kinds, and RuntimeError of its quantizer
            raise RecipeError(
                "--format litert",
                f"can't be had at {precision}: {str(error).strip().partition(chr(10))[0]}",
                "Use another --precision, or --format onnx or saved_model.",
            ) from error
    with replacing(out) as partial:
        partial.write_bytes(content)


def _export_saved_model(model, out):
    # Left to itself, Keras 3.10 makes an endpoint that takes a list of one batch.
    signature = [keras.InputSpec("float32", (None, *model.input_shape[1:]), name="images")]
    with _quiet():
        model.export(str(out), format="tf_saved_model", verbose=False, input_signature=signature)


@contextlib.contextmanager
def _quiet():
    """Leave out warnings, those of libraries that log them too."""
    loggers = [logging.getLogger(each) for each in ("tensorflow", "tf2onnx")]
    levels = [each.level for each in loggers]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for each in loggers:
            each.setLevel(logging.ERROR)
        try:
            yield
        finally:
            for each, level in zip(loggers, levels, strict=True):
                each.setLevel(level)
