"""PyTorch, eager and compiled, and in float64 as the reference of all results."""

import os

import numpy as np
import torch
import torch.func
import torch.nn.functional as F

from . import inputs


def mlp_loss(W1, b1, W2, b2, X, T):
    h = torch.tanh(torch.addmm(b1, X, W1))
    return F.cross_entropy(torch.addmm(b2, h, W2), T)


def dense(X, W, b):
    return torch.addmm(b, X, W)


FUNCTIONS = dict(
    dense_128=dense,
    dense_1024=dense,
    tiny_dense=dense,
    mlp_step=mlp_loss,
    softmax=lambda X: torch.softmax(X, -1),
    xent_onehot=F.cross_entropy,
    xent_label=F.cross_entropy,
    layernorm=lambda X, g, b: F.layer_norm(X, (X.shape[-1],), g, b, 1e-5),
    attention=F.scaled_dot_product_attention,
    conv2d=F.conv2d,
    bilinear=lambda A, W, B: torch.einsum("ik,okl,il->io", A, W, B),
    mttkrp=lambda T, B, C: torch.einsum("ijk,jr,kr->ir", T, B, C),
    sqdist=lambda X, Y: (X[:, None, :] - Y[None, :, :]).square().sum(-1),
    gelu_4m=lambda X: F.gelu(X, approximate="tanh"),
    tiny_dot=torch.dot,
    bmm=torch.bmm,
    chain=lambda A, B, C: torch.einsum("ij,jk,kl->il", A, B, C),
    embed=lambda E, tok: F.embedding(tok, E),
)

VARIANTS = {
    "attention": {
        "manual": lambda Q, K, V: torch.softmax(Q @ K.transpose(-1, -2) * 0.125, -1) @ V
    },
    "bilinear": {"F.bilinear": lambda A, W, B: F.bilinear(A, B, W)},
    "sqdist": {
        "expanded": lambda X, Y: torch.addmm(
            (X * X).sum(1)[:, None] + (Y * Y).sum(1)[None], X, Y.T, alpha=-2.0
        ),
        "cdist-expanded": lambda X, Y: torch.cdist(X, Y).square(),
    },
    "chain": {"ordered": lambda A, B, C: A @ (B @ C)},
    "mttkrp": {
        "ordered": lambda T, B, C: (
            ((T.view(-1, T.shape[2]) @ C).view(T.shape[0], T.shape[1], -1) * B).sum(1)
        )
    },
    "xent_onehot": {
        "manual": lambda X, T: -(T * torch.log_softmax(X, -1)).sum() / X.shape[0]
    },
}
"""Other natural spellings: the fastest one stands for the peer."""


class Peer:
    def __init__(self, compiled, kind=torch.float32):
        self.compiled = compiled
        self.kind = kind
        self.place = None
        torch.set_num_threads(int(os.environ["OMP_NUM_THREADS"]))

    def ways(self, row, direction):
        ways = ["plain", *VARIANTS.get(row, {})]
        if row == "mlp_step" and self.compiled:
            ways.append("functional")  # the whole step compiled
        return ways

    def tensors(self, row):
        """Arguments, and those of them to differentiate by."""
        arguments = [self.tensor(array) for array in inputs.inputs(row).values()]
        return arguments, arguments[: len(inputs.FLOATS[row])]

    def tensor(self, array):
        tensor = torch.from_numpy(np.array(array))
        return tensor.to(self.kind) if tensor.is_floating_point() else tensor

    def case(self, row, direction, way):
        if self.place != (row, direction):
            self.place = row, direction
            torch._dynamo.reset()  # what it has compiled for a function counts towards a limit
        if way == "functional":
            return self.functional(row)
        function = VARIANTS.get(row, {}).get(way, FUNCTIONS[row])
        if self.compiled:
            function = torch.compile(function, dynamic=False)
        arguments, leaves = self.tensors(row)
        if direction == "forward":

            def forward():
                with torch.inference_mode():
                    return [function(*arguments)]

            return forward

        for leaf in leaves:
            leaf.requires_grad_()
        if row == "mlp_step":

            def step():
                loss = function(*arguments)
                gradients = torch.autograd.grad(loss, leaves)
                with torch.no_grad():
                    torch._foreach_sub_(leaves, gradients, alpha=inputs.RATE)
                return [loss, *leaves]

            return step

        cotangent = self.tensor(inputs.cotangent(row))

        def both():
            value = function(*arguments)
            return [value, *torch.autograd.grad(value, leaves, cotangent)]

        return both

    def functional(self, row):
        """A step of training as one function, gradient and update included."""
        arguments, leaves = self.tensors(row)
        places = tuple(range(len(leaves)))

        def whole(*arguments):
            value = torch.func.grad_and_value(mlp_loss, argnums=places)
            gradients, loss = value(*arguments)
            for parameter, gradient in zip(arguments, gradients):
                parameter.sub_(gradient, alpha=inputs.RATE)
            return loss

        compiled = torch.compile(whole, dynamic=False)

        def step():
            with torch.no_grad():
                return [compiled(*arguments), *leaves]

        return step
