"""Which number formats and compilation a device trains fastest and safely in: a table.

Decided from what the device says of itself and never timed, so that a resumed run gets the same.
"""

from dataclasses import dataclass

FLOAT32, BFLOAT16, FLOAT16 = "float32", "mixed_bfloat16", "mixed_float16"

GPU_TABLE = (
    ((8, 0), BFLOAT16, "a GPU of compute capability 8.0 or above computes in bfloat16"),
    ((7, 0), FLOAT16, "a GPU of compute capability 7.x has tensor cores for float16 alone"),
    ((0, 0), FLOAT32, "a GPU below compute capability 7.0 has no fast half precision"),
)
"""(least compute capability, policy, reason), the first that applies."""

CPU_FLAGS = ("avx512_bf16", "amx_bf16")
"""What a CPU calls its bfloat16 instructions; either makes it 1.4 to 1.8 times as fast."""


@dataclass(frozen=True, kw_only=True)
class Device:
    """What the choice is made from."""

    kind: str
    """`"GPU"` or `"CPU"`."""
    name: str
    compute_capability: tuple[int, int] | None = None
    """Of an Nvidia GPU; None where it is not told."""
    cpu_flags: frozenset[str] = frozenset()


@dataclass(frozen=True, kw_only=True)
class Speed:
    """What was chosen, and why."""

    precision: str
    """A Keras dtype policy."""
    jit_compile: bool
    """Whether XLA compiles the step: on Nvidia GPUs; on a CPU it is slower."""
    fused_batch_normalization: bool
    """Whether TensorFlow's fused kernel is used; XLA fuses by itself."""
    reason: str


def choose_speed(device: Device, precision: str = "auto") -> Speed:
    """Read the table; a `precision` other than "auto" is taken as it is."""
    reason = "the recipe says so"
    if precision == "auto":
        precision, reason = _choose_precision(device)
    return Speed(
        precision=precision,
        jit_compile=device.compute_capability is not None,
        fused_batch_normalization=device.kind == "CPU" and precision != FLOAT16,
        reason=reason,
    )


def _choose_precision(device):
    if device.kind == "GPU":
        if device.compute_capability is None:
            return FLOAT32, "the GPU does not tell its compute capability"
        for least, precision, reason in GPU_TABLE:
            if device.compute_capability >= least:
                return precision, reason
    for flag in CPU_FLAGS:
        if flag in device.cpu_flags:
            return BFLOAT16, f"the CPU has {flag}"
    return FLOAT32, "the CPU has no bfloat16 instructions"
