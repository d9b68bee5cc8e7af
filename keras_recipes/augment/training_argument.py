"""Layers that augment only where they are told that this is training."""

import inspect


def training_argument(layer) -> dict:
    """`{"training": True}` for a layer or function that takes it, else `{}`."""
    takes = "training" in inspect.signature(getattr(layer, "call", layer)).parameters
    return {"training": True} if takes else {}
