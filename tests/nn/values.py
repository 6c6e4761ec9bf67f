#!/usr/bin/env python3
"""Values and gradients of the layers and losses of `einstan::nn`, by PyTorch in float64.

    python tests/nn/values.py        (with the packages of benches/requirements.txt)

writes tests/nn/values.json: for each function a list of cases with `arguments`, `results`, the `cotangents` by which the
results are pulled back, and the `gradient`. Arrays are [lengths, elements], NaN and infinities are strings.
"""

import itertools
import json
import math
import warnings
from pathlib import Path

import torch
import torch.nn.functional as F

warnings.filterwarnings("ignore", "var")  # of nothing
torch.manual_seed(1)
torch.set_default_dtype(torch.float64)
VALUES: dict[str, list] = {}


def number(x):
    return float(f"{x:.13g}") if math.isfinite(x) else str(x)


def written(x):
    if isinstance(x, torch.Tensor):
        return [list(x.shape), [number(e) for e in x.detach().flatten().tolist()]]
    return x


def case(name, function, constant=(), **arguments):
    """One case: `arguments` are shapes of normal numbers, tensors, or numbers, of which those in `constant` and integers
    have no gradient."""
    given = {k: torch.randn(v).mul(1000).round().div(1000) if isinstance(v, tuple) else v for k, v in arguments.items()}
    free = [
        k
        for k, v in given.items()
        if isinstance(v, torch.Tensor) and v.is_floating_point() and k not in constant
    ]
    given = {k: v.requires_grad_() if k in free else v for k, v in given.items()}
    results = function(**given)
    results = results if isinstance(results, dict) else {"Y": results}
    # An empty batch depends on nothing as far as PyTorch can tell.
    cotangents = {k: torch.randn(r.shape) for k, r in results.items()}
    total = sum((r * cotangents[k]).sum() for k, r in results.items())
    found = torch.autograd.grad(total, [given[k] for k in free], allow_unused=True) if free else []
    gradient = {
        k: torch.zeros_like(given[k]) if g is None else g for k, g in zip(free, found)
    }
    VALUES.setdefault(name, []).append(
        {
            part: {k: written(v) for k, v in of.items()}
            for part, of in [
                ("arguments", given),
                ("results", results),
                ("cotangents", cotangents),
                ("gradient", gradient),
            ]
        }
    )


def dropped(X, M, rate):
    # F.dropout draws a mask of its own: what it multiplies by is seen where it keeps a 1.
    with torch.random.fork_rng():
        kept = F.dropout(torch.ones(100), rate).max()
    return X * M * kept


def products():
    for n, m, k in [(3, 4, 5), (1, 1, 1), (0, 3, 2), (17, 9, 18)]:
        case("dense", lambda X, W, b: F.linear(X, W.T, b), X=(n, m), W=(m, k), b=(k,))
        case("glu", lambda X, W, V: F.glu(torch.cat([X @ V, X @ W], 1)), X=(n, m), W=(m, k), V=(m, k))
        case("swiglu", lambda X, W, V: F.silu(X @ W) * (X @ V), X=(n, m), W=(m, k), V=(m, k))
        case("geglu", lambda X, W, V: F.gelu(X @ W) * (X @ V), X=(n, m), W=(m, k), V=(m, k))
    for n, p, q, k in [(3, 4, 2, 5), (1, 1, 1, 1), (0, 2, 3, 2)]:
        case("bilinear", lambda X, W, Z, b: F.bilinear(X, Z, W, b), X=(n, p), W=(k, p, q), Z=(n, q), b=(k,))
    for n, t, v, c in [(2, 5, 7, 3), (1, 1, 1, 1), (0, 4, 3, 2), (3, 0, 4, 2)]:
        tok = torch.randint(v, (n, t))
        case("embedding", lambda E, tok: F.embedding(tok, E), E=(v, c), tok=tok)
    for n, k in [(3, 4), (1, 1), (0, 3)]:
        M = (torch.rand(n, k) < 0.7).double()
        case("dropout", dropped, ["M"], X=(n, k), M=M, rate=0.3)


