"""A process that is watched, and ended when it takes more memory than it may."""

import contextlib
import os
import signal
import subprocess
import time
from dataclasses import dataclass

from keras_recipes.training.process_memory import own_memory

SAMPLED_EVERY_SECONDS = 0.01


@dataclass(frozen=True)
class Ended:
    """How a process ended."""

    code: int
    """Its exit code; minus the signal's number where one ended it."""
    peak: int
    """The most memory of its own that it was seen to have, in bytes."""
    over_limit: bool
    """Whether it was ended since that passed the limit."""


def run_limited(command, *, limit: int, environment: dict, output) -> Ended:
    """Run a command and end it when its own memory passes `limit`; it never outlives this call.

    Memory is sampled every 10 ms (`process_memory.own_memory`) and what it starts itself is not
    counted. An address-space limit (RLIMIT_AS) would count what TensorFlow maps and never touches,
    and a control group can be made by few users. So a process may pass the limit for some 10 ms:
    on a machine whose memory ends there, leave room.

    Its standard input is a pipe that closes when this process ends in whatever way, so that it can
    end itself then.

    Args:
        command: a list of texts.
        limit: bytes.
        environment: of the process, whole.
        output: open file that takes its standard output and error.
    """
    group = {"start_new_session": True} if os.name == "posix" else {}  # Ctrl-C is for the parent
    process = subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=output,
        stderr=subprocess.STDOUT,
        env=environment,
        **group,
    )
    peak, over_limit = 0, False
    try:
        while process.poll() is None:
            peak = max(peak, own_memory(process.pid))
            if peak > limit:
                over_limit = True
                break
            time.sleep(SAMPLED_EVERY_SECONDS)
    finally:
        end_process(process)
    return Ended(process.returncode, peak, over_limit)


def end_process(process):
    """Kill a process and what it has started, and wait until they are gone."""
    if os.name == "posix":
        # What it started may live on where it has ended itself: then the group is still there.
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
    elif process.poll() is None:
        process.kill()
    process.stdin.close()
    process.wait()
