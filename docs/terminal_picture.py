"""Draw recorded terminal output as the picture in the README.

    script -qec "keras-recipes run recipes/cifar_resnet.py" run.log
    tmux new-session -d -x 118 -y 100 "cat run.log; sleep 5" \\; run "sleep 1" \\; \\
        capture-pane -ep -S - > screen.txt            # what a terminal shows of it in the end
    python docs/terminal_picture.py screen.txt docs/run.svg

Of many epochs the first and the last few are drawn.
"""

import io
import re
import sys
from pathlib import Path

from rich.console import Console
from rich.text import Text

KEPT = 5


def shown(screen: str) -> list[Text]:
    """The lines of the screen, without the recorder's own and without most epochs."""
    # All at once, since a line takes over the style that the one before it left.
    screen = re.sub(r"Script (started|done) on .*?\]\n?", "", screen, flags=re.DOTALL)
    lines = list(Text.from_ansi(screen).split(allow_blank=True))
    while lines and not lines[-1].plain.strip():
        lines.pop()
    is_epoch = re.compile(r"epoch +\d+/\d+ +\d")
    epochs = [index for index, line in enumerate(lines) if is_epoch.match(line.plain)]
    dropped = set(epochs[KEPT:-KEPT])
    return [
        Text("...") if index == min(dropped) else line
        for index, line in enumerate(lines)
        if index not in dropped or index == min(dropped)
    ]


def main(screen: str, picture: str, command: str):
    """Write the picture."""
    lines = [Text(f"$ {command}"), *shown(Path(screen).read_text())]
    for line in lines:
        line.rstrip()
    width = max(len(line.plain) for line in lines)
    console = Console(record=True, width=width + 1, file=io.StringIO())
    console.print(Text("\n").join(lines))
    Path(picture).write_text(console.export_svg(title="keras_recipes"))


if __name__ == "__main__":
    main(*sys.argv[1:3], command="python -m keras_recipes run recipes/cifar_resnet.py")
