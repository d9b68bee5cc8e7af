"""An audit in the terminal: how far it is, and what it found."""

import contextlib
import sys

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from keras_recipes.cli.summary import print_rows
from keras_recipes.report.audit_page import fact_rows, heading


@contextlib.contextmanager
def progress_bar():
    """Gives a function of (what is done, of how many images, of all), which moves a bar."""
    columns = (TextColumn("{task.description}"), BarColumn(), TimeRemainingColumn())
    console = Console(stderr=True)
    with Progress(
        *columns, console=console, transient=True, disable=not sys.stderr.isatty()
    ) as bar:
        tasks = {}

        def advance(what, done, of):
            if what not in tasks:
                tasks[what] = bar.add_task(what, total=of)
            bar.update(tasks[what], completed=done)

        yield advance


def print_audit(audit, out):
    """What there is, what was found, and where to look."""
    console = Console(highlight=False)
    images = audit.images
    splits = ", ".join(f"{len(each)} {name}" for name, each in images.parts.items() if len(each))
    rows = [("images", f"{len(images)} of {len(images.class_names)} classes: {splits}")]
    rows += [(name, escape(value)) for name, value in fact_rows(audit)]
    print_rows(console, rows)
    console.print("[bold]found[/]" if audit.findings else "[bold]found[/] nothing")
    for each in audit.findings:
        concerned = sum(len(group.images) for group in each.groups)
        left_out = len(set(each.exclude))
        more = f", {left_out} better left out" if left_out else ""
        in_groups = f"{len(each.groups)} groups, " if concerned > len(each.groups) else ""
        console.print(f"  {heading(each.kind)}: {in_groups}{concerned} images{more}")
    console.print("[bold]next[/]")
    for path, what in (
        (out / "index.html", "look at what was found"),
        (out / "exclude.txt", f"{len(audit.exclude)} images: exclude= of the data part takes it"),
        (out / "findings.csv", "all of it, a line an image"),
    ):
        console.print(f"  {escape(str(path))}\n    [dim]{what}[/]", soft_wrap=True)
