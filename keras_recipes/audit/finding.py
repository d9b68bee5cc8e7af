"""What an audit finds: images, the reason, and which of them are better left out."""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, kw_only=True)
class AuditedImage:
    """An image of a data set, as a person and an exclude list know it."""

    name: str
    """What `exclude=` calls it: its file, or its split and row, `"train:17"`."""
    split: str
    """What a run uses it for: `"train"`, `"validation"` or `"test"`."""
    label: str
    """The name of its class; empty where it has none."""
    index: int | None = None
    """Its place in `AuditedImages`; None for a file that can't be read."""


@dataclass(frozen=True, kw_only=True)
class Group:
    """Images that one finding is about, one or several."""

    images: tuple[AuditedImage, ...]
    score: float | None = None
    """How clear a case it is, on the scale that the finding names."""
    note: str = ""
    """What else there is to say of it, in a few words."""
    exclude: tuple[str, ...] = ()
    """Names of those that are better left out, maybe none."""
    further: tuple[tuple[str, np.ndarray], ...] = ()
    """(caption, pixels uint8 `(height, width, channels)`) of pictures beside them that are not in
    the data set, such as augmented ones."""


@dataclass(frozen=True, kw_only=True)
class Finding:
    """Something about a data set that a person should look at."""

    kind: str
    """What noticed it: `"near-duplicates-across-splits"`."""
    sentence: str
    """What was found, by which rule, with its numbers, and what to do; whole sentences."""
    groups: tuple[Group, ...] = ()
    """The clearest case first."""
    score_name: str = ""
    """What `Group.score` is, such as `"correlation"`."""

    @property
    def exclude(self) -> tuple[str, ...]:
        """Names of all images that are better left out."""
        return tuple(name for group in self.groups for name in group.exclude)
