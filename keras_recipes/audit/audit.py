"""An audit of a data set: its numbers, and what the checks find."""

import time
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from keras_recipes.audit.duplicates import Duplicates, duplicate_findings, find_duplicates
from keras_recipes.audit.faults import fault_findings
from keras_recipes.audit.files import FileHeaders, read_headers, shape_findings, unreadable_finding
from keras_recipes.audit.finding import Finding
from keras_recipes.audit.images import AuditedImages
from keras_recipes.audit.measure import Measurements, measure
from keras_recipes.audit.name_groups import group_findings


@dataclass(frozen=True, kw_only=True)
class Audit:
    """What an audit found."""

    images: AuditedImages
    measured: Measurements
    duplicates: Duplicates
    headers: FileHeaders | None
    """None where the images are no files."""
    unreadable: int
    """How many files can't be read."""
    findings: tuple[Finding, ...]
    """What the checks found, in the order of the page."""
    seconds: float
    """How long it took, without reading the data set."""

    def with_findings(self, *further: Finding) -> "Audit":
        """The same with what other checks found, at the end."""
        return replace(self, findings=(*self.findings, *further))

    @property
    def exclude(self) -> tuple[str, ...]:
        """Names of all images that some finding would leave out, each once."""
        return tuple(dict.fromkeys(name for each in self.findings for name in each.exclude))

    def class_counts(self) -> np.ndarray:
        """Images of each class (a row) in each split (a column), int `(classes, 3)`."""
        counts = np.zeros((len(self.images.class_names), 3), int)
        np.add.at(counts, (self.images.labels, self.images.splits), 1)
        return counts


def audit(
    images: AuditedImages,
    *,
    files=(),
    root: Path | None = None,
    divided: bool = True,
    grouped: bool = False,
    correlation: float | None = None,
    progress=lambda what, done: None,
) -> Audit:
    """Look at all images once, and at those that seem alike again.

    Args:
        images: the data set.
        files: its `LabelledFile`s, where they are files; also those that can't be read.
        root: their folder.
        divided: whether the splits are those that a run uses.
        grouped: whether the run keeps groups together.
        correlation: what near duplicates must reach; see `find_duplicates`.
        progress: called with what is done (`"looked at"`, `"compared"`) and of how many images.
    """
    begun = time.perf_counter()
    findings, headers, unreadable = [], None, []
    if files:
        by_name = {each.name: each for each in files}
        unreadable = [by_name[name] for name in images.skipped]
        names = (images.about(index).name for index in range(len(images)))
        headers = read_headers([by_name[name].path for name in names])
        findings += unreadable_finding(unreadable)
    measured = measure(images, lambda done: progress("looked at", done))
    duplicates = find_duplicates(
        images, measured, correlation, lambda done: progress("compared", done)
    )
    findings += duplicate_findings(images, duplicates)
    if files and not grouped:
        findings += group_findings(images, files, root, divided)
    findings += fault_findings(images, measured)
    if headers is not None:
        findings += shape_findings(images, headers)
    return Audit(
        images=images,
        measured=measured,
        duplicates=duplicates,
        headers=headers,
        unreadable=len(unreadable),
        findings=tuple(findings),
        seconds=time.perf_counter() - begun,
    )
