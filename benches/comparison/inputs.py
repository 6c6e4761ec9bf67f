"""What each row is given, and the files by which all children get the same."""

import os

import numpy as np

FLOATS = {
    "dense_128": dict(X=(128, 784), W=(784, 128), b=(128,)),
    "dense_1024": dict(X=(1024, 1024), W=(1024, 1024), b=(1024,)),
    "mlp_step": dict(W1=(784, 128), b1=(128,), W2=(128, 10), b2=(10,)),
    "softmax": dict(X=(1024, 1024)),
    "xent_onehot": dict(X=(1024, 1024)),
    "xent_label": dict(X=(1024, 1024)),
    "layernorm": dict(X=(4096, 512), g=(512,), b=(512,)),
    "attention": dict(Q=(4, 8, 256, 64), K=(4, 8, 256, 64), V=(4, 8, 256, 64)),
    "conv2d": dict(X=(16, 32, 32, 32), K=(64, 32, 3, 3)),
    "bilinear": dict(A=(128, 64), W=(64, 64, 64), B=(128, 64)),
    "mttkrp": dict(T=(128, 128, 128), B=(128, 32), C=(128, 32)),
    "sqdist": dict(X=(512, 64), Y=(512, 64)),
    "gelu_4m": dict(X=(4 << 20,)),
    "bmm": dict(A=(64, 64, 64), B=(64, 64, 64)),
    "chain": dict(A=(1000, 10), B=(10, 1000), C=(1000, 10)),
    "embed": dict(E=(50000, 64)),
    "tiny_dense": dict(X=(4, 4), W=(4, 4), b=(4,)),
    "tiny_dot": dict(u=(8,), v=(8,)),
}
"""The tensors that a row is differentiated by, in the order of the arguments."""

ROWS = list(FLOATS)

RESULTS = {
    "dense_128": (128, 128),
    "dense_1024": (1024, 1024),
    "softmax": (1024, 1024),
    "layernorm": (4096, 512),
    "attention": (4, 8, 256, 64),
    "conv2d": (16, 64, 30, 30),
    "bilinear": (128, 64),
    "mttkrp": (128, 32),
    "sqdist": (512, 512),
    "gelu_4m": (4 << 20,),
    "bmm": (64, 64, 64),
    "chain": (1000, 10),
    "embed": (4096, 64),
    "tiny_dense": (4, 4),
}
"""The lengths of results; what is missing here is one number, whose cotangent is 1."""

RATE = 0.1
"""Of the step of training, `mlp_step`."""


def directions(row):
    return ["both"] if row == "mlp_step" else ["forward", "both"]


def inputs(row):
    """All arguments by name: those to differentiate by, then the others."""
    numbers = np.random.default_rng(7)
    others = np.random.default_rng(99)

    def one_hot(n, classes):
        return np.eye(classes, dtype=np.float32)[others.integers(0, classes, n)]

    tensors = {
        name: numbers.random(shape, dtype=np.float32) * 2 - 1
        for name, shape in FLOATS[row].items()
    }
    if row == "mlp_step":
        tensors["W1"] *= 0.05
        tensors["W2"] *= 0.1
        tensors["X"] = numbers.random((128, 784), dtype=np.float32) * 2 - 1
        tensors["T"] = one_hot(128, 10)
    if row == "xent_onehot":
        tensors["T"] = one_hot(1024, 1024)
    if row == "xent_label":
        tensors["t"] = others.integers(0, 1024, 1024)
    if row == "embed":
        tensors["tok"] = others.integers(0, 50000, 4096)
    return tensors


def cotangent(row):
    shape = RESULTS.get(row, ())
    if shape == ():
        return np.float32(1)
    return np.random.default_rng(5).random(shape, dtype=np.float32)


def write(folder, rows):
    """Files `ROW.NAME.raw` for the children that are no Python."""
    for row in rows:
        for name, array in (inputs(row) | {"cotangent": cotangent(row)}).items():
            array = np.asarray(array)
            kind = "<u8" if array.dtype.kind == "i" else "<f4"
            array.astype(kind).tofile(os.path.join(folder, f"{row}.{name}.raw"))
