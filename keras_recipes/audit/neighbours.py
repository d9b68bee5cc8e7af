"""All pairs of descriptors that are alike, by products of blocks, in bounded memory."""

import numpy as np

_BLOCK = 2048


def similar_pairs(
    descriptors, at_least: float, most: int = 5_000_000, progress=lambda done: None
) -> tuple[np.ndarray, np.ndarray]:
    """Pairs whose similarity reaches a bound; of too many, the most similar.

    Exact: every pair is looked at, `n ** 2 / 2` of them, in blocks of 2,048 by 2,048.

    Args:
        descriptors: float32 `(n, d)`, of norm 1.
        at_least: the bound.
        most: pairs to keep, which bounds the memory.
        progress: called with the number of descriptors that are done.

    Returns:
        (pairs int64 `(p, 2)`, the smaller index first; similarities float32 `(p,)`).
    """
    count = len(descriptors)
    pairs, values, held, bound = [], [], 0, at_least
    for first in range(0, count, _BLOCK):
        block = descriptors[first : first + _BLOCK]
        for second in range(first, count, _BLOCK):
            similarity = block @ descriptors[second : second + _BLOCK].T
            if first == second:
                similarity[np.tril_indices(len(block))] = -1
            rows, columns = np.nonzero(similarity >= bound)
            if not len(rows):
                continue
            pairs.append(np.stack([rows + first, columns + second], axis=1))
            values.append(similarity[rows, columns])
            held += len(rows)
            if held > 2 * most:
                pairs, values, bound = _keep(pairs, values, most)
                held = most
        progress(min(count, first + _BLOCK))
    if not pairs:
        return np.empty((0, 2), np.int64), np.empty(0, np.float32)
    if held > most:
        pairs, values, _ = _keep(pairs, values, most)
    return np.concatenate(pairs), np.concatenate(values)


def _keep(pairs, values, most):
    pairs, values = np.concatenate(pairs), np.concatenate(values)
    best = np.argpartition(-values, most)[:most]
    return [pairs[best]], [values[best]], float(values[best].min())
