"""Draw recorded terminal output as the picture in the README.

    script -qec "keras-recipes run recipes/cifar_resnet.py" run.log
    python docs/terminal_picture.py run.log docs/run.svg

Lines that a live display had drawn over are left out, as they are on the terminal.
"""

import io
import re
import sys
from pathlib import Path

from rich.console import Console
from rich.text import Text


def shown(recorded: str) -> str:
    """What is left on the screen: the last state of each line, colours kept."""
    recorded = re.sub(r"^Script (started|done).*$", "", recorded, flags=re.MULTILINE)
    lines = []
    for line in recorded.replace("\r\n", "\n").split("\n"):
        ups = len(re.findall(r"\x1b\[1A", line))
        del lines[len(lines) - ups :]
        line = re.split(r"\r|\x1b\[2K", line)[-1]
        lines.append(re.sub(r"\x1b\[\??\d*[hlAKJ]", "", line))
    return "\n".join(lines).strip("\n")


def main(recorded: str, picture: str, command: str):
    """Write the picture."""
    text = Text.from_ansi(f"$ {command}\n" + shown(Path(recorded).read_text()))
    width = max(text.plain.splitlines(), key=len)
    console = Console(record=True, width=len(width) + 1, file=io.StringIO())
    console.print(text)
    Path(picture).write_text(console.export_svg(title="keras_recipes"))


if __name__ == "__main__":
    main(*sys.argv[1:3], command="python -m keras_recipes run recipes/cifar_resnet.py")
