"""No part and no field is left out: of the tests that change each, and of docs/parts.md."""

import importlib
import re
from dataclasses import fields, is_dataclass
from pathlib import Path

import pytest

import keras_recipes

HERE = Path(__file__).parent
PARTS = {
    name: value
    for name in keras_recipes.__all__
    if is_dataclass(value := getattr(keras_recipes, name)) and isinstance(value, type)
}


def covered():
    """Part's name to the fields that some `CASES` change."""
    found = {}
    for file in sorted(HERE.glob("test_fields_*.py")):
        module = importlib.import_module(file.stem)
        for part, others in [*module.CASES, *getattr(module, "PHASE_CASES", ())]:
            found.setdefault(type(part).__name__, set()).update(others)
    return found


def test_every_field_of_every_part_is_changed_by_a_test():
    assert len(PARTS) > 45
    wanted = {name: {each.name for each in fields(part)} for name, part in PARTS.items()}
    assert covered() == wanted


@pytest.fixture(scope="module")
def rows():
    """Part's name to the cells of its row in docs/parts.md."""
    text = (HERE.parent.parent / "docs" / "parts.md").read_text()
    table = re.findall(r"^\| `(\w+)` \|(.*)\|$", text, flags=re.MULTILINE)
    return {name: [cell.strip() for cell in cells.split(" | ")] for name, cells in table}


def test_every_part_has_a_row(rows):
    sections = set(PARTS) - {"Recipe", "Phase"}
    assert sections <= set(rows), sections - set(rows)


def test_every_row_names_a_test(rows):
    for name in set(PARTS) & set(rows):
        assert re.search(r"`[\w/]+\.py`", rows[name][-1]), name


def test_every_test_that_is_named_is_there():
    text = (HERE.parent.parent / "docs" / "parts.md").read_text()
    files = set(re.findall(r"`(?:tests/)?([\w/]+/test_\w+\.py)`", text))
    assert len(files) > 35
    assert {file for file in files if not (HERE.parent / file).is_file()} == set()
