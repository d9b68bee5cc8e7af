"""What `run` says before and after training."""

from rich.console import Console
from rich.markup import escape

from keras_recipes.errors import some_of
from keras_recipes.report.duration import format_seconds
from keras_recipes.report.scores import FURTHER_SCORES


def print_header(console: Console, directory):
    """What runs, on what, where to."""
    about = directory.read_run()
    data, speed = about["data"], about["speed"]
    height, width, channels = data["image_shape"]
    rows = [("run", escape(str(directory.path)))]
    rows.append(
        (
            "data",
            f"{escape(data['name'])}: {data['train']} images to train, "
            f"{data['validation']} to validate, {height}x{width}x{channels}, "
            f"{len(data['class_names'])} classes",
        )
    )
    if data["skipped"]:
        rows.append(("skipped", f"[yellow]{escape(_unreadable(data['skipped']))}[/]"))
    rows.append(("device", f"{about['machine']['device']}, {about['machine']['cpu_cores']} cores"))
    rows.append(("precision", f"{speed['precision']}: {speed['reason']}"))
    rows.append(("seed", str(about["seed"])))
    found = about.get("found_rate")  # runs of before it could be found have no such entry
    if found:
        rows.append(("learning rate", _found(found)))
    print_rows(console, rows)


def _went_back(rewinds):
    times = "once" if len(rewinds) == 1 else f"{len(rewinds)} times"
    last = rewinds[-1]
    return f"{times}; the loss {last['why']}, {last['rate_share']:g} of the rate from then on"


def _found(found):
    return (
        f"{found['suggestion']:.2g}, found by range tests ({found['low']:.3g} to "
        f"{found['high']:.3g}; {found['valleys']} of {found['repeats']} with a usable valley)"
    )


def _unreadable(names):
    files = "file" if len(names) == 1 else "files"
    return f"{len(names)} {files} that can't be read: {some_of(names, 3)}"


def print_summary(console: Console, about: dict, directory):
    """The result with its uncertainty, where it lies, and what to type next."""
    results, test = about["results"], about["results"]["test"]
    low, high = test["accuracy_interval"]
    rows = []
    if about["stands_in_for"]:
        rows.append(("data", f"[yellow]stand-in: {about['data']['name']}[/]"))
    rows.append(
        (
            "test accuracy",
            f"[bold]{test['accuracy']:.4f}[/]  (95 % interval {low:.4f} to {high:.4f}, "
            f"{test['examples']} images)",
        )
    )
    for name, (label, _) in FURTHER_SCORES.items():
        if name in test:  # runs of before these were scored have fewer
            rows.append((f"test {label}", f"{test[name]:.4f}"))
    best = "none, the last one was tested"
    if results["best_epoch"] is not None:
        best = (
            f"{results['best_epoch']} of {results['epochs']}, "
            f"{results['monitor']} {results['best']:.4f}"
        )
    rows.append(("best epoch", best))
    rewinds = results.get("rewinds")
    if rewinds:
        rows.append(("went back", f"[yellow]{_went_back(rewinds)}[/]"))
    rows.append(("time", format_seconds(about["seconds"])))
    rows.append(("model", escape(str(directory.best_model))))
    rows.append(("report", escape(str(directory.report))))
    console.print(f"[italic]{escape(about['name'])}: {about['state']}[/]")
    print_rows(console, rows)
    console.print("[bold]next[/]")
    _suggest(
        console,
        (
            f"keras-recipes run {directory.recipe_file} --seed {about['seed'] + 1}",
            "the same with another seed: how much is chance",
        ),
        (f"keras-recipes evaluate {directory.path}", "class by class, and what is taken for what"),
        (f"keras-recipes predict {directory.path} IMAGE...", "what it says of images"),
        (f"keras-recipes export {directory.path} --format litert", "a file for phones; or onnx"),
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


def print_rows(console, rows):
    """Labels and what they stand for; whole lines, since a path that is broken can't be copied."""
    widest = max(len(label) for label, _ in rows)
    for label, text in rows:
        console.print(f" [dim]{label:<{widest}}[/]  {text}", soft_wrap=True)