def activations():
    for n, k in [(4, 5), (1, 1), (0, 3), (3, 37)]:
        on = {"X": (n, k)}
        case("leaky_relu", lambda X, slope: F.leaky_relu(X, slope), **on, slope=0.1)
        case("prelu", lambda X, slope: F.prelu(X, slope), **on, slope=(k,))
        case("elu", lambda X, alpha: F.elu(X, alpha), **on, alpha=1.5)
        case("selu", lambda X: F.selu(X), **on)
        case("mish", lambda X: F.mish(X), **on)
        case("gelu_tanh", lambda X: F.gelu(X, approximate="tanh"), **on)
        # F.hardsigmoid multiplies by a 1/6 of single precision.
        case("hardsigmoid", lambda X: F.relu6(X + 3) / 6, X=4 * torch.randn(n, k))
        case("hardswish", lambda X: F.hardswish(X), X=4 * torch.randn(n, k))
        case("hardtanh", lambda X, low, high: F.hardtanh(X, low, high), X=4 * torch.randn(n, k), low=0.0, high=6.0)
        case("softsign", lambda X: F.softsign(X), **on)
        case("log_sigmoid", lambda X: F.logsigmoid(X), X=40 * torch.randn(n, k))
        case("softmax", lambda A: F.softmax(A, 1), A=9 * torch.randn(n, k))
        case("log_softmax", lambda A: F.log_softmax(A, 1), A=9 * torch.randn(n, k))
        case("logsumexp", lambda A: torch.logsumexp(A, 1), A=9 * torch.randn(n, k))


def convolutions():
    # Lengths, kernel, stride, dilation, padding.
    ways = [(9, 8, 3, 1, 1, 0), (9, 7, 3, 2, 1, 1), (11, 9, 3, 1, 2, 2), (8, 9, 2, 3, 2, 1), (1, 1, 1, 1, 1, 0), (5, 6, 4, 2, 1, 3)]
    for at, (h, w, r, stride, dilation, padding) in enumerate(ways):
        n, c, o = (2, 3, 4) if at else (0, 2, 3)
        how = {"stride": stride, "dilation": dilation, "padding": padding}

        def torch_way(stride, dilation, padding, **more):
            return {"stride": stride, "dilation": dilation, "padding": padding, **more}

        case("conv1d", lambda X, K, b, **d: F.conv1d(X, K, b, **torch_way(**d)), X=(n, c, w), K=(o, c, r), b=(o,), **how)
        case("conv2d", lambda X, K, b, **d: F.conv2d(X, K, b, **torch_way(**d)), X=(n, c, h, w), K=(o, c, r, r), b=(o,), **how)
        case(
            "depthwise_conv2d",
            lambda X, K, b, **d: F.conv2d(X, K[:, None], b, **torch_way(**d, groups=c)),
            X=(n, c, h, w), K=(c, r, r), b=(c,), **how,
        )
        g = 2

        def grouped(X, K, b, **d):
            y = F.conv2d(X.flatten(1, 2), K.flatten(0, 1), b.flatten(), **torch_way(**d, groups=g))
            return y.reshape(n, g, o, *y.shape[2:])

        case("grouped_conv2d", grouped, X=(n, g, c, h, w), K=(g, o, c, r, r), b=(g, o), **how)
    for n, h, w, r, stride, padding in [(2, 3, 4, 3, 1, 0), (1, 3, 2, 3, 2, 1), (2, 1, 1, 1, 1, 0), (0, 2, 3, 2, 2, 0), (2, 4, 3, 2, 3, 0)]:
        case(
            "conv_transpose2d",
            lambda X, K, b, stride, padding: F.conv_transpose2d(X, K, b, stride=stride, padding=padding),
            X=(n, 3, h, w), K=(3, 2, r, r), b=(2,), stride=stride, padding=padding,
        )
    for n, h, w, size, stride, padding in [(2, 6, 7, 2, 2, 0), (1, 7, 6, 3, 2, 1), (2, 1, 1, 1, 1, 0), (0, 4, 4, 2, 2, 0), (1, 8, 8, 3, 1, 1)]:
        how = {"size": size, "stride": stride, "padding": padding}
        lines, images = {"X": (n, 3, w), **how}, {"X": (n, 3, h, w), **how}
        case("max_pool1d", lambda X, size, stride, padding: F.max_pool1d(X, size, stride, padding), **lines)
        case("avg_pool1d", lambda X, size, stride, padding: F.avg_pool1d(X, size, stride, padding), **lines)
        case("max_pool2d", lambda X, size, stride, padding: F.max_pool2d(X, size, stride, padding), **images)
        case("avg_pool2d", lambda X, size, stride, padding: F.avg_pool2d(X, size, stride, padding), **images)
        case("global_avg_pool2d", lambda X: X.mean((2, 3)), X=(n, 3, h, w))


