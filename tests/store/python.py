"""Writes python.safetensors beside this file, with the library that Python has for the format.

    python tests/store/python.py

Needs numpy and safetensors.
"""

import pathlib

import numpy
from safetensors.numpy import save_file

tensors = {
    "layers.0.W": numpy.array([[1.0, 2.0, 3.0], [-4.0, 0.5, 1e-30]], numpy.float32),
    "layers.0.b": numpy.array([0.1, numpy.inf, -0.0], numpy.float32),
    "scale": numpy.array(2.5, numpy.float32),
}
save_file(tensors, pathlib.Path(__file__).with_name("python.safetensors"), metadata={"format": "np"})
