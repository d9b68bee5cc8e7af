"""An uncompiled view of a model, to save what loads without code of ours."""

import keras


def plain_model(model):
    """The same layers and weights as an uncompiled `keras.Model`, or None.

    Saved, it holds no optimiser state, loss or metrics, so `keras.models.load_model` needs
    none of their code; a subclass of a Functional model is saved without its class. The given
    model stays compiled as it was: the view shares its layers, calls none of them, and draws
    neither a name nor a random number.

    Args:
        model: a Functional model, or a Sequential one that has seen its input's shape. The view
            of either is Functional.

    Returns:
        The view, or None for a model whose graph Keras does not know (a subclassed model).
    """
    if isinstance(model, keras.Sequential):
        try:
            inputs, outputs = model.inputs, model.outputs
        except AttributeError:  # not built yet
            return None
        return keras.Model(inputs[0], outputs[0], name=model.name)
    if isinstance(model, keras.Function):  # what sets Functional models apart
        return keras.Model(model.input, model.output, name=model.name)
    return None
