"""Learning rates drawn in the terminal, by the standard library alone."""

_BRAILLE = ((0x01, 0x08), (0x02, 0x10), (0x04, 0x20), (0x40, 0x80))
"""The bit of each dot of a character, from the top row down, left and right."""


def plot_rates(phases, width: int = 100, height: int = 12, unicode: bool = True) -> list[str]:
    """Lines of text that draw the rate of every step over the epochs of a run.

    Args:
        phases: pairs of a phase's number of epochs and its rates, a sequence of numbers, in order.
        width: columns that the picture may take, labels included, at least 40.
        height: lines of the picture itself, without the epochs beneath.
        unicode: whether Braille characters can be shown, which have eight dots each; else each
            character is a star or a space.

    Returns:
        lines without trailing spaces.
    """
    peak = max(max(rates) for _, rates in phases)
    labels = {0: f"{peak:.4g}", height // 2: f"{peak / 2:.4g}", height - 1: "0"}
    margin = max(map(len, labels.values()))
    columns = width - margin - 3
    grid = _draw(phases, peak, columns * 2, height * 4) if unicode else None
    rows = (
        [_braille_row(grid[4 * row : 4 * row + 4]) for row in range(height)]
        if unicode
        else ["".join(" *"[dot] for dot in row) for row in _draw(phases, peak, columns, height)]
    )
    wall, tick, corner, line = ("│", "┤", "└", "─") if unicode else ("|", "+", "+", "-")
    lines = [
        f"{labels.get(row, ''):>{margin}} {tick if row in labels else wall}{dots}".rstrip()
        for row, dots in enumerate(rows)
    ]
    lines.append(f"{'':>{margin}} {corner}{line * columns}")
    lines.append(f"{'':>{margin}}  {_epochs(phases, columns)}".rstrip())
    return lines


def _draw(phases, peak, columns, rows):
    """A grid of 0 and 1, from the top row down: the range of the rates in each column."""
    epochs = sum(length for length, _ in phases)
    grid = [[0] * columns for _ in range(rows)]
    begun, last = 0, None
    for length, rates in phases:
        first = round(begun / epochs * columns)
        begun += length
        end = max(first + 1, round(begun / epochs * columns))
        for column in range(first, min(end, columns)):
            low = (column - first) * len(rates) // (end - first)
            high = max(low + 1, (column - first + 1) * len(rates) // (end - first))
            heights = [round(rate / peak * (rows - 1)) for rate in rates[low:high]]
            if last is not None:
                heights.append(last)  # so that a fall is drawn as a line
            for level in range(min(heights), max(heights) + 1):
                grid[rows - 1 - level][column] = 1
            last = round(rates[high - 1] / peak * (rows - 1))
    return grid


def _braille_row(rows):
    characters = []
    for column in range(0, len(rows[0]), 2):
        bits = sum(
            _BRAILLE[row][side] for row in range(4) for side in (0, 1) if rows[row][column + side]
        )
        characters.append(chr(0x2800 + bits) if bits else " ")
    return "".join(characters)


def _epochs(phases, columns):
    """The axis: the epoch at which each phase begins, and the last, as far as there is room."""
    epochs = sum(length for length, _ in phases)
    ends = [sum(length for length, _ in phases[: index + 1]) for index in range(len(phases))]
    middle = [epochs // 2] if len(phases) == 1 and epochs > 1 else []
    last = f"{epochs} epochs"
    text = [" "] * columns
    text[-len(last) :] = last
    free, limit = 0, columns - len(last) - 1
    for mark in [0, *middle, *ends[:-1]]:
        label, place = str(mark), round(mark / epochs * columns)
        if free <= place and place + len(label) <= limit:
            text[place : place + len(label)] = label
            free = place + len(label) + 1
    return "".join(text)
