#!/usr/bin/env python3
"""Compares the layers and losses of `einstan::nn` with PyTorch's, on this machine.

    pip install -r benches/requirements.txt
    python benches/layers.py                          all, on one thread
    python benches/layers.py --threads 2 conv norm    those in whose names one of these is

Both sides are asked in turn, so that the machine's drift meets them alike: medians of rounds of medians, in microseconds.
"""

import argparse
import os
import statistics
import subprocess

from comparison.child import timed
from comparison.children import ROOT, cargo, environment

import torch
import torch.nn.functional as F

N = lambda *lengths: torch.rand(lengths) * 2 - 1
WEIGHTS = lambda *lengths: N(*lengths) * 0.1
WHOLE = lambda below, *lengths: torch.randint(below, lengths)
SQUARE = (1024, 1024)
SEEN = (4, 8, 128, 64)
attend = F.scaled_dot_product_attention


def activation(function):
    return function, [N(*SQUARE)], []


def images(*kernel, into=64):
    return [N(16, into, 32, 32), N(*kernel), N(64)]


def fixed(X, g, b, mu, var):
    return F.batch_norm(X, mu, var, g, b)


def turned(X):
    t, e = X.shape[2:]
    angle = torch.outer(torch.arange(t), 1e4 ** (-torch.arange(0, e, 2) / e))
    pairs = torch.view_as_complex(X.unflatten(3, (-1, 2)))
    return torch.view_as_real(pairs * torch.polar(torch.ones_like(angle), angle)).flatten(3)


def turned_halves(X):
    t, _, e = X.shape[2:]
    angle = torch.outer(torch.arange(t), 1e4 ** (-torch.arange(e) / e))[:, None]
    return X * angle.cos() + torch.stack([-X[:, :, :, 1], X[:, :, :, 0]], 3) * angle.sin()


def heads(X, Q, K, V, O):
    b, t, m = X.shape
    split = lambda W: (X @ W).view(b, t, 8, 32).transpose(1, 2)
    return attend(split(Q), split(K), split(V), is_causal=True).transpose(1, 2).reshape(b, t, m) @ O


def recurrent(kind, steps):
    module = kind(128, 128)
    return lambda X, *_: module(X)[0], [N(steps, 32, 128), *module.parameters()], []


glued = [N(256, 512), WEIGHTS(512, 512), WEIGHTS(512, 512)]
qkv = [N(*SEEN), N(*SEEN), N(*SEEN)]
near = [N(*SQUARE)], [N(*SQUARE).abs()]