def normalisations():
    epsilon = 1e-3

    # F.batch_norm refuses one number a channel and empty batches.
    def batch(X, scale, shift, epsilon):
        over = [0, *range(2, X.dim())]
        like = [1, -1] + [1] * (X.dim() - 2)
        mu, var = X.mean(over), X.var(over, correction=0)
        if X.numel() > X.shape[1]:
            y = F.batch_norm(X, None, None, scale, shift, training=True, eps=epsilon)
        else:
            y = (X - mu.reshape(like)) / (var.reshape(like) + epsilon).sqrt() * scale.reshape(like) + shift.reshape(like)
        return {"Y": y, "mu": mu, "var": var}

    def fixed(X, mu, var, scale, shift, epsilon):
        return F.batch_norm(X, mu, var, scale, shift, training=False, eps=epsilon)

    for n, k in [(4, 5), (1, 1), (0, 3), (3, 33)]:
        learnt = {"scale": (k,), "shift": (k,)}
        case("layer_norm", lambda X, scale, shift, epsilon: F.layer_norm(X, (k,), scale, shift, epsilon), X=(n, k), **learnt, epsilon=epsilon)
        case("rms_norm", lambda X, scale, epsilon: F.rms_norm(X, (k,), scale, epsilon), X=(n, k), scale=(k,), epsilon=epsilon)
        case("batch_norm", batch, X=(n, k), **learnt, epsilon=epsilon)
        case("batch_norm2d", batch, X=(n, k, 2, 3), **learnt, epsilon=epsilon)
        seen = {"mu": torch.randn(k), "var": torch.rand(k)}
        case("fixed_norm", fixed, ["mu", "var"], X=(n, k), **seen, **learnt, epsilon=epsilon)
        case("fixed_norm2d", fixed, ["mu", "var"], X=(n, k, 3, 2), **seen, **learnt, epsilon=epsilon)
    for n, g, c, h, w in [(2, 3, 2, 3, 2), (1, 1, 1, 1, 1), (0, 2, 2, 2, 2), (2, 4, 1, 3, 3)]:
        case(
            "group_norm",
            lambda X, scale, shift, epsilon: torch.group_norm(X.flatten(1, 2), g, scale.flatten(), shift.flatten(), epsilon).reshape(X.shape),
            X=(n, g, c, h, w), scale=(g, c), shift=(g, c), epsilon=epsilon,
        )


