"""Processes under a memory limit: ended when they pass it, and none left behind."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from keras_recipes.training.limited_process import run_limited
from keras_recipes.training.process_memory import own_memory

MIB = 2**20


def limited(script, limit, output, *arguments):
    command = [sys.executable, "-c", script, *map(str, arguments)]
    return run_limited(command, limit=limit, environment=dict(os.environ), output=output)


def is_alive(process):
    try:
        return "\nState:\tZ" not in Path(f"/proc/{process}/status").read_text()
    except OSError:
        return False


def wait_until(true, seconds=20):
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end
        time.sleep(0.05)


@pytest.fixture
def output(tmp_path):
    with (tmp_path / "output").open("w+b") as file:
        yield file


def test_what_stays_below_the_limit_ends_as_it_likes(output):
    script = "import time; x = bytearray(80 << 20); time.sleep(0.5); print('done'); exit(3)"
    ended = limited(script, 200 * MIB, output)
    assert (ended.code, ended.over_limit) == (3, False)
    assert 80 * MIB < ended.peak < 120 * MIB
    output.seek(0)
    assert output.read() == b"done\n"


def test_what_passes_the_limit_is_killed(output):
    script = "import time\nx = []\nwhile True: x.append(bytearray(1 << 20)); time.sleep(1e-3)"
    ended = limited(script, 60 * MIB, output)
    assert (ended.code, ended.over_limit) == (-signal.SIGKILL, True)
    assert 60 * MIB < ended.peak < 160 * MIB


def test_files_that_are_mapped_are_not_counted(output, tmp_path):
    file = tmp_path / "mapped"
    file.write_bytes(bytes(100 * MIB))
    script = (
        "import mmap, sys, time\nfile = open(sys.argv[1], 'rb')\n"
        "pages = mmap.mmap(file.fileno(), 0, prot=mmap.PROT_READ)\n"
        "print(sum(pages[::4096])); time.sleep(0.3)"
    )
    ended = limited(script, 60 * MIB, output, file)
    assert (ended.code, ended.over_limit) == (0, False)


def test_what_a_process_started_ends_with_it(output, tmp_path):
    noted = tmp_path / "process"
    script = (
        "import subprocess, sys\n"
        "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)'])\n"
        "open(sys.argv[1], 'w').write(str(child.pid))"
    )
    assert limited(script, 500 * MIB, output, noted).code == 0
    wait_until(lambda: not is_alive(int(noted.read_text())), seconds=5)


PARENT = """
import os, sys
from keras_recipes.training.limited_process import run_limited
run_limited([sys.executable, "-c", sys.argv[1], sys.argv[2]], limit=2**30,
            environment=dict(os.environ), output=sys.stdout)
"""
CHILD = """
import os, shutil, sys, time
from pathlib import Path
from keras_recipes.training.end_with_the_parent import end_with_the_parent
request_file = Path(sys.argv[1])
end_with_the_parent(lambda: shutil.rmtree(request_file.parent.parent))
request_file.with_name("process").open("w").write(str(os.getpid()) + ".")
time.sleep(60)
"""


@pytest.mark.parametrize("by", [signal.SIGKILL, signal.SIGINT])
def test_no_orphan_however_the_parent_ends(by, root, tmp_path):
    # As `BatchAttempts` has it: an attempt's folder is within that of all, beside the decoded data.
    folder = tmp_path / "find-batch-x"
    request_file = folder / "16-y" / "request.json"
    for each in (folder / "data", request_file.parent):
        each.mkdir(parents=True)
    noted = request_file.with_name("process")
    parent = subprocess.Popen(
        [sys.executable, "-c", PARENT, CHILD, str(request_file)], stderr=subprocess.DEVNULL,
        env={**os.environ, "PYTHONPATH": str(root)},
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )  # fmt: skip
    wait_until(lambda: noted.is_file() and noted.read_text().endswith("."))
    child = int(noted.read_text()[:-1])
    assert own_memory(child) > 0
    parent.send_signal(by)
    parent.wait()
    wait_until(lambda: not is_alive(child))
    if by == signal.SIGKILL:  # nobody else is left to remove it
        wait_until(lambda: not folder.exists())
