"""Ctrl-C during training: end at the next step and keep what there is."""

import contextlib
import signal
import sys
import threading

import keras


class Interrupted(Exception):
    """Training was asked to end; every finished epoch is in the run directory."""


class InterruptCallback(keras.callbacks.Callback):
    """Raise `Interrupted` after the step in which Ctrl-C was pressed.

    Setting `stop_training` instead would validate and log the epoch as though it were whole.
    """

    def __init__(self):
        super().__init__()
        self._asked = False

    @contextlib.contextmanager
    def listening(self):
        """Take the first Ctrl-C as a request; a second one ends at once, as usual.

        Outside the main thread, where Python takes no signals, it does nothing.
        """
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        previous = signal.getsignal(signal.SIGINT)
        if previous == signal.SIG_IGN:  # in the background, by nohup or a script
            yield
            return

        def ask(signum, frame):
            self._asked = True
            signal.signal(signal.SIGINT, previous)
            print("\nending after this step; Ctrl-C again ends at once", file=sys.stderr)

        signal.signal(signal.SIGINT, ask)
        try:
            yield
        finally:
            signal.signal(signal.SIGINT, previous)
        if self._asked:  # after the last step, while the epoch was being kept
            raise Interrupted

    def end_if_asked(self):
        """For steps of which no callback is told, such as those of a trial."""
        if self._asked:
            raise Interrupted

    def on_train_batch_end(self, batch, logs=None):
        self.end_if_asked()

    def on_test_batch_end(self, batch, logs=None):
        self.end_if_asked()
