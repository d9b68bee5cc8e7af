"""What the documentation says to type works."""

import os
import re
import subprocess
import sys

from keras_recipes.recipe.load import load


def test_the_plain_keras_script_runs(root, tmp_path):
    text = (root / "docs" / "plain_keras.md").read_text()
    script = "\n".join(re.findall(r"```python\n(.*?)```", text, re.DOTALL))
    assert script.count("assert") >= 5
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(root)},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr


def test_the_recipes_in_the_documentation_load(root, tmp_path):
    text = (root / "docs" / "recipes.md").read_text()
    files = re.findall(r'```python\n(""".*?)```', text, re.DOTALL)
    assert len(files) == 2
    for number, file in enumerate(files):
        path = tmp_path / f"{number}.py"
        path.write_text(file)
        assert load(str(path)).recipe
    assert load(f"{path}:smoke").recipe.data.path == str(tmp_path / "photos")


def test_the_recipe_in_the_readme_is_the_one_in_the_file(root):
    text = re.search(r"```python\n(recipe = .*?)```", (root / "README.md").read_text(), re.DOTALL)
    namespace = {}
    exec(f"from keras_recipes import *\n{text.group(1)}", namespace)
    assert namespace["recipe"] == load(str(root / "recipes" / "cifar_resnet.py")).recipe


def test_links_in_the_documentation_lead_somewhere(root):
    for page in [root / "README.md", *(root / "docs").glob("*.md")]:
        for target in re.findall(r"\]\(([^)#]+)\)", page.read_text()):
            if "://" not in target:
                assert (page.parent / target).exists(), f"{page.name}: {target}"
