"""What `run` says before and after training."""

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from keras_recipes.errors import some_of
from keras_recipes.report.duration import format_seconds

_FURTHER_SCORES = {
    "top_5_accuracy": "test top-5 accuracy",
    "nll": "test nll",
    "calibration_error": "test calibration error",
    "brier_score": "test Brier score",
}


def print_header(console: Console, directory):
    """What runs, on what, where to."""
    about = directory.read_run()
    data, speed = about["data"], about["speed"]
    height, width, channels = data["image_shape"]
    table = _table()
    table.add_row("run", escape(str(directory.path)))
    table.add_row(
        "data",
        f"{escape(data['name'])}: {data['train']} images to train, "
        f"{data['validation']} to validate, {height}x{width}x{channels}, "
        f"{len(data['class_names'])} classes",
    )
    if data["skipped"]:
        table.add_row("skipped", f"[yellow]{escape(_unreadable(data['skipped']))}[/]")
    table.add_row("device", f"{about['machine']['device']}, {about['machine']['cpu_cores']} cores")
    table.add_row("precision", f"{speed['precision']}: {speed['reason']}")
    table.add_row("seed", str(about["seed"]))
    console.print(table)


def _unreadable(names):
    files = "file" if len(names) == 1 else "files"
    return f"{len(names)} {files} that can't be read: {some_of(names, 3)}"


def print_summary(console: Console, about: dict, directory):
    """The result with its uncertainty, where it lies, and what to type next."""
    results, test = about["results"], about["results"]["test"]
    low, high = test["accuracy_interval"]
    table = _table(title=escape(f"{about['name']}: {about['state']}"))
    if about["stands_in_for"]:
        table.add_row("data", f"[yellow]stand-in: {about['data']['name']}[/]")
    table.add_row(
        "test accuracy",
        f"[bold]{test['accuracy']:.4f}[/]  (95 % interval {low:.4f} to {high:.4f}, "
        f"{test['examples']} images)",
    )
    for name, label in _FURTHER_SCORES.items():
        if name in test:  # runs of before these were scored have fewer
            table.add_row(label, f"{test[name]:.4f}")
    best = "none, the last one was tested"
    if results["best_epoch"] is not None:
        best = (
            f"{results['best_epoch']} of {results['epochs']}, "
            f"{results['monitor']} {results['best']:.4f}"
        )
    table.add_row("best epoch", best)
    table.add_row("time", format_seconds(about["seconds"]))
    table.add_row("model", escape(str(directory.best_model)))
    table.add_row("report", escape(str(directory.report)))
    console.print(table)
    console.print("[bold]next[/]")
    _suggest(
        console,
        (
            f"keras-recipes run {directory.recipe_file} --seed {about['seed'] + 1}",
            "the same with another seed: how much is chance",
        ),
        (f"keras-recipes augment {directory.recipe_file}", "what the network was shown"),
        (f"keras-recipes show {directory.recipe_file}", "every choice that was made"),
    )


def print_interrupted(console: Console, directory):
    """What is kept, and how to go on."""
    epochs = len(directory.read_metrics())
    console.print(
        escape(f"interrupted; {epochs} finished epochs are kept in {directory.path}"),
        soft_wrap=True,
    )
    _suggest(console, (f"keras-recipes run --resume {directory.path}", "go on"))


def _suggest(console, *commands):
    for command, what in commands:
        console.print(f"  {escape(command)}\n    [dim]{what}[/]", soft_wrap=True)


def _table(title=None):
    table = Table(title=title, title_justify="left", show_header=False, box=None)
    table.add_column(style="dim")
    table.add_column(overflow="fold")
    return table
