"""The table of precisions, row by row."""

import pytest

from keras_recipes.training.hardware import describe_machine, training_device, versions
from keras_recipes.training.precision import Device, choose_speed


def gpu(major, minor):
    return Device(kind="GPU", name="a GPU", compute_capability=(major, minor))


def cpu(*flags):
    return Device(kind="CPU", name="a CPU", cpu_flags=frozenset(flags))


@pytest.mark.parametrize(
    ("device", "precision"),
    [
        (gpu(9, 0), "mixed_bfloat16"),
        (gpu(8, 0), "mixed_bfloat16"),
        (gpu(7, 5), "mixed_float16"),
        (gpu(7, 0), "mixed_float16"),
        (gpu(6, 1), "float32"),
        (Device(kind="GPU", name="another GPU"), "float32"),
        (cpu("avx2", "avx512_bf16"), "mixed_bfloat16"),
        (cpu("amx_bf16"), "mixed_bfloat16"),
        (cpu("avx2", "avx512f"), "float32"),
        (cpu(), "float32"),
    ],
)
def test_auto_reads_the_table(device, precision):
    speed = choose_speed(device)
    assert speed.precision == precision
    assert speed.jit_compile == (device.compute_capability is not None)
    assert speed.fused_batch_normalization == (device.kind == "CPU")
    assert speed.reason


def test_the_recipe_overrules_the_table():
    speed = choose_speed(gpu(9, 0), "float32")
    assert (speed.precision, speed.reason) == ("float32", "the recipe says so")


def test_this_machine_is_described():
    device = training_device()
    about = describe_machine(device)
    assert about["device"] == device.name != ""
    assert about["cpu_cores"] >= 1
    assert versions()["tensorflow"]
