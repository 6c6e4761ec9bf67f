"""What PyTorch's optimisers do: writes values.json beside this file.

    python tests/optim/values.py

Needs torch. Each case is an optimiser with its settings, tensors of some shapes, and for each step the gradient and the
parameters after it. All is computed in float64; the tests compare float32 with less precision.
"""

import json
import pathlib

import torch

STEPS = 4
SHAPES = [[], [3], [2, 3], [0], [2, 0, 3], [2, 1, 2, 2]]

CASES = [
    ("sgd", dict(lr=0.1)),
    ("sgd", dict(lr=0.1, weight_decay=0.3)),
    ("sgd", dict(lr=0.1, momentum=0.9)),
    ("sgd", dict(lr=0.1, momentum=0.9, weight_decay=0.3)),
    ("sgd", dict(lr=0.1, momentum=0.9, nesterov=True)),
    ("sgd", dict(lr=0.1, momentum=0.9, nesterov=True, weight_decay=0.3)),
    ("adam", dict()),
    ("adam", dict(lr=0.1, betas=(0.5, 0.75), eps=0.1)),
    ("adamw", dict()),
    ("adamw", dict(lr=0.1, betas=(0.5, 0.75), eps=0.1, weight_decay=0.3)),
]

OPTIMISERS = dict(sgd=torch.optim.SGD, adam=torch.optim.Adam, adamw=torch.optim.AdamW)


def draw(generator):
    return [torch.randn(s, generator=generator, dtype=torch.float64) for s in SHAPES]


def flat(tensors):
    return [t.detach().flatten().tolist() for t in tensors]


def case(name, settings, generator):
    parameters = [torch.nn.Parameter(t) for t in draw(generator)]
    out = dict(optimiser=name, start=flat(parameters), steps=[])
    optimiser = OPTIMISERS[name](parameters, **settings)
    used = optimiser.defaults  # with what the settings leave open
    out["settings"] = {k: used[k] for k in ("lr", "momentum", "nesterov", "weight_decay", "betas", "eps") if k in used}
    out["default"] = not settings
    for _ in range(STEPS):
        gradient = draw(generator)
        for p, g in zip(parameters, gradient):
            p.grad = g
        optimiser.step()
        out["steps"].append(dict(gradient=flat(gradient), after=flat(parameters)))
    return out


def clip(limit, generator):
    gradient = draw(generator)
    parameters = [torch.nn.Parameter(torch.zeros_like(g)) for g in gradient]
    for p, g in zip(parameters, gradient):
        p.grad = g.clone()
    norm = torch.nn.utils.clip_grad_norm_(parameters, limit)
    return dict(limit=limit, gradient=flat(gradient), norm=norm.item(), after=flat(p.grad for p in parameters))


def main():
    generator = torch.Generator().manual_seed(0)
    out = dict(
        shapes=SHAPES,
        cases=[case(name, settings, generator) for name, settings in CASES],
        clips=[clip(limit, generator) for limit in (0.5, 100.0)],
    )
    path = pathlib.Path(__file__).with_name("values.json")
    path.write_text(json.dumps(out, separators=(",", ":")).replace('{"', '\n{"') + "\n")


main()
