"""Questions about one's own training, each answered by many runs of it, with the uncertainty."""
