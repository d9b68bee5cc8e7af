"""`keras-recipes` on a machine whose processor is two devices, as though they were GPUs."""

import sys

import tensorflow as tf

(processor,) = tf.config.list_physical_devices("CPU")
tf.config.set_logical_device_configuration(processor, [tf.config.LogicalDeviceConfiguration()] * 2)

from keras_recipes.cli.main import main  # noqa: E402 - devices come before all that uses them
from keras_recipes.training import run  # noqa: E402

run.training_devices = lambda: ("CPU:0", "CPU:1")
sys.exit(main())
