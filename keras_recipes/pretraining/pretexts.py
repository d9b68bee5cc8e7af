"""A task that needs no labels, ready to be trained: network, loss, and what makes its batches."""

from collections.abc import Callable
from dataclasses import dataclass

import keras

from keras_recipes.pretraining.denoising_autoencoder import denoising_autoencoder, spoilt_and_whole
from keras_recipes.pretraining.nt_xent import NTXent, nearest_view
from keras_recipes.pretraining.rotations import four_turns, rotations
from keras_recipes.pretraining.simclr import VIEWS, simclr, two_views

ACCURACY = "pretext_accuracy"
"""What the share of right answers to the task is called, where it has some."""


@dataclass(frozen=True, kw_only=True)
class Pretext:
    """What a training needs to know of a method."""

    network: keras.Model
    """Shares the body of the network that is pretrained."""
    loss: keras.losses.Loss
    metrics: tuple = ()
    """Of Keras, not yet used."""
    batch: Callable
    """For `tf.data`: function of (images, function that augments a batch of images, key int32
    `(2,)`) to (inputs, targets) of `network`."""
    copies: int = 1
    """Augmented copies that `batch` asks for of each image, all in one batch."""


def simclr_pretext(model, *, temperature, projection_units) -> Pretext:
    """`simclr`, with its loss and how often a view's nearest is the other one of its image."""
    return Pretext(
        network=simclr(model, projection_units=projection_units),
        loss=NTXent(temperature=temperature),
        metrics=(keras.metrics.MeanMetricWrapper(nearest_view, name=ACCURACY),),
        batch=lambda images, augment, key: two_views(images, augment),
        copies=VIEWS,
    )


def rotation_pretext(model) -> Pretext:
    """`rotations`, with its cross-entropy and accuracy."""
    return Pretext(
        network=rotations(model),
        loss=keras.losses.CategoricalCrossentropy(from_logits=True),
        metrics=(keras.metrics.CategoricalAccuracy(name=ACCURACY),),
        batch=lambda images, augment, key: four_turns(augment(images)),
    )


def denoising_pretext(model, *, decoder_width, **spoiling) -> Pretext:
    """`denoising_autoencoder`, with a mean squared error; `spoiling` is of `spoilt_and_whole`."""
    return Pretext(
        network=denoising_autoencoder(model, decoder_width=decoder_width),
        loss=keras.losses.MeanSquaredError(),
        batch=lambda images, augment, key: spoilt_and_whole(augment(images), key, **spoiling),
    )
