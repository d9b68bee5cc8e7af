"""The recipes and optimizers that `find_lr.py` is run on with real data."""

from dataclasses import dataclass, replace
from pathlib import Path

from keras_recipes import (
    MLP,
    SGD,
    TFDS,
    AdamW,
    CifarResNet,
    ConvNet,
    Cosine,
    Digits,
    Folder,
    Lion,
    Muon,
)
from keras_recipes.recipe.load import load

RECIPES = Path(__file__).parent.parent / "recipes"
_SHORTENED = {
    "cifar_resnet": {
        "data": TFDS("cifar10", train_examples=5000, validation_fraction=0.03),
        "model": CifarResNet(depth=8, width=8),
        "epochs": 2,
        "batch_size": 64,
        "precision": "float32",  # the faster at this width
    },
    "digits_mlp": {
        "data": Digits(validation_fraction=0.3),
        "model": MLP(hidden_units=(256, 256), dropout=0.2),
        "epochs": 10,
    },
    "folder_convnet": {
        "data": Folder("photos", image_size=(32, 32), cache_size=(40, 40), validation_fraction=0.3),
        "model": ConvNet(blocks=3, convolutions=1, width=16, dropout=0.3),
        "epochs": 6,
    },
}


@dataclass(frozen=True)
class Pair:
    """A recipe and an optimizer, whose rate is the middle of the first grid."""

    recipe: str
    optimizer: object

    @property
    def name(self):
        return f"{self.recipe} {type(self.optimizer).__name__}"

    def load(self, sign_digits):
        """The recipe, shortened."""
        changes = dict(_SHORTENED[self.recipe])
        if isinstance(changes["data"], Folder):
            groups = sign_digits.with_name(sign_digits.name + ".groups.csv")
            changes["data"] = replace(changes["data"], path=str(sign_digits), group=str(groups))
        loaded = load(str(RECIPES / f"{self.recipe}.py")).recipe
        return replace(loaded, **changes, optimizer=self.optimizer, schedule=Cosine())


PAIRS = (
    Pair("cifar_resnet", SGD(learning_rate=0.2, weight_decay=5e-3)),
    Pair("cifar_resnet", Muon(learning_rate=0.02)),
    Pair("digits_mlp", AdamW(learning_rate=4e-3)),
    Pair("digits_mlp", Lion(learning_rate=5e-4)),
    Pair("folder_convnet", AdamW(learning_rate=4e-3)),
    Pair("folder_convnet", SGD(learning_rate=0.1)),
)
DEVELOPMENT_PAIRS = (
    Pair("cifar_resnet", AdamW(learning_rate=4e-3)),
    Pair("digits_mlp", SGD(learning_rate=0.1)),
    Pair("digits_mlp", Muon(learning_rate=0.02)),
    Pair("folder_convnet", Lion(learning_rate=5e-4)),
)
"""Others, to choose a rule on; docs/learning_rate.md tells what it was chosen on in the end."""

DEVELOPMENT_SEED = 100
"""The first of their seeds."""
