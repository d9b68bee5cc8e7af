"""How wide the edges of an image are."""

import numpy as np


def blur_width(grey) -> np.ndarray:
    """The ratio of what brightness changes by from pixel to pixel to how that change changes.

    The root of the variance of the gradient over that of the Laplacian: in pixels, larger for wider
    edges; how strong the edges are cancels out. The variance of the Laplacian alone (Pech-Pacheco
    et al. 2000) takes every image with few details for a blurred one.

    Args:
        grey: float `(n, height, width)`, in 0..255.

    Returns:
        float32 `(n,)`; NaN where nothing changes or an image has fewer than 3 by 3 pixels.
    """
    grey = np.asarray(grey, np.float32)
    if min(grey.shape[1:]) < 3:
        return np.full(len(grey), np.nan, np.float32)
    middle = grey[:, 1:-1, 1:-1]
    up, down = grey[:, :-2, 1:-1], grey[:, 2:, 1:-1]
    left, right = grey[:, 1:-1, :-2], grey[:, 1:-1, 2:]
    laplacian = up + down + left + right - 4 * middle
    gradient = ((down - up) ** 2 + (right - left) ** 2) / 4
    curved = laplacian.reshape(len(grey), -1).var(axis=1)
    steep = gradient.reshape(len(grey), -1).mean(axis=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(curved > 1e-3, np.sqrt(steep / curved), np.nan).astype(np.float32)
