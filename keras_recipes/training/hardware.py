"""What this machine is: the device that trains, threads, and the versions of what runs on it."""

import importlib.metadata
import os
import platform
from pathlib import Path

import keras_recipes
from keras_recipes.training.precision import Device

_PACKAGES = ("tensorflow", "keras", "keras-cv", "tensorflow-datasets", "numpy")


def training_device() -> Device:
    """The first GPU that TensorFlow sees, or the CPU."""
    import tensorflow as tf

    for gpu in tf.config.list_physical_devices("GPU"):
        details = tf.config.experimental.get_device_details(gpu)
        return Device(
            kind="GPU",
            name=details.get("device_name", gpu.name),
            compute_capability=details.get("compute_capability"),
        )
    return Device(kind="CPU", name=_cpu_name(), cpu_flags=frozenset(_cpu_info("flags").split()))


def describe_machine(device: Device) -> dict:
    """What run.json says of the machine: the thread counts belong there since they change bits."""
    import tensorflow as tf

    return {
        "device": device.name,
        "kind": device.kind,
        "gpus": len(tf.config.list_physical_devices("GPU")),
        "cpu_cores": len(os.sched_getaffinity(0))
        if hasattr(os, "sched_getaffinity")
        else os.cpu_count(),
        "platform": platform.platform(),
        "intra_op_threads": tf.config.threading.get_intra_op_parallelism_threads(),
        "inter_op_threads": tf.config.threading.get_inter_op_parallelism_threads(),
        "onednn": os.environ.get("TF_ENABLE_ONEDNN_OPTS", "default"),
    }


def versions() -> dict:
    """Versions of Python and of the packages that compute."""
    found = {"python": platform.python_version(), "keras_recipes": keras_recipes.__version__}
    for name in _PACKAGES:
        try:
            found[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            found[name] = None
    return found


def decides_bits() -> dict:
    """What of this machine and its packages decides the last digits of a training."""
    machine = describe_machine(training_device())
    return {**versions(), **{name: machine[name] for name in ("device", "cpu_cores")}}


def differences(now: dict, before: dict) -> list[str]:
    """`cpu_cores is 2 and was 64`, of each of `now` that was recorded before and was another."""
    return [
        f"{name} is {value} and was {before[name]}"
        for name, value in now.items()
        if name in before and before[name] != value
    ]


def _cpu_name() -> str:
    return _cpu_info("model name") or platform.processor() or platform.machine()


def _cpu_info(key: str) -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:  # not Linux: no flags are known, so float32 it is
        return ""
    return next((each.partition(":")[2].strip() for each in lines if each.startswith(key)), "")
