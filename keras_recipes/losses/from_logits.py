"""Whether a loss takes logits, whoever wrote it."""


def from_logits(loss) -> bool | None:
    """What a loss says of itself: True for logits, False for probabilities; None if nothing."""
    settings = getattr(loss, "_fn_kwargs", {})  # where Keras's own losses keep theirs
    return settings.get("from_logits", getattr(loss, "from_logits", None))
