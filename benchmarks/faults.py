"""What goes wrong around a run, and what the run makes of it.

    python benchmarks/faults.py --folder /tmp/faults

Each fault is brought about while a real run trains (as root on Linux: small disks are mounted,
and folders made immutable by chattr), or before it goes on. Where the run ended, what was wrong is
put right and it is resumed. Told are the exit code and last words, and whether the arrays, best
model and metrics are in the end those of a run that nothing happened to.
"""

import argparse
import shutil
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

from chaos import Case, Training

SHORT = ("-m", "keras_recipes", "run", "recipes.py:short", "--checkpoint-minutes", "0.005")
CLOCK = """
#define _GNU_SOURCE
#include <dlfcn.h>
#include <time.h>
#include <unistd.h>
int clock_gettime(clockid_t clock, struct timespec *now) {
    static int (*real)(clockid_t, struct timespec *);
    if (!real) real = (int (*)(clockid_t, struct timespec *))dlsym(RTLD_NEXT, "clock_gettime");
    int result = real(clock, now);
    if (clock == CLOCK_REALTIME && access("yesterday", F_OK) == 0) now->tv_sec -= 86400;
    return result;
}
"""
FAULTS = {}


def fault(what):
    """Add a function of a `Faulty` training: it brings the fault about, and returns how to mend it.

    None: nothing is to be mended.
    """

    def add(function):
        FAULTS[function.__name__] = (what, function)
        return function

    return add


class Faulty(Training):
    """A training that something happens to."""

    def __init__(self, folder, runs="runs"):
        super().__init__(Case((*SHORT, "--runs", runs), ("--resume",), leaves_run=True), folder)
        self.runs_folder = self.folder / runs

    @property
    def run(self):
        """The run directory, once there is one."""
        (found,) = self.runs_folder.glob("*/")
        return found

    def _directories(self):
        return [each.parent for each in self.runs_folder.glob("*/run.json")]

    def reach(self, steps):
        """Wait until it has done so many."""
        while self.where()[1] < steps and self.runs():
            time.sleep(0.01)

    def ended(self):
        """(exit code, last words)."""
        self._process.wait()
        return self._process.returncode, last_words((self.folder / "log").read_text())


def last_words(log):
    """The error of a log, or its last line."""
    lines = [each.strip() for each in log.splitlines() if each.strip()]
    errors = [each for each in lines if each.startswith(("error:", "Traceback", "KeyboardInt"))]
    return errors[-1] if errors else "finished" if "best epoch" in log else lines[-1]


@fault("nothing")
def nothing(training):
    return None


def removing(name):
    """A fault: that file or folder of the run is removed while it trains."""

    def remove(training):
        path = training.run / name
        shutil.rmtree(path) if path.is_dir() else path.unlink()

    remove.__name__ = f"removed_{name.replace('.', '_')}"
    return fault(f"`{name}` removed while it trains")(remove)


for removed in ("best.keras", "checkpoints", "metrics.jsonl", "run.json", "recipe.py"):
    removing(removed)


@fault("the run directory removed while it trains")
def removed_all(training):
    shutil.rmtree(training.run)
    return None


def killing(name, what, spoil):
    """A fault: it is killed, and something is spoilt before it goes on."""

    def kill(training):
        training.kill()
        spoil(training.run)

    kill.__name__ = name
    return fault(f"killed, then {what}")(kill)


def cut(path, share):
    """Leave the first share of a file's bytes, as power that failed would."""
    path.write_bytes(path.read_bytes()[: int(path.stat().st_size * share)])


killing("cut_checkpoint", "the last checkpoint cut off half way",
        lambda run: cut(max((run / "checkpoints").glob("*.npz")), 0.5))  # fmt: skip
killing("lost_checkpoint", "the last checkpoint removed",
        lambda run: max((run / "checkpoints").glob("*.npz")).unlink())  # fmt: skip
killing("cut_metrics", "`metrics.jsonl` cut off within a line",
        lambda run: cut(run / "metrics.jsonl", 0.9))  # fmt: skip
