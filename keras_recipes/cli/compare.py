"""Set runs beside each other: what differs in their recipes, what came of it, and their curves.

keras-recipes compare runs/cifar_resnet-20260101-120000 runs/cifar_resnet-20260101-130000
"""

import json
from pathlib import Path

from keras_recipes.cli.picture_file import add_picture_argument, make_room, require_png
from keras_recipes.errors import RecipeError
from keras_recipes.studies.run_differences import (
    differing_facts,
    differing_fields,
    flat_recipe,
    outcomes,
    read_runs,
    without_details,
)


def add_arguments(parser):
    """Name the command's arguments."""
    parser.add_argument("runs", metavar="RUN", nargs="+", help="run directories, two or more")
    parser.add_argument("--json", action="store_true", help="print JSON, and draw nothing")
    add_picture_argument(parser, "compare.png")


def run(options):
    """Carry the command out; returns the exit code, None for 0."""
    require_png(options.out)
    if len(options.runs) < 2:
        raise RecipeError("compare", "needs two runs or more", "Name another run directory.")
    runs = read_runs(options.runs)
    fields = differing_fields([flat_recipe(each) for each in options.runs])
    files = list(runs.values())
    parts = {"recipe": fields, "results": outcomes(files), "circumstances": differing_facts(files)}
    if options.json:
        print(json.dumps({"runs": list(runs), **parts}, indent=2))
        return
    _print(list(runs), parts)
    records = {name: each.records for name, each in runs.items() if each.records}
    if records:
        from keras_recipes.atomic_file import replacing
        from keras_recipes.report.runs_plot import draw_runs

        out = make_room(options.out or "compare.png")
        with replacing(out) as partial:
            draw_runs(records).savefig(partial, dpi=150)
        print(Path(out))


def _print(names, parts):
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    console = Console(highlight=False)
    for number, name in enumerate(names, 1):
        console.print(f"[bold]{number}[/]  {escape(name)}", soft_wrap=True)
    parts = {**parts, "recipe": without_details(parts["recipe"])}
    for title, rows in parts.items():
        if not rows:
            console.print(f"{title}: no difference", style="dim")
            continue
        table = Table(box=None, header_style="dim", pad_edge=False)
        table.add_column(title, overflow="fold", min_width=max(len(each[0]) for each in rows))
        for number in range(1, len(names) + 1):
            table.add_column(str(number), overflow="fold")
        for row in rows:
            table.add_row(*("" if each is None else escape(str(each)) for each in row))
        console.print(table)
