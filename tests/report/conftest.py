"""Run directories to report on, made from one real run of four epochs on digits."""

import json
import shutil
from pathlib import Path

import pytest

REAL_RUN = Path(__file__).parent / "digits_run"


@pytest.fixture(scope="session")
def real_records():
    """What the real run logged."""
    return [json.loads(line) for line in (REAL_RUN / "metrics.jsonl").read_text().splitlines()]


@pytest.fixture
def make_run(tmp_path, real_records):
    """Make a copy of the real run, other where it is told to be."""

    def make(records=real_records, recipe=None, **changes):
        about = {**json.loads((REAL_RUN / "run.json").read_text()), **changes}
        (tmp_path / "run.json").write_text(json.dumps(about))
        if records is not None:
            lines = (json.dumps(each) + "\n" for each in records)
            (tmp_path / "metrics.jsonl").write_text("".join(lines))
        if recipe is None:
            shutil.copy(REAL_RUN / "recipe.txt", tmp_path / "recipe.py")
        else:
            (tmp_path / "recipe.py").write_text(recipe)
        return tmp_path

    return make
