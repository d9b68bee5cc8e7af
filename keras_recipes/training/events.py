"""Scalars for TensorBoard, written by TensorFlow itself, so that TensorBoard need not be there."""

from pathlib import Path

import keras

from keras_recipes.training.rate_in_use import rate_in_use


class ScalarEvents(keras.callbacks.Callback):
    """Write each epoch's metrics as TensorBoard events, a folder for training and validation.

    `keras.callbacks.TensorBoard` needs the package tensorboard, which TensorFlow no longer brings.

    Args:
        folder: gets `train/` and `validation/`, with tags such as `epoch_loss`.
        rates: learning rate of each step of the phase, of which the last of an epoch is written;
            None where no schedule sets it.
        first_epoch: epochs that came before the phase.
        steps: steps an epoch.
    """

    def __init__(self, folder: Path, *, rates, first_epoch: int, steps: int):
        super().__init__()
        self._folder = Path(folder)
        self._rates = rates
        self._first_epoch = first_epoch
        self._steps = steps

    def on_train_begin(self, logs=None):
        import tensorflow as tf

        self._writers = {
            part: tf.summary.create_file_writer(str(self._folder / part))
            for part in ("train", "validation")
        }

    def on_epoch_end(self, epoch, logs=None):
        last_step = (epoch - self._first_epoch + 1) * self._steps - 1
        rate = rate_in_use(self.model, self._rates, last_step)
        for name, value in {**(logs or {}), "learning_rate": rate}.items():
            part = "validation" if name.startswith("val_") else "train"
            self._write(part, f"epoch_{name.removeprefix('val_')}", value, epoch)

    def on_train_end(self, logs=None):
        for writer in self._writers.values():
            writer.close()

    def _write(self, part, tag, value, epoch):
        import tensorflow as tf

        metadata = tf.compat.v1.SummaryMetadata(
            plugin_data=tf.compat.v1.SummaryMetadata.PluginData(plugin_name="scalars")
        )
        with self._writers[part].as_default():
            tf.summary.write(tag, tf.constant(value, tf.float32), step=epoch, metadata=metadata)
        self._writers[part].flush()
