"""A diagnosis as plain text."""

import math


def as_text(diagnosis) -> str:
    """Findings first, then what was measured."""
    lines = []
    for number, each in enumerate(diagnosis.findings, 1):
        lines += [f"{number}. {each.where} {each.problem}.", f"   {each.fix}"]
    if not diagnosis.findings:
        lines.append("Nothing found that would keep it from learning.")
    lines += ["", *(f"{name}: {value}" for name, value in facts(diagnosis))]
    if diagnosis.passage is not None:
        lines += ["", *scale_table(diagnosis.passage)]
    return "\n".join(lines)


def facts(diagnosis):
    """(name, text) of each measurement."""
    passage, tried, speed = diagnosis.passage, diagnosis.tried, diagnosis.speed
    if passage is not None:
        yield (
            "first loss",
            f"{passage.nll:.3f} a label, where ln {diagnosis.classes} = "
            f"{math.log(diagnosis.classes):.3f} knows nothing; regularisers add "
            f"{passage.regularization:.3g}",
        )
    if tried is not None:
        real = tried.real
        yield (
            f"{real.examples} examples by heart",
            f"{'yes' if real.reached else 'no'}, in {real.steps} steps: accuracy "
            f"{real.accuracy[-1]:.2f}, negative log-likelihood {real.nll[-1]:.3g}; "
            f"inputs blanked {tried.blank.nll[-1]:.3g}",
        )
    if speed is not None:
        yield "a step", f"{1000 * speed.step_seconds:.1f} ms"
        if speed.batch_seconds is not None:
            yield "a batch's preparation", f"{1000 * speed.batch_seconds:.1f} ms"
        yield "weights, gradients and optimizer", f"{speed.weight_bytes / 2**20:.1f} MiB"
        yield "activations of a batch", f"{speed.activation_bytes / 2**20:.1f} MiB"
        if speed.seconds is not None:
            yield "training, without validation", _duration(speed.seconds)


def _duration(seconds):
    if seconds < 120:
        return f"{seconds:.0f} s"
    if seconds < 7200:
        return f"{seconds / 60:.0f} min"
    return f"{seconds / 3600:.1f} h"


def scale_table(passage):
    """A line for each dense layer and convolution: what it puts out, what comes back to it."""
    layers = passage.weighted
    widest = max((len(each.name) for each in layers), default=5)
    yield f"{'layer':<{widest}}  {'output std':>10}  {'gradient':>9}  {'units at 0':>10}"
    for each in layers:
        gradient = "none" if each.gradient is None else f"{each.gradient:.2e}"
        dead = "" if each.dead is None else f"{each.dead:.0%}"
        yield f"{each.name:<{widest}}  {each.deviation:>10.3g}  {gradient:>9}  {dead:>10}"
