"""What `noise-scale` says at its end: the noise scale, what follows of it, and what to type."""

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from keras_recipes.report.noise_scale import three_digits
from keras_recipes.tuning import NoiseScaleOverTraining, relative_examples, relative_steps


def print_noise_scale(
    console: Console,
    found: NoiseScaleOverTraining,
    *,
    not_finite: int,
    batch_size: int,
    accumulate: int,
    images: int,
    scales_rate: bool,
    command: str,
    out,
) -> int:
    """Print it; returns the exit code: 0, or 1 where there is no usable estimate.

    Early and late are the first and the last quarter; "of all" is the ratio of the averages over
    all measurements.

    Args:
        not_finite: measurements with a gradient that was not finite.
        batch_size: that of the recipe.
        accumulate: batches whose mean gradient makes an update.
        images: to train on.
        scales_rate: whether the recipe's rate goes with the batch size by itself.
        command: what trains the recipe as it is.
        out: the picture.
    """
    console.print("[bold]gradient noise scale[/], tr(Sigma) / |G|^2, in images")
    for name, scale in (
        ("early", found.quarters[0]),
        ("late", found.quarters[-1]),
        ("average", found.average),
        ("of all", found.whole),
    ):
        console.print(f" [dim]{name:<8}[/] {_describe(scale)}", soft_wrap=True)
    if not_finite:
        console.print(f" [yellow]{not_finite} measurements were not finite and left out[/]")
    scale = found.average
    if scale.value is None and found.whole.value is not None:
        scale = found.whole
        console.print(
            " [dim]What is of all, the ratio of the averages over all measurements, stands in for "
            "the average over training; the large gradients of the beginning weigh most in it.[/]",
            soft_wrap=True,
        )
    console.print(f" [dim]{'picture':<8}[/] {escape(str(out))}", soft_wrap=True)
    if scale.value is None:
        console.print("no usable estimate yet: give more --epochs, --measurements, or a larger "
                      "--large-batch")  # fmt: skip
        return 1
    update = batch_size * accumulate
    suggested = suggest_batch_size(scale.value, accumulate, images)
    console.print(
        f"\n[bold]critical batch size {three_digits(scale.value)}[/]: there, twice the fewest "
        "steps and twice the fewest images reach a loss",
        soft_wrap=True,
    )
    console.print(_cost_table(scale, update, suggested * accumulate))
    console.print("[bold]next[/]")
    console.print(f"  {escape(command)} --set batch_size={suggested}", soft_wrap=True)
    rate = "the recipe's rate goes with it" if scales_rate else "tune the rate for it"
    more = relative_examples(suggested * accumulate, scale.value) / relative_examples(
        update, scale.value
    )
    parts = [
        "the power of two next to the critical batch size, or the largest of ten steps an epoch",
        f"in {accumulate} batches an update" if accumulate > 1 else "",
        f"{more:.2f} times the epochs for the same loss, by the theory",
        rate,
    ]
    console.print(f"    [dim]{'; '.join(filter(None, parts))}[/]", soft_wrap=True)
    return 0


def suggest_batch_size(critical: float, accumulate: int, images: int) -> int:
    """The power of two next to the critical batch size, divided among an update's batches.

    An epoch of `images` keeps ten steps.
    """
    wanted, size = critical / accumulate, 1
    while 20 * size <= images and wanted > size * 2**0.5:
        size *= 2
    return size


def _describe(scale) -> str:
    if scale.value is None:
        return f"no usable estimate yet: {escape(scale.reason)}"
    return (
        f"[bold]{three_digits(scale.value)}[/]  (95 % interval {three_digits(scale.low)} to "
        f"{three_digits(scale.high)}, "
        f"{scale.measurements} measurements, steps {scale.first_step} to {scale.last_step})"
    )


def _cost_table(scale, update, suggested) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 2))
    for heading in ("images an update", "steps", "images", ""):
        table.add_column(heading, justify="left" if not heading else "right")
    sizes = {suggested * 2**power for power in range(-3, 4) if suggested * 2**power >= 1}
    for size in sorted({*map(int, sizes), update}):
        notes = [note for note, of in (("in use", update), ("suggested", suggested)) if of == size]
        steps, images = (_times(cost, size, scale) for cost in (relative_steps, relative_examples))
        table.add_row(str(size), steps, images, ", ".join(notes), style="bold" if notes else "")
    return table


def _times(cost, size, scale) -> str:
    low, high = sorted((cost(size, scale.low), cost(size, scale.high)))
    return f"{cost(size, scale.value):.2f} x least ({low:.2f} to {high:.2f})"
