"""What the test is scored by beside accuracy, in words."""

FURTHER_SCORES = {
    "top_5_accuracy": ("top-5 accuracy", "the class is among the five highest guesses"),
    "nll": ("nll", "mean negative log-likelihood in nats, without smoothing"),
    "calibration_error": ("calibration error", "mean gap between confidence and accuracy"),
    "brier_score": ("Brier score", "mean squared error of the probabilities, from 0 to 2"),
}
"""Key in a test's results, where it has it: (name, what it is)."""
