"""A Ray cluster to run trials on: found by its address, or started on this machine."""

import importlib.util
import os
import re
import socket
import subprocess
import sys

from keras_recipes.errors import RecipeError
from keras_recipes.studies.core_leases import own_cores

LOCAL = "local"
_ANSWERS_WITHIN_SECONDS = 5
_CONNECTS_WITHIN_SECONDS = 45
_QUIET = {
    "RAY_USAGE_STATS_ENABLED": "0",
    "RAY_DEDUP_LOGS_SKIP_REGEX": ".",  # of what nodes say: that a worker was lost, at length
    # Otherwise it warns of what it will do with CUDA_VISIBLE_DEVICES in some later version.
    "RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO": "0",
}
_CONNECT = """
import sys
try:
    import ray

    ray.init(address=sys.argv[1], log_to_driver=False, logging_level="ERROR")
except BaseException as error:
    print(f"{type(error).__name__}: " + " ".join(str(error).split()))
    raise SystemExit(1)
"""


def check_address(address: str):
    """See that Ray is installed and that something answers at an address; loads nothing heavy.

    Args:
        address: `"local"` for a cluster of this machine alone, started for the study; `"auto"`,
            `"HOST:PORT"` or `"ray://HOST:PORT"` for one that is there.

    Raises:
        RecipeError: if not, after five seconds at most.
    """
    if importlib.util.find_spec("ray") is None:
        raise RecipeError(
            "--ray", "needs the package ray, not installed",
            "Install it: pip install 'keras_recipes[ray]'.",
        )  # fmt: skip
    if address in (LOCAL, "auto"):
        return
    parts = re.fullmatch(r"(?:ray://)?\[?([^/\[\]]+)\]?:(\d{1,5})", address)
    if parts is None or not 0 < int(parts[2]) < 2**16:
        raise RecipeError(
            f"--ray {address}", "is no address",
            "Write auto, HOST:PORT or ray://HOST:PORT; nothing for a cluster of this machine.",
        )  # fmt: skip
    try:
        socket.create_connection((parts[1], int(parts[2])), _ANSWERS_WITHIN_SECONDS).close()
    except OSError as error:
        raise _not_reached(address, error) from None


def connect(address: str):
    """Connect to a cluster, or start one of this machine's cores and GPUs.

    Args:
        address: as for `check_address`.

    Returns:
        (the module `ray`, whether to call its `shutdown` in the end): False where this process
        was connected before.

    Raises:
        RecipeError: if that can't be done, within a minute.
    """
    check_address(address)
    for name, value in _QUIET.items():
        os.environ.setdefault(name, value)
    import ray

    if ray.is_initialized():
        return ray, False
    settings = {"address": address}
    if address == LOCAL:
        settings |= {"num_cpus": len(own_cores()), "include_dashboard": False}
    else:
        _try_to_connect(address)
    try:
        ray.init(**settings, log_to_driver=False, logging_level="ERROR")
    except (OSError, RuntimeError, ValueError) as error:
        raise _not_reached(address, error) from None
    return ray, True


def _try_to_connect(address):
    """Connect in a process of its own: Ray takes minutes over a wrong address, then exits."""
    try:
        tried = subprocess.run(
            [sys.executable, "-c", _CONNECT, address], stdin=subprocess.DEVNULL,
            capture_output=True, text=True, timeout=_CONNECTS_WITHIN_SECONDS,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        within = f"no Ray cluster has answered within {_CONNECTS_WITHIN_SECONDS} s"
        raise _not_reached(address, within) from None
    if tried.returncode:
        said = (tried.stdout or tried.stderr).strip().splitlines() or ["it ended without a word"]
        raise _not_reached(address, said[-1][:500])


def _not_reached(address, problem):
    if address == LOCAL:
        return RecipeError("--ray", f"can't start a cluster here: {problem}", "Use --jobs.")
    fix = "Start its head (`ray start --head`), or mend the address."
    if address.startswith("ray://"):
        fix += " A cluster that authenticates by tokens wants RAY_AUTH_MODE=token here, too."
    return RecipeError(f"--ray {address}", f"can't be reached: {str(problem).rstrip('.')}", fix)
