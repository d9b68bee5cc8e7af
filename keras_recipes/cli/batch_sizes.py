"""What `find-batch` says: a table of the sizes that were tried, and how to use what was found."""

import shlex

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from keras_recipes.errors import RecipeError
from keras_recipes.training.batch_settings import batch_settings
from keras_recipes.training.memory_size import format_memory
from keras_recipes.tuning.batch_size_search import largest_that_fits, smallest_that_fails
from keras_recipes.tuning.throughput_knee import KNEE_SHARE, find_knee


def print_table(found: dict, name: str, limit: int | None):
    """Print what came of each size.

    Args:
        found: `Attempt` of each size, at least one.
        name: of the recipe.
        limit: bytes that an attempt might take; None without a limit.
    """
    title = f"batch sizes of {escape(name)}"
    table = Table(title=title if limit is None else f"{title}, {format_memory(limit)} of memory")
    for column in ("batch size", "images/s", "middle half", "step", "peak memory"):
        table.add_column(column, justify="right")
    table.add_column("")
    for size, done in sorted(found.items()):
        pace = ("", "", "")
        if done.seconds:
            low, high = done.spread
            pace = (
                f"{done.images_per_second:.0f}",
                f"{low:.0f} to {high:.0f}",
                f"{1000 * done.step_seconds:.0f} ms",
            )
        peak = "" if done.peak is None else format_memory(done.peak)
        table.add_row(str(size), *pace, peak, "fits" if done.fits else escape(done.reason))
    Console(highlight=False).print(table)


def print_attempts(found: dict, most: int, images: int) -> int | None:
    """Print the largest size that fits and the knee; returns the knee, None if no pace is known.

    Args:
        found: `Attempt` of each size; at least one fits.
        most: the largest size that might be tried.
        images: to train on, which no size is above.
    """
    console = Console(highlight=False)
    fits = {size: done.fits for size, done in found.items()}
    paces = {size: done.images_per_second for size, done in found.items() if done.seconds}
    fails = smallest_that_fails(fits)
    beyond = f"the largest tried: --most is {most}, of {images} images"
    beyond = f"{fails} does not" if fails else beyond
    console.print(f"largest that fits  [bold]{largest_that_fits(fits)}[/] ({beyond})")
    if not paces:
        console.print("knee               not known: the phase is of one step, which is compiled")
        return None
    knee = find_knee(paces)
    console.print(
        f"knee               [bold]{knee}[/] (the smallest within {KNEE_SHARE:.0%} of the "
        f"fastest, {max(paces, key=paces.get)})"
    )
    return knee


def print_advice(loaded, command: str, found: dict, knee: int | None, update, images: int):
    """Print the command that trains with the knee, and with the wanted update where there is one.

    Args:
        loaded: the recipe, as `load` returns it.
        command: what trains it as it is.
        found: `Attempt` of each size; at least one fits.
        knee: the recommended size; None for the largest.
        update: the wanted `Update`, or None.
        images: to train on.
    """
    console = Console(highlight=False)
    size = knee or largest_that_fits({size: done.fits for size, done in found.items()})
    _print_settings(console, loaded, command, f"to train with {size}", (size, None), images)
    if update is None:
        return
    title = f"to train with {update.images}"
    if update.batches > 1:
        title += f", which does not fit: {update.batches} batches of {update.batch_size} an update"
    batch = update.batch_size, update.batches
    printed = _print_settings(console, loaded, command, title, batch, images, update.reason)
    if printed and update.batches > 1:
        console.print(
            "  Batch normalisation has the statistics of each batch, not of the whole update."
        )


def _print_settings(console, loaded, command, title, batch, images, reason=""):
    """Whether there was something to print other than why the recipe can't, such as `reason`."""
    console.print(f"[bold]{title}[/]")
    try:
        settings = batch_settings(loaded.recipe, *batch, images, loaded.directory)
    except RecipeError as error:
        reason = str(error)
    if reason:
        console.print(f"  The recipe can't: {escape(reason)}", soft_wrap=True)
        return False
    if not settings.assignments:
        console.print("  The recipe does so as it is.")
    console.print(f"  {escape(command)}{_sets(settings.assignments)}", soft_wrap=True)
    for note in settings.notes:
        console.print(f"    [dim]{escape(note)}[/]", soft_wrap=True)
    if settings.root_assignments:
        console.print(
            "    [dim]That rule was found with SGD. For Adam and its like the root of the growth "
            "is used as well:[/]",
            soft_wrap=True,
        )
        console.print(f"   {escape(_sets(settings.root_assignments))}", soft_wrap=True)
    return True


def _sets(assignments):
    return "".join(f" --set {shlex.quote(each)}" for each in assignments)
