"""What is wrong with a data set, before anything is trained on it.

A name is loaded when it is asked for: what the command line needs of this folder to refuse a
mistake is there without NumPy.
"""

import importlib

_MODULES = {"AuditedImage": "finding", "AuditedImages": "images", "Finding": "finding",
            "Group": "finding"}  # fmt: skip
__all__ = ["AuditedImage", "AuditedImages", "Finding", "Group"]


def __getattr__(name):
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{_MODULES[name]}"), name)
