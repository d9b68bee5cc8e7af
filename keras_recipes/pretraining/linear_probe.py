"""How good features are for a classifier that is linear, as they are learnt."""

import warnings

import keras
import numpy as np

from keras_recipes.bounds import require_number, require_whole
from keras_recipes.errors import RecipeError

MONITOR = "val_probe_accuracy"
"""What the callback adds to the logs."""


class LinearProbe(keras.callbacks.Callback):
    """Add `val_probe_accuracy` to the logs: that of a linear classifier on features as they are.

    It is logistic regression, fitted by scikit-learn anew each time on features that are
    standardised, so it changes nothing in what is trained, and draws no random number. Labels are
    used for it alone.
    Source: Alain & Bengio 2016, arXiv:1610.01644; SimCLR, arXiv:2002.05709, section 4.2.

    Args:
        features: `keras.Model` from images to `(batch, features)`, sharing the layers that train:
            `feature_model(model)`.
        labelled: batches of (images, labels) that the classifier is fitted on: a `tf.data.Dataset`
            or a list. Labels are class ids, or one-hot.
        validation: the same, that its accuracy is of.
        every: epochs from one to the next; the last is always one.
        regularization: strength of the L2 penalty on its weights, scikit-learn's `1 / C`; above 0.

    Raises:
        RecipeError: at an argument out of its range.

    Example:
        ```python
        probe = LinearProbe(feature_model(model), labelled.batch(100), validation.batch(100))
        simclr_network.fit(views, epochs=30, callbacks=[probe, *others])  # before those that read
        ```
    """

    def __init__(self, features, labelled, validation, *, every=1, regularization=1.0):
        super().__init__()
        try:
            require_whole("every", every, at_least=1)
            require_number("regularization", regularization, above=0)
        except RecipeError as error:
            raise error.within("LinearProbe") from None
        self._features, self._labelled, self._validation = features, labelled, validation
        self._every, self._regularization = every, regularization

    def on_epoch_end(self, epoch, logs=None):
        last = self.params.get("epochs") == epoch + 1
        if logs is not None and (last or (epoch + 1) % self._every == 0):
            logs[MONITOR] = self.accuracy()

    def accuracy(self) -> float:
        """That of a classifier which is fitted now, in [0, 1]."""
        train, labels = self._compute(self._labelled)
        validation, answers = self._compute(self._validation)
        return linear_accuracy(train, labels, validation, answers, self._regularization)

    def _compute(self, batches):
        features, labels = [], []
        for images, some in batches:
            computed = keras.ops.convert_to_numpy(self._features.predict_on_batch(images))
            features.append(computed[: len(images)])  # several devices compute it several times
            some = keras.ops.convert_to_numpy(some)
            labels.append(some.argmax(axis=-1) if some.ndim > 1 and some.shape[1] > 1 else some)
        return np.concatenate(features).astype(np.float32), np.concatenate(labels).reshape(-1)


def linear_accuracy(train, labels, validation, answers, regularization=1.0) -> float:
    """Accuracy of logistic regression on standardised features.

    Args:
        train: float `(examples, features)`.
        labels: class ids `(examples,)`; where there is one class, it is the answer to everything.
        validation: float `(others, features)`.
        answers: class ids `(others,)`.
        regularization: strength of the L2 penalty, `1 / C`.

    Returns:
        the share of `validation` that is answered right; nan where features are no numbers.
    """
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.linear_model import LogisticRegression

    if not (np.isfinite(train).all() and np.isfinite(validation).all()):
        return float("nan")
    if len(np.unique(labels)) == 1:
        return float(np.mean(answers == labels[0]))
    mean, deviation = train.mean(axis=0), train.std(axis=0)
    deviation = np.where(deviation > 1e-6, deviation, 1.0)  # a feature that is dead is no feature
    classifier = LogisticRegression(C=1 / regularization, max_iter=200)
    with warnings.catch_warnings():
        # Nearer to the optimum the accuracy is the same but for a few images.
        warnings.simplefilter("ignore", ConvergenceWarning)
        classifier.fit((train - mean) / deviation, labels)
    return float(classifier.score((validation - mean) / deviation, answers))
