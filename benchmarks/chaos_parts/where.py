"""Tells benchmarks/chaos.py where a training is: eight bytes of a file that both have mapped."""

import mmap
import os
import struct

import keras

PLACES = ("start-up", "step", "between steps", "validation", "end of an epoch", "checkpoint")
_FORM = struct.Struct("<ii")


class Board:
    """The file: place and steps done.

    Args:
        path: it is made if it is missing.
    """

    def __init__(self, path):
        with open(path, "ab") as file:
            file.truncate(_FORM.size)
        self._file = open(path, "r+b")  # noqa: SIM115 - mapped as long as the process lives
        self._memory = mmap.mmap(self._file.fileno(), _FORM.size)

    def read(self):
        """(place, steps done)."""
        place, steps = _FORM.unpack_from(self._memory)
        return PLACES[place], steps

    def write(self, place=None, steps=None):
        """Change one, or both."""
        now = _FORM.unpack_from(self._memory)
        place = now[0] if place is None else PLACES.index(place)
        _FORM.pack_into(self._memory, 0, place, now[1] if steps is None else steps)


class Where(keras.callbacks.Callback):
    """Writes it, and changes nothing."""

    def __init__(self):
        super().__init__()
        self._board = Board(os.environ["CHAOS_BOARD"])

    def on_epoch_begin(self, epoch, logs=None):
        self._before = epoch * self.params["steps"]

    def on_train_batch_begin(self, batch, logs=None):
        self._board.write("step")

    def on_train_batch_end(self, batch, logs=None):
        self._board.write("between steps", self._before + batch + 1)

    def on_test_begin(self, logs=None):
        self._board.write("validation")

    def on_epoch_end(self, epoch, logs=None):
        self._board.write("end of an epoch")


def tell_saving(owner, name):
    """Have a method say that it saves a checkpoint, for as long as it takes."""
    save = getattr(owner, name)

    def saving(*arguments, **settings):
        board = Board(os.environ["CHAOS_BOARD"])
        before, _ = board.read()
        board.write("checkpoint")
        result = save(*arguments, **settings)
        board.write(before)
        return result

    setattr(owner, name, saving)


try:
    from keras_recipes.training.checkpoint import Checkpoints
except ImportError:  # the plain scripts have no need of it
    pass
else:
    tell_saving(Checkpoints, "save")
