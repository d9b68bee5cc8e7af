"""Ctrl-C and SIGTERM during training: end at the next step and keep what there is."""

import contextlib
import signal
import sys
import threading

import keras


class Interrupted(Exception):
    """Training was asked to end; what it has come to is in the run directory.

    Args:
        signal_number: by which it was asked.
    """

    def __init__(self, signal_number: int = signal.SIGINT):
        super().__init__(f"by {signal.Signals(signal_number).name}")
        self.signal_number = signal_number


class InterruptCallback(keras.callbacks.Callback):
    """Raise `Interrupted` after the step in which training was asked to end.

    Asked in the last step of an epoch, it raises in the validation that follows. Setting
    `stop_training` in a step would validate and log the epoch as though it were whole. It comes
    after the callback that saves.
    """

    def __init__(self):
        super().__init__()
        self._asked = None

    @contextlib.contextmanager
    def listening(self):
        """Take the first Ctrl-C or SIGTERM as a request; a second one ends at once, as usual.

        Outside the main thread, where Python takes no signals, it does nothing.
        """
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        previous = {each: signal.getsignal(each) for each in (signal.SIGINT, signal.SIGTERM)}
        # In the background, by nohup or a script, a signal may be ignored, and stays so.
        taken = [each for each, handler in previous.items() if handler != signal.SIG_IGN]

        def ask(signum, frame):
            self._asked = signum
            for each in taken:
                signal.signal(each, previous[each])
            print("\nending as soon as all is kept; again, and it ends at once", file=sys.stderr)

        for each in taken:
            signal.signal(each, ask)
        try:
            yield
        finally:
            for each in taken:
                signal.signal(each, previous[each])
        self.end_if_asked()  # after the last step, while the epoch was being kept

    def is_asked(self) -> bool:
        """Whether training is to end."""
        return self._asked is not None

    def end_if_asked(self):
        """Raise `Interrupted` if so; also for steps of a trial, of which no callback is told."""
        if self.is_asked():
            raise Interrupted(self._asked)

    def on_train_batch_end(self, batch, logs=None):
        if batch + 1 < self.params["steps"]:
            self.end_if_asked()

    def on_test_batch_end(self, batch, logs=None):
        if not self.model.stop_training:
            self.end_if_asked()

    def on_epoch_end(self, epoch, logs=None):
        self.end_if_asked()
