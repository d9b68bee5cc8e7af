"""What `doctor` and `overfit` say."""

from rich.console import Console
from rich.markup import escape

from keras_recipes.atomic_file import replacing
from keras_recipes.cli.summary import print_rows
from keras_recipes.diagnosis.as_text import facts, scale_table


def print_diagnosis(diagnosis, title: str, out):
    """Findings, measurements, the scales by layer; the picture goes to `out`."""
    console = Console(highlight=False)
    console.print(f"[italic]{escape(title)}[/]")
    _print_findings(console, diagnosis.findings)
    _print_measured(console, diagnosis, title, out)


def print_memorization(diagnosis, title: str, out, learnt: bool):
    """Whether images were learnt by heart, what is wrong if not; the picture goes to `out`."""
    console = Console(highlight=False)
    if learnt:
        steps = diagnosis.tried.real.steps
        console.print(f"{escape(title)}: learnt by heart, in {steps} steps", style="bold green")
    else:
        console.print(f"{escape(title)}: not learnt by heart", style="bold red")
        _print_findings(console, diagnosis.findings)
    _print_measured(console, diagnosis, title, out)


def _print_findings(console, findings):
    if not findings:
        console.print("Nothing found that would keep it from learning.", style="bold green")
    for number, each in enumerate(findings, 1):
        console.print(
            f"[bold red]{number}[/] [bold]{escape(each.where)}[/] {escape(each.problem)}.\n"
            f"  {escape(each.fix)}",
            soft_wrap=True,
        )


def _print_measured(console, diagnosis, title, out):
    rows = [(name, escape(text)) for name, text in facts(diagnosis)]
    if diagnosis.passage is not None:
        from keras_recipes.report.diagnosis_plot import draw_diagnosis

        for line in scale_table(diagnosis.passage):
            console.print(f" {line}", style="dim", markup=False, soft_wrap=True)
        with replacing(out) as partial:
            draw_diagnosis(diagnosis, title).savefig(partial, dpi=150)
        rows.append(("picture", escape(str(out))))
    if rows:
        print_rows(console, rows)
