"""The files that an audit leaves for programs: all findings, and the images to leave out."""

import csv
from pathlib import Path

from keras_recipes.atomic_file import replacing

_TEXT = {"encoding": "utf-8", "errors": "surrogateescape"}  # names may be bytes that are no text

COLUMNS = ("kind", "group", "score", "split", "image", "class", "note", "exclude")


def write_findings(findings, path: Path):
    """A CSV with a line for each image of each group of each finding."""
    with replacing(path) as partial, open(partial, "w", newline="", **_TEXT) as file:
        rows = csv.writer(file)
        rows.writerow(COLUMNS)
        for finding in findings:
            for number, group in enumerate(finding.groups, 1):
                score = "" if group.score is None else f"{group.score:.4f}"
                for image in group.images:
                    rows.writerow([
                        finding.kind, number, score, image.split, image.name, image.label,
                        group.note, "yes" if image.name in group.exclude else "no",
                    ])  # fmt: skip


def write_exclude_list(findings, path: Path):
    """What `exclude=` of every data part takes: a name a line, each once, under its reason."""
    written = set()
    with replacing(path) as partial, open(partial, "w", **_TEXT) as file:
        file.write(
            "# Images that are better left out: exclude= of the data part takes this file.\n"
        )
        for finding in findings:
            names = [each for each in dict.fromkeys(finding.exclude) if each not in written]
            if names:
                file.write(f"# {finding.kind}\n")
                file.writelines(f"{each}\n" for each in names)
                written.update(names)