# Each layer with what it is differentiated by, and its other arguments.
LAYERS = dict(
    dense=(lambda X, W, b: torch.addmm(b, X, W), [N(256, 512), N(512, 512), N(512)], []),
    bilinear=(lambda X, W, Z, b: F.bilinear(X, Z, W, b), [N(128, 64), N(64, 64, 64), N(128, 64), N(64)], []),
    glu=(lambda X, W, V: F.glu(torch.cat([X @ V, X @ W], 1)), glued, []),
    swiglu=(lambda X, W, V: F.silu(X @ W) * (X @ V), glued, []),
    geglu=(lambda X, W, V: F.gelu(X @ W) * (X @ V), glued, []),
    embedding=(lambda E, tok: F.embedding(tok, E), [N(10_000, 64)], [WHOLE(10_000, 32, 128)]),
    dropout=(lambda X, M: X * M / 0.5, [N(*SQUARE)], [WHOLE(2, *SQUARE).float()]),
    leaky_relu=activation(lambda X: F.leaky_relu(X, 0.1)),
    prelu=(F.prelu, [N(*SQUARE), N(1024)], []),
    elu=activation(F.elu),
    selu=activation(F.selu),
    mish=activation(F.mish),
    gelu_tanh=activation(lambda X: F.gelu(X, approximate="tanh")),
    hardsigmoid=activation(F.hardsigmoid),
    hardswish=activation(F.hardswish),
    hardtanh=activation(lambda X: F.hardtanh(X, 0.0, 6.0)),
    softsign=activation(F.softsign),
    log_sigmoid=activation(F.logsigmoid),
    softmax=activation(lambda X: F.softmax(X, 1)),
    log_softmax=activation(lambda X: F.log_softmax(X, 1)),
    logsumexp=activation(lambda X: torch.logsumexp(X, 1)),
    conv1d=(lambda X, K, b: F.conv1d(X, K, b, padding=2), [N(32, 64, 256), N(64, 64, 5), N(64)], []),
    conv2d=(lambda X, K, b: F.conv2d(X, K, b, padding=1), images(64, 32, 3, 3, into=32), []),
    grouped_conv2d=(lambda X, K, b: F.conv2d(X, K, b, padding=1, groups=4), images(64, 16, 3, 3), []),
    depthwise_conv2d=(lambda X, K, b: F.conv2d(X, K, b, padding=1, groups=64), images(64, 1, 3, 3), []),
    conv_transpose2d=(
        lambda X, K, b: F.conv_transpose2d(X, K, b, stride=2, padding=1),
        [N(16, 64, 16, 16), N(64, 32, 4, 4), N(32)],
        [],
    ),
    max_pool1d=(lambda X: F.max_pool1d(X, 2), [N(32, 64, 1024)], []),
    max_pool2d=(lambda X: F.max_pool2d(X, 2), [N(16, 64, 32, 32)], []),
    avg_pool1d=(lambda X: F.avg_pool1d(X, 2), [N(32, 64, 1024)], []),
    avg_pool2d=(lambda X: F.avg_pool2d(X, 2), [N(16, 64, 32, 32)], []),
    global_avg_pool2d=(lambda X: X.mean((2, 3)), [N(16, 64, 32, 32)], []),
    layer_norm=(lambda X, g, b: F.layer_norm(X, (512,), g, b), [N(2048, 512), N(512), N(512)], []),
    rms_norm=(lambda X, g: F.rms_norm(X, (512,), g, 1e-5), [N(2048, 512), N(512)], []),
    group_norm=(lambda X, g, b: F.group_norm(X, 8, g, b), [N(16, 64, 32, 32), N(64), N(64)], []),
    batch_norm=(lambda X, g, b: F.batch_norm(X, None, None, g, b, True), [N(1024, 512), N(512), N(512)], []),
    batch_norm2d=(lambda X, g, b: F.batch_norm(X, None, None, g, b, True), [N(16, 64, 32, 32), N(64), N(64)], []),
    fixed_norm=(fixed, [N(1024, 512), N(512), N(512)], [N(512), N(512).abs()]),
    fixed_norm2d=(fixed, [N(16, 64, 32, 32), N(64), N(64)], [N(64), N(64).abs()]),
    running=(lambda mu, seen: mu.lerp_(seen, 0.1), [], [N(512), N(512)]),
    attention=(attend, qkv, []),
    causal_attention=(lambda Q, K, V: attend(Q, K, V, is_causal=True), qkv, []),
    masked_attention=(lambda Q, K, V, M: attend(Q, K, V, attn_mask=M), qkv, [N(128, 128)]),
    grouped_query_attention=(
        lambda Q, K, V: attend(Q, K, V, is_causal=True, enable_gqa=True),
        [N(*SEEN), N(4, 2, 128, 64), N(4, 2, 128, 64)],
        [],
    ),
    multi_head_attention=(heads, [N(4, 128, 256), *(WEIGHTS(256, 256) for _ in range(4))], []),
    rotary=(turned, [N(*SEEN)], []),
    rotary_halves=(turned_halves, [N(4, 8, 128, 2, 32)], []),
    rnn=recurrent(torch.nn.RNN, 64),
    gru=recurrent(torch.nn.GRU, 64),
    lstm=recurrent(torch.nn.LSTM, 128),
    cross_entropy=(F.cross_entropy, [N(*SQUARE)], [WHOLE(1024, 1024)]),
    soft_cross_entropy=(F.cross_entropy, *near),
    squared_error=(F.mse_loss, *near),
    absolute_error=(F.l1_loss, *near),
    huber=(F.huber_loss, *near),
    binary_cross_entropy=(F.binary_cross_entropy_with_logits, *near),
    kl_divergence=(lambda L, T: F.kl_div(L, T, reduction="batchmean"), *near),
    ctc=(
        lambda L, y: F.ctc_loss(L, y, [100] * 16, [20] * 16, reduction="none"),
        [N(100, 16, 32).log_softmax(2)],
        [1 + WHOLE(31, 16, 20)],
    ),
)


def peer(name, direction):
    function, leaves, others = LAYERS[name]
    if direction == "forward" or not leaves:  # nothing to differentiate by

        def forward():
            with torch.inference_mode():
                return function(*leaves, *others)

        return forward
    leaves = [leaf.detach().requires_grad_() if leaf.is_leaf and not leaf.requires_grad else leaf for leaf in leaves]
    cotangent = torch.full_like(function(*leaves, *others), 0.5)
    return lambda: torch.autograd.grad(function(*leaves, *others), leaves, cotangent)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", help="parts of names")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--ms", type=int, default=100, help="of each side in each round")
    options = parser.parse_args()
    cores = set(range(options.threads))
    server = cargo("bench", "--bench", "layers", "--no-run")
    if server is None:
        raise SystemExit("`cargo bench --bench layers --no-run` failed")
    os.sched_setaffinity(0, cores)
    torch.set_num_threads(options.threads)
    pipe = subprocess.PIPE
    child = subprocess.Popen(
        [server, "--serve"], cwd=ROOT, env=environment(options.threads), stdin=pipe, stdout=pipe, text=True, bufsize=1
    )

    def ours(*words):
        print(*words, file=child.stdin, flush=True)
        return child.stdout.readline().strip()

    print(f"{torch.get_num_threads()} threads, PyTorch {torch.__version__}")
    print(f"{'layer':26} {'forward: PyTorch':>16} {'ours':>10} {'ahead':>6} {'both: PyTorch':>14} {'ours':>10} {'ahead':>6}")
    for name in ours("rows").split():
        if options.names and not any(part in name for part in options.names):
            continue
        cells = []
        for direction in ["forward", "both"]:
            case, theirs, mine = peer(name, direction), [], []
            for _ in range(options.rounds):
                mine.append(float(ours(name, direction, options.ms)))
                theirs.append(timed(case, options.ms / 1e3)["median"])
            mine, theirs = statistics.median(mine), statistics.median(theirs)
            cells.append((theirs, mine, theirs / mine))
        (a, b, c), (d, e, f) = cells
        print(f"{name:26} {a:16.1f} {b:10.1f} {c:6.2f} {d:14.1f} {e:10.1f} {f:6.2f}", flush=True)


if __name__ == "__main__":
    main()
