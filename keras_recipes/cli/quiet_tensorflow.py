"""TensorFlow loaded without its notes about itself, which bury what a command has to say."""

import contextlib
import glob
import os
import re
import sys
import tempfile

_NOTES = re.compile(
    r"absl::InitializeLog|oneDNN custom operations|cudart_stub|cuda_platform|cuInit"
    r"|rebuild TensorFlow with the appropriate compiler flags|cpu_feature_guard"
    r"|Created TensorFlow Lite XNNPACK delegate|^fully_quantize: "
)


def load_quietly():
    """Import TensorFlow and find its devices, with its known notes on standard error left out."""
    if "tensorflow" in sys.modules or glob.glob("/dev/nvidia*"):
        return  # with a GPU its notes may say why it isn't used
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    with without_notes():
        import tensorflow as tf

        tf.config.list_physical_devices()
        tf.zeros(1)  # the device itself writes notes when it is first used
        import keras  # noqa: F401


@contextlib.contextmanager
def without_notes():
    """Leave TensorFlow's known notes out of what is written to standard error within.

    It writes them from C++ before any setting is heeded, so the stream itself is put aside for
    those seconds; whatever else was written to it comes out afterwards.
    """
    try:
        kept = os.dup(2)
    except OSError:  # no standard error: nothing to keep quiet
        kept = None
    with tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace") as aside:
        if kept is not None:
            sys.stderr.flush()
            os.dup2(aside.fileno(), 2)
        try:
            yield
        finally:
            if kept is not None:
                os.dup2(kept, 2)
                os.close(kept)
                aside.seek(0)
                sys.stderr.writelines(line for line in aside if not _NOTES.search(line))
