"""How a search goes, for people."""

from keras_recipes.studies.criterion import better_of
from keras_recipes.studies.search import FAILED, FINISHED


class SearchProgress:
    """A line for each setting that is settled: its validation score, and the best so far.

    Args:
        console: of rich.
        monitor: what chooses.
        total: how many settings there will be.
        how: they are run, such as `"2 at a time"`.
    """

    def __init__(self, console, monitor: str, total: int, how: str):
        self._console, self._monitor, self._total = console, monitor, total
        self._best = None
        console.print(
            f"the recipe as it is and {total} settings, {how}, chosen by {monitor}",
            style="italic",
        )

    def __call__(self, tried):
        from keras_recipes.report.duration import format_seconds

        label = f"{tried.number:>{len(str(self._total))}}/{self._total}  {tried.variant.name}"
        if tried.state == FAILED:
            self._console.print(f"{label}  failed: {tried.error}", style="red", soft_wrap=True)
            return
        if tried.state == FINISHED:
            self._best = better_of(self._monitor, tried.score, self._best)
            how = format_seconds(tried.seconds)
        else:
            how = f"ended after epoch {tried.epochs}"
        best = "" if self._best is None else f"  best so far {self._best:.4f}"
        self._console.print(
            f"{label}  {self._monitor} {tried.score:.4f}  {how}{best}", soft_wrap=True
        )
