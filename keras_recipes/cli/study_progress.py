"""How a study goes, for people."""

import time


class StudyProgress:
    """A line for each trial that ends: its score, how many are left, and the best so far.

    Args:
        console: of rich.
        total: how many trials there are.
        how: they are run, such as `"2 at a time"`.
        best: whether a line tells the best variant so far.
    """

    def __init__(self, console, total, how, *, best=True):
        self._console, self._total, self._tells_best = console, total, best
        self._done, self._kept, self._began = 0, 0, time.monotonic()
        self._scores = {}
        console.print(f"{total} trials, {how}", style="italic")

    def __call__(self, trial, outcome):
        from keras_recipes.report.duration import format_seconds

        self._done += 1
        label = f"{self._done:>{len(str(self._total))}}/{self._total}  {trial.variant}, " + (
            f"seed {trial.seed}"
        )
        if outcome.error is not None:
            self._console.print(f"{label}  failed: {outcome.error}", style="red", soft_wrap=True)
            return
        self._scores.setdefault(trial.variant, []).append(outcome.results["accuracy"])
        means = {name: sum(each) / len(each) for name, each in self._scores.items()}
        best = max(means, key=means.get)
        left = self._seconds_left()
        self._console.print(
            f"{label}  accuracy {outcome.results['accuracy']:.4f}  "
            f"{format_seconds(outcome.results['seconds'])}"
            + (f"  {format_seconds(left)} left" if left else "")
            + (f"  best so far {best} {means[best]:.4f}" if self._tells_best else ""),
            soft_wrap=True,
        )

    def _seconds_left(self):
        """From the mean pace of this study; those that were finished before took no time."""
        seconds = time.monotonic() - self._began
        if seconds < 1:
            self._kept = self._done
            return None
        return seconds / max(self._done - self._kept, 1) * (self._total - self._done)
