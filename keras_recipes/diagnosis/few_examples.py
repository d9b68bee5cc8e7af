"""The few examples that are learnt by heart, and the same blanked."""

import numpy as np

from keras_recipes.diagnosis.subject import ids_of

EXAMPLES = 32


def few_examples(x, y, number: int = EXAMPLES):
    """Up to `number` examples, the classes in turn, no input twice."""
    ids = ids_of(y)
    places = [list(np.flatnonzero(ids == each)) for each in np.unique(ids)]
    chosen, seen = [], set()
    while any(places) and len(chosen) < number:
        for left in places:
            if not left or len(chosen) == number:
                continue
            place = left.pop(0)
            content = np.ascontiguousarray(x[place]).tobytes()
            if content not in seen:
                seen.add(content)
                chosen.append(place)
    return x[chosen], y[chosen]


def blanked(x):
    """As many inputs that can't be told apart: all their mean; of texts all the first."""
    one = x.mean(axis=0, dtype=np.float64) if np.issubdtype(x.dtype, np.number) else x[0]
    return np.broadcast_to(np.asarray(one).astype(x.dtype), x.shape).copy()
