"""The training loss: the values behind `loss=`. Validation is never smoothed."""

from typing import Literal

from keras_recipes.errors import RecipeError
from keras_recipes.recipe.call import Call
from keras_recipes.recipe.part import bounded, part

ClassWeights = Literal["balanced"] | tuple[float, ...] | None


@part
class CrossEntropy:
    """Cross-entropy of the logits against labels that may be smoothed.

    Source: Szegedy et al. 2015, arXiv:1512.00567, section 7.
    """

    label_smoothing: float = bounded(0.0, at_least=0, below=1)
    """Share of each label that is spread over all classes; 0 turns it off, 0.1 is usual."""
    class_weights: ClassWeights = bounded(None, at_least=0)
    """How much the images of each class count; "balanced" makes all classes count the same."""

    def check(self):
        _check_weights(self.class_weights)

    def build(self, class_counts=None):
        """Args: `class_counts`, the number of training images of each class."""
        return _build("cross_entropy", self, class_counts)


@part
class BinaryCrossEntropy:
    """Binary cross-entropy of each class: whether the image holds it, whatever else it holds.

    What is reported (`nll`, calibration error, Brier score) reads the logits by softmax
    whatever the loss, so compare it among runs of one loss; accuracy compares with any.
    Source: Wightman et al. 2021 ("ResNet strikes back"), arXiv:2110.00476, section 3.
    """

    label_smoothing: float = bounded(0.0, at_least=0, below=1)
    """Share of each label that is spread over all classes, after the threshold; 0 turns it off."""
    target_threshold: float | None = bounded(None, at_least=0, below=1)
    """A class whose share in a mixed label is above it is taught as present, any other as absent.
    None teaches the shares. Labels of one class are not changed."""
    sum_classes: bool = False
    """Add up the losses of the classes; False takes their mean, whose gradient is smaller by the
    number of classes."""
    class_weights: ClassWeights = bounded(None, at_least=0)
    """How much the images of each class count; "balanced" makes all classes count the same."""

    def check(self):
        _check_weights(self.class_weights)

    def build(self, class_counts=None):
        """Args: `class_counts`, the number of training images of each class."""
        return _build(
            "binary_cross_entropy",
            self,
            class_counts,
            target_threshold=self.target_threshold,
            sum_classes=self.sum_classes,
        )


@part
class FocalLoss:
    """Cross-entropy that cares less for images that are already right.

    Source: Lin et al. 2017, arXiv:1708.02002, section 3.2, with the softmax over all classes.
    """

    gamma: float = bounded(2.0, at_least=0)
    """How much less: a loss is multiplied by (1 - probability) ** gamma. 0 is cross-entropy."""
    label_smoothing: float = bounded(0.0, at_least=0, below=1)
    """Share of each label that is spread over all classes; 0 turns it off."""
    class_weights: ClassWeights = bounded(None, at_least=0)
    """How much the images of each class count; "balanced" makes all classes count the same."""

    def check(self):
        _check_weights(self.class_weights)

    def build(self, class_counts=None):
        """Args: `class_counts`, the number of training images of each class."""
        return _build("focal", self, class_counts, gamma=self.gamma)


def _check_weights(class_weights):
    if isinstance(class_weights, tuple) and (len(class_weights) < 2 or not any(class_weights)):
        raise RecipeError(
            "loss.class_weights",
            f"must hold one weight a class, not all 0; got {class_weights!r}",
            'Write, for example, (1.0, 2.0, 1.0) for three classes, or "balanced".',
        )


def _build(kind, loss, class_counts, **options):
    from keras_recipes.losses import classification_loss
    from keras_recipes.losses.class_weights import resolve_class_weights

    weights = resolve_class_weights(loss.class_weights, class_counts, "loss.class_weights")
    return classification_loss(
        kind, label_smoothing=loss.label_smoothing, class_weights=weights, **options
    )


Loss = CrossEntropy | BinaryCrossEntropy | FocalLoss | Call
