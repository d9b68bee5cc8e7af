import re
import subprocess
import sys
from pathlib import Path

from parsed_page import Page

import keras_recipes
from keras_recipes.report import write_report

PACKAGE = Path(keras_recipes.__file__).parent


def test_page_loads_nothing(make_run):
    path = make_run()
    text = write_report(path).read_text(encoding="utf-8")
    for tag, attributes in Page(text).elements:
        for name in ("src", "href", "action", "poster", "data", "srcset"):
            assert attributes.get(name, "data:").startswith("data:"), (tag, attributes)
    assert re.search(r"https?:|@import|url\(|<script", text) is None
    assert "default-src 'none'" in text


def test_the_same_run_gives_the_same_page(make_run):
    path = make_run()
    assert write_report(path).read_bytes() == write_report(path).read_bytes()


def test_needs_neither_keras_nor_tensorflow(make_run):
    path = make_run()
    program = (
        "import sys; sys.modules.update(keras=None, tensorflow=None); "
        f"from keras_recipes.report import write_report; write_report({str(path)!r})"
    )
    subprocess.run([sys.executable, "-c", program], check=True, cwd=PACKAGE.parent)
    assert (path / "report.html").is_file()
