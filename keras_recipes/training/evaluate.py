"""A trained model's score on examples that it has not seen, with its uncertainty."""

import numpy as np

from keras_recipes.data import evaluation_batches
from keras_recipes.metrics import BrierScore, ExpectedCalibrationError, TopKAccuracy

EVALUATION_BATCH = 500


def evaluate(model, examples, num_classes: int) -> dict:
    """Predict a set of examples once and score the predictions.

    Returns:
        `examples`, `correct`, `accuracy`, `accuracy_interval` (Wilson's 95 % interval for the
        accuracy on further such images), `nll` (mean negative log-likelihood),
        `calibration_error` (of 15 bins), `brier_score` and, of more than five classes,
        `top_5_accuracy`. Probabilities are the softmax of what the model returns.
    """
    return score(predict_examples(model, examples, num_classes), examples.class_labels())


def predict_examples(model, examples, num_classes: int) -> np.ndarray:
    """Logits of each example, float64 `(n, num_classes)`."""
    batches = evaluation_batches(examples, num_classes, EVALUATION_BATCH)
    return np.asarray(model.predict(batches, verbose=0), np.float64)


def score(logits, labels) -> dict:
    """The scores that `evaluate` returns, of logits `(n, classes)` and class ids `(n,)`."""
    num_classes = logits.shape[1]
    correct = int(np.sum(logits.argmax(axis=1) == labels))
    shifted = logits - logits.max(axis=1, keepdims=True)
    log_likelihood = shifted[np.arange(len(labels)), labels] - np.log(np.exp(shifted).sum(axis=1))
    return {
        "examples": len(labels),
        "correct": correct,
        "accuracy": correct / len(labels),
        "accuracy_interval": wilson_interval(correct, len(labels)),
        "nll": float(-log_likelihood.mean()),
        **_metric_values(logits.astype(np.float32), labels, num_classes),
    }


def _metric_values(logits, labels, num_classes):
    metrics = [ExpectedCalibrationError(), BrierScore()]
    metrics += [TopKAccuracy(5)] if num_classes > 5 else []
    for start in range(0, len(labels), EVALUATION_BATCH):
        batch = slice(start, start + EVALUATION_BATCH)
        for metric in metrics:
            metric.update_state(labels[batch], logits[batch])
    return {metric.name: float(metric.result()) for metric in metrics}


def wilson_interval(successes: int, trials: int) -> list[float]:
    """95 % score interval of a share. Source: Wilson 1927, doi:10.1080/01621459.1927.10502953."""
    z = 1.959963984540054
    share = successes / trials
    centre = share + z**2 / (2 * trials)
    reach = z * np.sqrt(share * (1 - share) / trials + z**2 / (4 * trials**2))
    scale = 1 + z**2 / trials
    return [float((centre - reach) / scale), float((centre + reach) / scale)]
