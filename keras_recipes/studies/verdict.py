"""What a study has shown, in sentences, and what it could not have shown."""

import math

from keras_recipes.studies.rows import METRICS, Row


def verdict(rows: list[Row], metric: str = "accuracy") -> list[str]:
    """Sentences on the variants, each beside the first.

    A difference is called shown where its p-value, corrected for the number of variants, is below
    5 %. Nothing shown is not the same as no effect: the smallest one that would have been seen with
    a chance of 80 % is told with it.

    Args:
        rows: as `compare` returns them.
        metric: what is judged.
    """
    first, others = rows[0], rows[1:]
    sentences = []
    compared = [row for row in others if metric in row.effects]
    if not compared:
        return ["Nothing can be compared: no variant has a seed that was finished in both."]
    pairs = max(row.effects[metric].pairs for row in compared)
    if pairs < 2:
        return ["One seed shows nothing: differences may be chance alone. Use --seeds 3 or more."]
    shown = [row for row in compared if row.effects[metric].is_shown]
    shown.sort(key=lambda row: METRICS[metric] * row.effects[metric].mean, reverse=True)
    for row in shown:
        effect = row.effects[metric]
        word = "better" if METRICS[metric] * effect.mean > 0 else "worse"
        number = f", corrected for {len(compared)} comparisons" if len(compared) > 1 else ""
        sentences.append(
            f"{row.variant.name} is {word} than {first.variant.name}: {metric} {effect.mean:+.4f} "
            f"({effect.low:+.4f} to {effect.high:+.4f}, p {effect.p:.2g}{number})."
        )
    rest = [row for row in compared if row not in shown]
    if rest:
        smallest = [row.effects[metric].smallest for row in rest]
        names = ", ".join(row.variant.name for row in rest)
        sentences.append(
            f"No measurable effect on {metric} of {names}: {pairs} pairs of seeds show, four times "
            f"in five, one of {_span(smallest)}."
        )
    failed = [row.variant.name for row in rows if row.errors]
    if failed:
        sentences.append(f"Trials failed in {', '.join(failed)}.")
    return sentences


def _span(smallest):
    low, high = min(smallest), max(smallest)
    if not math.isfinite(high):
        return "any size only with more of them"
    if f"{low:.2g}" == f"{high:.2g}":
        return f"{high:.2g}"
    return f"{low:.2g} to {high:.2g}, by variant"
