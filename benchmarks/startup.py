"""How soon the commands that need no Keras answer: `--help`, `list`, `show` and a mistake.

    python benchmarks/startup.py

Each is started as a process of its own, in turn; printed is the median, with the quartiles.
"""

import statistics
import subprocess
import sys
import time
from pathlib import Path

from rich.console import Console
from rich.table import Table

ROOT = Path(__file__).parent.parent
COMMANDS = {
    "--help": ["--help"],
    "list": ["list"],
    "show": ["show", "recipes/cifar_resnet.py"],
    "show --schedule": ["show", "recipes/cifar_resnet.py", "--schedule"],
    "a mistake": ["run", "recipes/cifar_resnet.py", "--set", "los.label_smoothing=0.1"],
}
REPEATS = 15


def main():
    """Measure and print."""
    seconds = {name: [] for name in COMMANDS}
    for _ in range(REPEATS):
        for name, arguments in COMMANDS.items():
            began = time.perf_counter()
            subprocess.run(
                [sys.executable, "-m", "keras_recipes", *arguments], capture_output=True, cwd=ROOT
            )
            seconds[name].append(time.perf_counter() - began)
    table = Table(title=f"seconds to the answer, {REPEATS} processes each")
    for column in ("command", "median", "quartiles"):
        table.add_column(column)
    for name, values in seconds.items():
        low, middle, high = statistics.quantiles(values, n=4)
        table.add_row(name, f"{middle:.3f}", f"{low:.3f} to {high:.3f}")
    Console().print(table)


if __name__ == "__main__":
    main()
