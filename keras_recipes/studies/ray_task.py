"""A trial as a worker of a Ray cluster runs it.

This module goes to the workers as it is here, whatever they have installed; nothing else of the
package is loaded there before its version is known to be the same.
"""

import os
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

_LOOKED_AT_EVERY_SECONDS = 0.05
DECIDING = (
    "NVIDIA_TF32_OVERRIDE",
    "OMP_NUM_THREADS",  # which Ray sets for its workers
    "TF_CUDNN_DETERMINISTIC",
    "TF_DETERMINISTIC_OPS",
    "TF_ENABLE_ONEDNN_OPTS",
    "TF_NUM_INTEROP_THREADS",
    "TF_NUM_INTRAOP_THREADS",
    "TF_XLA_FLAGS",
    "XLA_FLAGS",
)
"""Variables of the environment that change the bits of a training: workers have them as the study
has them, set or not. Those that say where data lies are the workers' own."""


def run_on_worker(
    files: dict, *, key: str, cpus: int, gpus: float, versions: dict, fingerprint: str, given: dict
) -> dict:
    """Run a trial in a fresh process, in a temporary folder, on cores that no other trial has.

    The process ends when this one ends in whatever way, and takes the folder with it.

    Args:
        files: of the trial's folder, path to bytes: `recipe.py` and what it names.
        key: of the trial.
        cpus, gpus: that Ray has reserved; a GPU may be shared.
        versions: that the trial needs, by package.
        fingerprint: of the data.
        given: each of `DECIDING` and its value, None where it isn't set.

    Returns:
        `node`, its host; `refused`, (problem, fix) where it must not run trials of this study, or
        None; `output`, bytes that the process printed; `folder` that it ran in; `run`, (name,
        {path: bytes}) of the finished run directory, or None.
    """
    found = {"node": socket.gethostname(), "refused": _differing(versions), "run": None,
             "output": b"", "folder": ""}  # fmt: skip
    if found["refused"]:
        return found
    from keras_recipes.studies.core_leases import leased_cores
    from keras_recipes.studies.trial_process import OTHER_DATA
    from keras_recipes.training.limited_process import end_process

    prefix = f"keras-recipes-{key}-"
    with tempfile.TemporaryDirectory(prefix=prefix) as name, leased_cores(cpus) as cores:
        folder = Path(name).resolve()
        for path, content in files.items():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_bytes(content)
        command = [
            sys.executable, "-m", "keras_recipes.studies.trial_process", str(folder),
            ",".join(map(str, cores)), "--temporary", "--fingerprint", fingerprint,
        ]  # fmt: skip
        with open(folder / "output.txt", "wb") as output:
            process = subprocess.Popen(
                command,
                stdin=subprocess.PIPE,  # which closes with this process, and ends the trial
                stdout=output,
                stderr=subprocess.STDOUT,
                env=_environment(given, gpus),
                **({"start_new_session": True} if os.name == "posix" else {}),
            )
        try:
            # Not `wait()`, which would not notice that Ray cancels the task.
            while process.poll() is None:
                time.sleep(_LOOKED_AT_EVERY_SECONDS)
            code = process.returncode
        finally:
            end_process(process)
        found |= {"folder": str(folder), "output": (folder / "output.txt").read_bytes()}
        if code < 0:
            found["output"] += f"error: its process was ended by signal {-code}\n".encode()
        if code == OTHER_DATA:
            found["refused"] = (
                f"has other data than this machine for {key}", "Give every node the same files."
            )  # fmt: skip
        if code == 0:
            found["run"] = _finished_run(folder)
    return found


def _differing(versions):
    """(problem, fix) where the packages here are not those of the study."""
    try:
        from keras_recipes.training.hardware import versions as installed_versions
    except ImportError as error:
        return f"can't load keras_recipes: {error}", "Install there what is installed here."
    installed = installed_versions()
    differing = [
        f"{name} {installed.get(name)} where the study has {wanted}"
        for name, wanted in versions.items()
        if installed.get(name) != wanted
    ]
    if differing:
        return f"has {', '.join(differing)}", "Install the same versions on every node."
    return None


def _environment(given, gpus):
    environment = {name: value for name, value in os.environ.items() if name not in given}
    environment |= {name: value for name, value in given.items() if value is not None}
    environment.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    if not gpus:
        environment["CUDA_VISIBLE_DEVICES"] = "-1"
    elif gpus < 1:
        environment["TF_FORCE_GPU_ALLOW_GROWTH"] = "true"
    return environment


def _finished_run(folder):
    """(name, {path: bytes}) of the one run directory in a trial's folder."""
    (directory,) = folder.glob("run-*")
    files = [each for each in directory.rglob("*") if each.is_file()]
    return directory.name, {
        each.relative_to(directory).as_posix(): each.read_bytes() for each in files
    }
