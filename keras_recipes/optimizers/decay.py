"""Weight decay for weights alone."""


def decay_weights_alone(optimizer, model):
    """Exclude bias and normalisation, the vectors among the variables, from weight decay.

    Keras decays every variable unless told. Source: He et al. 2019, arXiv:1812.01187, section 3.1.

    Args:
        optimizer: any Keras optimizer that is not built yet; changed, and returned.
        model: a built model; `trainable_variables` of rank 0 and 1 are excluded.
    """
    vectors = [each for each in model.trainable_variables if len(each.shape) < 2]
    if vectors and optimizer.weight_decay:
        optimizer.exclude_from_weight_decay(var_list=vectors)
    return optimizer
