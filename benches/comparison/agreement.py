"""Whether a child's results are those of the reference, which is PyTorch in float64."""

import os

import numpy as np

TOLERANCE = 2e-4
"""The largest difference that is allowed, by the largest entry of each tensor, as in our own tests of float32: sums in
any order are within it, a wrong formula is not."""


def results(child, row, direction, way):
    """The value and the gradients as flat arrays, whose files go."""
    answer = child.ask("check", row, direction, way)
    arrays = []
    for path in answer["files"]:
        arrays.append(np.fromfile(path, answer["kind"]).astype(np.float64))
        os.remove(path)
    return arrays


def error(found, expected):
    """The largest difference by the largest entry, over all tensors; infinite where they have other lengths."""
    if [a.size for a in found] != [a.size for a in expected]:
        return float("inf")
    worst = 0.0
    for a, b in zip(found, expected):
        scale = max(np.abs(b).max(), 1e-30)
        worst = max(worst, float(np.abs(a - b).max() / scale))
    return worst if worst == worst else float("inf")
