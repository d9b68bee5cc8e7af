"""The order of imports, and what the vocabulary may load."""

import ast
import subprocess
import sys
from pathlib import Path

PACKAGE = Path(__file__).parent.parent / "keras_recipes"
BELOW = {
    "errors": set(),
    "atomic_file": set(),
    "model_state": set(),
    "model_stages": {"errors"},
    "bounds": {"errors"},
    "network": set(),
    "backbones": set(),
    "recipe": {"errors", "backbones"},
    "data": {"errors", "bounds", "network"},
    "augment": {"errors", "bounds"},
    "models": {"errors", "model_stages", "network", "backbones"},
    "losses": {"errors"},
    "metrics": {"errors", "losses"},
    "optimizers": {"errors", "model_stages", "schedules"},
    "schedules": {"errors"},
}
PARTS = set(BELOW) - {"recipe"}
BELOW["callbacks"] = PARTS
BELOW["pretraining"] = PARTS
BELOW["tuning"] = PARTS | {"callbacks"}
BELOW["diagnosis"] = PARTS | {"callbacks", "tuning"}
BELOW["training"] = PARTS | {"callbacks", "tuning", "pretraining", "recipe"}
BELOW["studies"] = BELOW["training"] | {"training", "diagnosis"}
BELOW["audit"] = BELOW["studies"] | {"studies"}
BELOW["report"] = BELOW["audit"] | {"audit"}
BELOW["cli"] = BELOW["report"] | {"report"}


def imports_of(path):
    """(part of the package, whether at the top of the module) of each import."""
    tree = ast.parse(path.read_text())
    top = {id(node) for node in tree.body}
    for node in ast.walk(tree):
        names = []
        if isinstance(node, ast.ImportFrom):
            names = [node.module]
        elif isinstance(node, ast.Import):
            names = [each.name for each in node.names]
        for name in names:
            if name.startswith("keras_recipes."):
                yield name.split(".")[1], id(node) in top


def test_imports_run_one_way():
    seen = 0
    for folder, allowed in BELOW.items():
        files = PACKAGE.glob(f"{folder}.py") if "." not in folder else ()
        for path in [*files, *(PACKAGE / folder).glob("**/*.py")]:
            for part, at_top in imports_of(path):
                seen += 1
                inside_build = folder == "recipe" and not at_top
                assert part == folder or part in allowed or inside_build, f"{path} imports {part}"
    assert seen > 100


def test_every_folder_is_in_the_order():
    folders = {each.name for each in PACKAGE.iterdir() if (each / "__init__.py").is_file()}
    assert folders <= set(BELOW)


def test_only_augment_knows_kerascv():
    for path in PACKAGE.glob("**/*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Import | ast.ImportFrom):
                names = [getattr(node, "module", None) or "", *(each.name for each in node.names)]
                if any(name.split(".")[0] == "keras_cv" for name in names):
                    assert path.parent.name == "augment", path


def test_the_vocabulary_needs_the_standard_library_alone(without_keras):
    script = (
        "import sys, keras_recipes, keras_recipes.cli.main, keras_recipes.recipe.load;"
        "print([n for n in sys.modules if n.split('.')[0] in"
        " ('numpy', 'keras', 'tensorflow', 'rich', 'sklearn', 'matplotlib', 'optuna')])"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, env=without_keras
    )
    assert done.stdout.strip() == "[]", done.stderr


def test_no_module_is_long():
    for path in PACKAGE.glob("**/*.py"):
        assert len(path.read_text().splitlines()) <= 300, path
