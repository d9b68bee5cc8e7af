"""A trained model as one that computes in float32 throughout, for runtimes that need it."""

import keras


def float32_model(model):
    """A model of the same layers and weights whose every layer computes in float32.

    A run may train in mixed precision; its weights are float32 all the same, so that none of them
    changes here. A model that computes in float32 already is returned as it is.
    """
    config = keras.saving.serialize_keras_object(model)
    changed = _without_mixed_precision(config)
    if changed == config:
        return model
    plain = keras.saving.deserialize_keras_object(changed)
    plain.set_weights(model.get_weights())
    return plain


def _without_mixed_precision(config):
    if isinstance(config, list | tuple):
        return type(config)(_without_mixed_precision(each) for each in config)
    if not isinstance(config, dict):
        return config
    if config.get("class_name") == "DTypePolicy":
        return {**config, "config": {**config["config"], "name": "float32"}}
    return {key: _without_mixed_precision(value) for key, value in config.items()}
