"""The learning rate that belongs to a batch size."""


def scale_linearly(learning_rate: float, batch_size: int, reference_batch_size: int | None):
    """`learning_rate * batch_size / reference_batch_size`; unchanged without a reference.

    Source: Goyal et al. 2017, arXiv:1706.02677, section 2.1.
    """
    if reference_batch_size is None:
        return learning_rate
    return learning_rate * batch_size / reference_batch_size
