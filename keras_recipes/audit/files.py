"""What the files themselves show: which can't be read, and what sizes and formats there are."""

import os
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np

from keras_recipes.audit.faults import OUTLIER, deviations
from keras_recipes.audit.finding import AuditedImage, Finding, Group
from keras_recipes.data.image_file import PixelFormat, header, why_unreadable

ODD, SMALL = 2.0, 0.5
"""An oddly shaped image is this many times longer or wider than usual, a small one has this share
of the usual shorter side."""
_LOOK = PixelFormat((8, 8))
_THREADS = 8
_AT_ONCE = 4096


@dataclass(frozen=True, kw_only=True)
class FileHeaders:
    """Of each file of `AuditedImages`, in their order, what its header says."""

    heights: np.ndarray
    """Turned upright, in pixels, `(n,)`."""
    widths: np.ndarray
    formats: Counter
    """How many files there are of `"JPEG"`, ..."""
    colours: Counter
    """How many there are of Pillow's `"RGB"`, `"L"`, ..."""


def read_headers(paths) -> FileHeaders:
    """Read the headers of files that can be decoded."""
    paths, found = list(paths), []
    with ThreadPoolExecutor(min(_THREADS, os.cpu_count() or 1)) as pool:
        for start in range(0, len(paths), _AT_ONCE):  # each that waits takes memory
            found += pool.map(header, paths[start : start + _AT_ONCE])
    sizes = np.array([each[:2] for each in found], np.int64).reshape(-1, 2)
    return FileHeaders(
        heights=sizes[:, 0],
        widths=sizes[:, 1],
        formats=Counter(each[2] for each in found),
        colours=Counter(each[3] for each in found),
    )


def unreadable_finding(files) -> tuple[Finding, ...]:
    """Files that can't be decoded, with the reason.

    Args:
        files: their `LabelledFile`s.
    """
    if not files:
        return ()
    groups = [
        Group(
            images=(AuditedImage(name=each.name, split=each.split, label=each.label),),
            note=why_unreadable(each.path, _LOOK) or "can be read now",
            exclude=(each.name,),
        )
        for each in files
    ]
    return (
        Finding(
            kind="unreadable",
            sentence=f"{_files(len(files))} can't be decoded. A run leaves them out with "
            'Folder(unreadable="skip"), and otherwise ends before it trains. They are on the '
            "exclude list.",
            groups=tuple(groups),
        ),
    )


def shape_findings(images, headers: FileHeaders) -> tuple[Finding, ...]:
    """Images of other proportions, or much smaller, than is usual in the data set."""
    ratio = np.log(headers.widths / headers.heights)
    middle = np.median(ratio) if len(ratio) else 0.0
    everything = np.ones(len(ratio), bool)
    odd = (np.abs(ratio - middle) > np.log(ODD)) & (np.abs(deviations(ratio, everything)) > OUTLIER)
    shorter = np.minimum(headers.heights, headers.widths)
    usual = np.median(shorter) if len(shorter) else 0
    small = (shorter < SMALL * usual) & (-deviations(np.log(shorter), everything) > OUTLIER)
    found = []
    for kind, which, score, name, what in (
        ("oddly-shaped", odd, np.exp(np.abs(ratio - middle)), "times the usual proportions",
         f"more than {ODD:g} times as wide or as high as usual in this data set. Cropped to its "
         "middle such an image loses most of itself; see Folder(resize=)"),
        ("small", small, shorter / max(usual, 1), "share of the usual shorter side",
         f"less than {SMALL:g} of the usual size, {usual:g} pixels at the shorter side. They are "
         "enlarged, and show less than the others"),
    ):  # fmt: skip
        places = np.flatnonzero(which)
        if not len(places):
            continue
        order = places[np.argsort(-score[places] if kind == "oddly-shaped" else score[places])]
        groups = tuple(
            Group(
                images=(images.about(each),),
                score=float(score[each]),
                note=f"{headers.widths[each]} by {headers.heights[each]}",
            )
            for each in order
        )
        verb = "is" if len(groups) == 1 else "are"
        found.append(
            Finding(
                kind=kind,
                sentence=f"{_files(len(groups))} {verb} {what}.",
                groups=groups,
                score_name=name,
            )
        )
    return tuple(found)


def _files(count):
    return "1 file" if count == 1 else f"{count} files"
