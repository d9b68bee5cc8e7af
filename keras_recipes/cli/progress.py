"""How training goes, for people: a live line on a terminal, plain lines elsewhere."""

import math
import time

import keras
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn

from keras_recipes.report.duration import format_seconds
from keras_recipes.training.rate_in_use import rate_in_use

_REFRESH_SECONDS = 0.25
_PLAIN_SECONDS = 60.0


def make_display(console: Console, epochs: int) -> "Display":
    """A `Display` of the kind that suits the console.

    Args:
        console: where it goes.
        epochs: length of the whole run.
    """
    return LiveDisplay(console, epochs) if console.is_terminal else Display(console, epochs)


class Display(keras.callbacks.Callback):
    """A line an epoch, and one a minute in between."""

    def __init__(self, console: Console, epochs: int):
        super().__init__()
        self._console = console
        self._epochs = epochs
        self._best = None
        self._began = None

    def begin_phase(self, name, rates, first_epoch, steps, batch_size, stopping, best):
        """What the phase is, and `BestCheckpoint`'s state so far; called before its `fit`.

        `stopping` is None of a phase that keeps no epoch, which is pretraining.
        """
        self._rates, self._first_epoch = rates, first_epoch
        self._steps, self._batch_size = steps, batch_size
        self._stopping = stopping
        self._best = best["best"] if best else None
        # Where nothing is validated, the network is pretrained.
        headings = ("loss", "acc", *(("val nll", "val acc") if stopping else ("", "probe")))
        self._console.print(
            f"{'' if name == 'train' else name:<{len(self._label(1))}}"
            + "".join(f" {each:>7}" for each in headings)
            + f" {'rate':>8} {'img/s':>6} {'time':>11}",
            style="dim",
            soft_wrap=True,
        )

    def end_epoch(self, record: dict):
        """Say how an epoch went, as `metrics.jsonl` has it."""
        is_best = self._is_best(record)
        names = ("loss", "accuracy", "val_nll", "val_accuracy")
        if self._stopping is None:
            names = ("loss", "pretext_accuracy", "", "val_probe_accuracy")
        numbers = [f" {record[name]:7.4f}" if name in record else " " * 8 for name in names]
        self._console.print(
            self._label(record["epoch"])
            + "".join(numbers)
            + f" {record['learning_rate']:8.3g} {record['images_per_second']:6.0f}"
            + f" {format_seconds(record['seconds']):>11}{'  best' if is_best else ''}",
            style="bold" if is_best else "",
            soft_wrap=True,
        )

    def _label(self, epoch):
        return f"epoch {epoch:>{len(str(self._epochs))}}/{self._epochs}"

    def _is_best(self, record):
        """As `BestCheckpoint` decides, which comes later in the list of callbacks."""
        stopping = self._stopping
        if stopping is None:
            return False
        if record["epoch"] - 1 - self._first_epoch < stopping.start_from_epoch:
            return False
        value, best = record[stopping.monitor], self._best
        if not math.isfinite(value):
            return False
        if best is not None:
            more = stopping.monitor == "val_accuracy"
            limit = best + stopping.min_delta if more else best - stopping.min_delta
            if not (value > limit if more else value < limit):
                return False
        self._best = value
        return True

    def on_epoch_begin(self, epoch, logs=None):
        self._epoch, self._before = epoch, None
        self._epoch_began = self._shown = time.perf_counter()
        if self._began is None:
            self._began, self._began_at = self._epoch_began, epoch
        self.show(0, {})

    def on_train_batch_end(self, batch, logs=None):
        now = time.perf_counter()
        if self._before is None:  # a resumed epoch may begin at any step
            self._before = batch
        if now - self._shown >= self.interval:
            self._shown = now
            self.show(batch + 1, logs)

    interval = _PLAIN_SECONDS

    def close(self):
        """Give the console back, however training ended."""

    def show(self, step, logs):
        """Say how the epoch goes."""
        if step:
            self._console.print(self.describe(step, logs), soft_wrap=True)

    def describe(self, step, logs) -> str:
        """Loss, accuracy, rate, speed and time left after `step` steps of the epoch."""
        seconds = time.perf_counter() - self._epoch_began
        index = (self._epoch - self._first_epoch) * self._steps + max(step - 1, 0)
        parts = [f"{self._label(self._epoch + 1)}  step {step}/{self._steps}"]
        for name, shown in (("loss", "loss"), ("accuracy", "acc"), ("pretext_accuracy", "acc")):
            if name in logs:
                parts.append(f"{shown} {logs[name]:.4f}")
        parts.append(f"rate {rate_in_use(self.model, self._rates, index):.3g}")
        if step:
            trained = (step - (self._before or 0)) * self._batch_size
            parts.append(f"{trained / seconds:.0f} img/s")
            parts.append(f"{format_seconds(self._seconds_left(step))} left")
        return "  ".join(parts)

    def _seconds_left(self, step):
        """From the mean pace so far, validation included as far as it has been seen."""
        done = self._epoch - self._began_at + step / self._steps
        left = self._epochs - self._epoch - step / self._steps
        return (time.perf_counter() - self._began) / done * left


class LiveDisplay(Display):
    """A line that moves, with a bar for the epoch; a line an epoch stays above it."""

    interval = _REFRESH_SECONDS

    def on_train_begin(self, logs=None):
        self._progress = Progress(
            BarColumn(bar_width=12),
            TextColumn("{task.description}"),
            console=self._console,
            transient=True,
            refresh_per_second=1 / _REFRESH_SECONDS,
        )
        self._task = self._progress.add_task("", total=self._steps)
        self._progress.start()

    def on_test_begin(self, logs=None):
        self._progress.update(self._task, description=f"{self._label(self._epoch + 1)}  validating")

    def on_train_end(self, logs=None):
        self._progress.stop()

    def close(self):
        if getattr(self, "_progress", None) is not None:
            self._progress.stop()

    def show(self, step, logs):
        self._progress.update(self._task, completed=step, description=self.describe(step, logs))