def attentions():
    attend = F.scaled_dot_product_attention
    for b, h, t, s, e, f in [(2, 3, 4, 5, 3, 2), (1, 1, 1, 1, 1, 1), (0, 2, 3, 2, 2, 2), (1, 2, 17, 19, 8, 4)]:
        case("attention", lambda Q, K, V: attend(Q, K, V), Q=(b, h, t, e), K=(b, h, s, e), V=(b, h, s, f))
        case("causal_attention", lambda Q, K, V: attend(Q, K, V, is_causal=True), Q=(b, h, t, e), K=(b, h, t, e), V=(b, h, t, f))
        M = torch.randn(t, s).masked_fill(torch.rand(t, s) < 0.3, -math.inf)
        M[:, 0] = 0.0  # Every place sees one.
        case("masked_attention", lambda Q, K, V, M: attend(Q, K, V, attn_mask=M), ["M"], Q=(b, h, t, e), K=(b, h, s, e), V=(b, h, s, f), M=M)
        g = 2

        def grouped(Q, K, V):
            y = attend(Q.flatten(1, 2), K.repeat_interleave(h, 1), V.repeat_interleave(h, 1), is_causal=True)
            return y.reshape(b, g, h, t, f)

        case("grouped_query_attention", grouped, Q=(b, g, h, t, e), K=(b, g, t, e), V=(b, g, t, f))

        def layer(X, WQ, WK, WV, WO):
            heads = [torch.einsum("btm,mhe->bhte", X, W) for W in (WQ, WK, WV)]
            return torch.einsum("bhtf,hfo->bto", attend(*heads, is_causal=True), WO)

        case("multi_head_attention", layer, X=(b, t, 3), WQ=(3, h, e), WK=(3, h, e), WV=(3, h, f), WO=(h, f, 4))

    def neighbours(X, first, base):
        t, e = X.shape[2:]
        angle = torch.outer(torch.arange(t) + first, base ** (-torch.arange(0, e, 2) / e))
        turned = torch.view_as_complex(X.unflatten(3, (-1, 2))) * torch.polar(torch.ones_like(angle), angle)
        return torch.view_as_real(turned).flatten(3)

    def halves(X, first, base):
        t, _, e = X.shape[2:]
        angle = torch.outer(torch.arange(t) + first, base ** (-torch.arange(e) / e))
        turned = torch.stack([-X[:, :, :, 1], X[:, :, :, 0]], 3)
        return X * angle.cos()[:, None] + turned * angle.sin()[:, None]

    for b, h, t, e, first in [(2, 3, 4, 6, 0.0), (1, 1, 1, 2, 0.0), (0, 2, 3, 4, 0.0), (1, 2, 9, 8, 100.0)]:
        case("rotary", neighbours, X=(b, h, t, e), first=first, base=10000.0)
        case("rotary_halves", halves, X=(b, h, t, 2, e // 2), first=first, base=10000.0)


def recurrences():
    def stacked(W):  # gates by outputs, inputs
        return W.permute(1, 2, 0).flatten(0, 1)

    def run(module, weights, *inputs):
        names = ["weight_ih_l0", "weight_hh_l0", "bias_ih_l0", "bias_hh_l0"]
        return torch.func.functional_call(module, dict(zip(names, weights)), inputs)

    def lstm(X, h0, c0, W, U, b):
        t, n, m = X.shape
        weights = [stacked(W), stacked(U), b.flatten(), torch.zeros_like(b.flatten())]
        # PyTorch gives the last cell alone: run it to every step.
        module, h, c = torch.nn.LSTM(m, h0.shape[1]), [], []
        state = (h0[None], c0[None])
        for step in X:
            out, state = run(module, weights, step[None], state)
            h.append(out[0])
            c.append(state[1][0])
        return {"H": torch.stack(h), "C": torch.stack(c)}

    for t, n, m, k in [(4, 3, 2, 5), (1, 1, 1, 1), (9, 2, 8, 16)]:
        on = {"X": (t, n, m), "h0": (n, k)}
        case(
            "rnn",
            lambda X, h0, W, U, b: run(torch.nn.RNN(m, k), [W.T, U.T, b, torch.zeros_like(b)], X, h0[None])[0],
            **on, W=(m, k), U=(k, k), b=(k,),
        )
        case(
            "gru",
            lambda X, h0, W, U, b, c: run(torch.nn.GRU(m, k), [stacked(W), stacked(U), b.flatten(), c.flatten()], X, h0[None])[0],
            **on, W=(m, 3, k), U=(k, 3, k), b=(3, k), c=(3, k),
        )
        case("lstm", lstm, **on, c0=(n, k), W=(m, 4, k), U=(k, 4, k), b=(4, k))


def ctc(L, target, steps, labels, blank):
    """Over all ways: PyTorch's own gives no gradient by log-probabilities, but one that is right behind a log_softmax."""
    E = []
    for i in range(L.shape[1]):
        wanted, t = target[i, : labels[i]].tolist(), int(steps[i])
        ways = [
            sum(L[s, i, c] for s, c in enumerate(way))
            for way in itertools.product(range(L.shape[2]), repeat=t)
            if [c for c, _ in itertools.groupby(way) if c != blank] == wanted
        ]
        E.append(-torch.logsumexp(torch.stack(ways), 0))
    E = torch.stack(E)
    torch.testing.assert_close(E, F.ctc_loss(L, target, steps, labels, blank=blank, reduction="none"))
    return E


def losses():
    for n, k in [(4, 5), (1, 1), (0, 3), (7, 33)]:
        label = torch.randint(k, (n,))
        T = F.softmax(torch.randn(n, k), 1)
        sparse = F.normalize(T * (torch.rand(n, k) < 0.6), p=1, dim=1)
        case("cross_entropy", lambda A, label: F.cross_entropy(A, label), A=(n, k), label=label)
        case("soft_cross_entropy", lambda A, T: F.cross_entropy(A, T), ["T"], A=(n, k), T=T)
        on = {"Y": (n, k), "T": torch.randn(n, k)}
        case("squared_error", lambda Y, T: F.mse_loss(Y, T), ["T"], **on)
        case("absolute_error", lambda Y, T: F.l1_loss(Y, T), ["T"], **on)
        case("huber", lambda Y, T, delta: F.huber_loss(Y, T, delta=delta), ["T"], **on, delta=0.8)
        case("binary_cross_entropy", lambda A, T: F.binary_cross_entropy_with_logits(A, T), ["T"], A=30 * torch.randn(n, k), T=torch.rand(n, k))
        case("kl_divergence", lambda L, T: F.kl_div(L, T, reduction="batchmean"), ["T"], L=(n, k), T=sparse)

    for t, n, c, l, blank in [(6, 3, 4, 3, 0), (7, 4, 3, 3, 2), (1, 1, 2, 1, 0)]:
        # Labels that are no blank, repeats among them.
        target = (blank + 1 + torch.randint(c - 1, (n, l))) % c
        labels = torch.randint(1, l + 1, (n,))
        steps = torch.full((n,), t) - torch.arange(n) % 2
        L = F.log_softmax(torch.randn(t, n, c), 2)
        case("ctc", ctc, L=L, target=target, steps=steps, labels=labels, blank=blank)


def without_steps_or_batch():
    """Nothing comes of no steps and of an empty batch, and no argument changes that: PyTorch refuses to say so."""

    def nothing(*names):
        def function(X, **others):
            t, n, k = len(X), X.shape[1], others["h0"].shape[1]
            of_all = 0 * sum(x.sum() for x in [X, *others.values()])
            return {name: torch.zeros(t, n, k) + of_all for name in names}

        return function

    for t, n, m, k in [(3, 0, 2, 2), (0, 3, 2, 4), (0, 0, 1, 1)]:
        on = {"X": (t, n, m), "h0": (n, k)}
        case("rnn", nothing("Y"), **on, W=(m, k), U=(k, k), b=(k,))
        case("gru", nothing("Y"), **on, W=(m, 3, k), U=(k, 3, k), b=(3, k), c=(3, k))
        case("lstm", nothing("H", "C"), **on, c0=(n, k), W=(m, 4, k), U=(k, 4, k), b=(4, k))
    # Without labels all steps are blank; without sequences there is nothing to say.
    for t, n, c, l in [(4, 2, 3, 0), (4, 0, 3, 2), (2, 0, 3, 0)]:
        L = F.log_softmax(torch.randn(t, n, c), 2)
        counts = {"steps": torch.full((n,), t), "labels": torch.zeros(n, dtype=torch.int64)}
        target = torch.ones(n, l, dtype=torch.int64)
        case("ctc", ctc if n else lambda L, **_: L.sum((0, 2)), L=L, target=target, **counts, blank=0)


def runnings():
    """What F.batch_norm keeps: means, and unbiased variances."""
    for n, k in [(4, 5), (2, 1), (33, 17)]:
        X, before = torch.randn(n, k), [torch.randn(k), torch.rand(k)]

        def kept(at, momentum):
            both = [x.clone() for x in before]
            F.batch_norm(X, *both, training=True, momentum=momentum)
            return {"mu": both[at]}

        for at, seen in enumerate([X.mean(0), X.var(0)]):
            case("running", lambda mu, seen, momentum: kept(at, momentum), ["mu", "seen"], mu=before[at], seen=seen, momentum=0.1)
    case("running", lambda mu, seen, momentum: {"mu": mu}, ["mu", "seen"], mu=torch.zeros(0), seen=torch.zeros(0), momentum=0.1)


# What was added later stands last: the numbers of the others stay.
for part in [products, activations, convolutions, normalisations, attentions, recurrences, losses, without_steps_or_batch, runnings]:
    part()
Path(__file__).with_name("values.json").write_text(
    "{\n" + ",\n".join(f"{json.dumps(k)}: {json.dumps(v)}" for k, v in VALUES.items()) + "\n}\n"
)
print(len(VALUES), "functions,", sum(map(len, VALUES.values())), "cases")