killing("lost_metrics", "`metrics.jsonl` removed", lambda run: (run / "metrics.jsonl").unlink())
killing("cut_run", "`run.json` cut off half way", lambda run: cut(run / "run.json", 0.5))
killing("lost_best", "`best.keras` removed", lambda run: (run / "best.keras").unlink())


@fault("the disk full while it trains")
def full_disk(training):
    filler = training.runs_folder / "filler"
    with open(filler, "wb", buffering=0) as file:
        try:
            while True:
                file.write(b"0" * 4096)
        except OSError:
            pass
    return filler.unlink


@fault("the run directory made unwritable while it trains")
def unwritable(training):
    folders = [training.run, training.run / "checkpoints"]
    subprocess.run(["chattr", "+i", *folders], check=True)
    return lambda: subprocess.run(["chattr", "-i", *folders], check=True)


@fault("the clock set back by a day while it trains")
def clock(training):
    (training.folder / "yesterday").touch()
    time.sleep(0.5)
    training.kill()


@fault("a second process on the run directory")
def second(training):
    done = subprocess.run(
        [sys.executable, "-m", "keras_recipes", "run", "--resume", training.run],
        capture_output=True, text=True, cwd=training.folder, env=training.environment,
    )  # fmt: skip
    print(f"|  | the second: {done.returncode}: {last_words(done.stderr)} | | |")


def signalled(number, name):
    """A fault: it is asked to end."""

    def ask(training):
        training.send(number)

    ask.__name__ = name
    return fault(f"asked to end by {signal.Signals(number).name}")(ask)


signalled(signal.SIGTERM, "asked_term")
signalled(signal.SIGINT, "asked_int")


def main():
    """Bring every fault about, and print what came of it."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--folder", type=Path, required=True, help="of the runs; made here")
    parser.add_argument("--only", nargs="+", choices=FAULTS, default=list(FAULTS), metavar="FAULT",
                        help=f"of {', '.join(FAULTS)}")  # fmt: skip
    arguments = parser.parse_args()
    library = build_clock(arguments.folder)
    unbroken = Faulty(arguments.folder / "unbroken")
    unbroken.start()
    unbroken.wait()
    expected = unbroken.fingerprints()
    steps = unbroken.where()[1]
    print("| what happens | the run | resumed | in the end |\n|---|---|---|---|")
    for name in arguments.only:
        what, bring_about = FAULTS[name]
        on_small_disk = name == "full_disk"
        training = Faulty(arguments.folder / name)
        training.environment["LD_PRELOAD"] = str(library)
        training.runs_folder.mkdir()
        if on_small_disk:
            subprocess.run(
                ["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", training.runs_folder], check=True
            )
        try:
            told = go_through(training, bring_about, steps, expected)
        finally:
            if on_small_disk:
                subprocess.run(["umount", "-l", training.runs_folder], check=True)
        print(f"| {what} | {' | '.join(told)} |", flush=True)


def go_through(training, bring_about, steps, expected):
    """What the run said, what its resume said, and what came of it."""
    training.start()
    training.reach(steps // 2 + 5)
    mend = bring_about(training)
    code, words = training.ended()
    first, again = f"{code}: {words}" if code != -signal.SIGKILL else "killed", ""
    if mend is not None:
        mend()
    if code:
        training.start()
        code, words = training.ended()
        again = f"{code}: {words}"
    try:
        found = training.fingerprints()
    except (ValueError, OSError) as error:
        return first, again, f"unfinished ({type(error).__name__})"
    differing = [name for name in expected if found[name] != expected[name]]
    return first, again, f"other {', '.join(differing)}" if differing else "the same bits"


def build_clock(folder):
    """A library that sets the clock of a process back, as there is a file `yesterday`."""
    folder.mkdir(parents=True)
    source, library = (folder / "clock.c").resolve(), (folder / "clock.so").resolve()
    source.write_text(textwrap.dedent(CLOCK))
    subprocess.run(["cc", "-shared", "-fPIC", "-o", library, source, "-ldl"], check=True)
    return library


if __name__ == "__main__":
    main()
