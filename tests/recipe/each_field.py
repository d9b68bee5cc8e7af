"""Every field of every part, changed one at a time: what `test_fields_*.py` have in common.

Each of those files lists `CASES`, pairs of a part and another value for each of its fields, and
shows for each change that what is built from the part is another. `test_every_field.py` sees to
it that no part and no field is left out.
"""

from dataclasses import fields, replace

import pytest


def each_change(cases):
    """`pytest.param(part, changed part, id="MixUp.alpha")` for every field of every case.

    Args:
        cases: pairs of a part and a dict from every one of its fields to another value; where a
            change needs company, the value is a function from the part to the changed part.
    """
    for part, others in cases:
        assert set(others) == {each.name for each in fields(part)}, type(part).__name__
        for name, other in others.items():
            changed = other(part) if callable(other) else replace(part, **{name: other})
            assert getattr(changed, name) != getattr(part, name)
            yield pytest.param(part, changed, id=f"{type(part).__name__}.{name}")
