"""Losses, optimisers, clipping and one whole network from PyTorch in float64.

Usage: python make_fixtures.py   (rewrites ../fixtures/{losses,optimisers,network}.json; needs torch >= 1.13 and numpy)
"""

import json
import pathlib

import numpy as np
import torch
import torch.nn.functional as F

torch.set_default_dtype(torch.float64)
FOLDER = pathlib.Path(__file__).parent.parent / "fixtures"
rng = np.random.default_rng(21)


def n(*shape, scale=1.0):
    return torch.tensor(np.round(rng.normal(size=shape) * scale, 3))


def numbers(tensor):
    return [float(f"{value:.12g}") for value in tensor.detach().reshape(-1).tolist()]


def pack(tensor):
    return {"shape": list(tensor.shape), "values": numbers(tensor)}


def write(name, content):
    lines = ",\n".join(f"{json.dumps(key)}: {json.dumps(value, separators=(',', ':'))}" for key, value in content.items())
    (FOLDER / f"{name}.json").write_text("{\n" + lines + "\n}\n")


# ------------------------------------------------------------------------------------------------ losses
def weighted(losses, rows=None, labels=None):
    weight = torch.ones_like(losses)
    for factor in (rows, labels):
        weight = weight if factor is None else weight * factor
    return (losses * weight).sum() / weight.sum()


def bce(x, y, **weights):
    return weighted(F.binary_cross_entropy_with_logits(x, y, reduction="none"), **weights)


def categorical(x, y, **weights):
    return weighted(-(F.log_softmax(x, 1) * y).sum(1, keepdim=True), **weights)


def mse(x, y, **weights):
    return weighted((x - y) ** 2, **weights)


losses = {}


def loss_case(name, kind, function, x, y, **weights):
    x.requires_grad_(True)
    loss = function(x, y, **weights)
    (gradient,) = torch.autograd.grad(loss, [x])
    losses[name] = {"kind": kind, "x": pack(x), "y": pack(y), **{key: pack(value) for key, value in weights.items()},
                    "loss": loss.item(), "gradient": numbers(gradient)}


binary = lambda *shape: torch.tensor((rng.random(shape) < 0.4).astype(float))
rows = torch.tensor([[1.0], [0.0], [2.5]])
labels = torch.tensor([1.0, 3.0, 0.5, 1.0])
simplex = torch.softmax(n(3, 4), 1).round(decimals=3)
loss_case("binary", "binary", bce, n(3, 4), binary(3, 4))
loss_case("binary, soft targets", "binary", bce, n(3, 4), simplex)
loss_case("binary, row weights", "binary", bce, n(3, 4), binary(3, 4), rows=rows)
loss_case("binary, label weights", "binary", bce, n(3, 4), binary(3, 4), labels=labels)
loss_case("binary, both weights", "binary", bce, n(3, 4), binary(3, 4), rows=rows, labels=labels)
loss_case("binary, huge and right", "binary", bce, torch.tensor([[1000.0, -1000.0, 60.0]]), torch.tensor([[1.0, 0.0, 1.0]]))
loss_case("binary, huge and wrong", "binary", bce, torch.tensor([[1000.0, -1000.0]]), torch.tensor([[0.0, 1.0]]))
loss_case("categorical", "categorical", categorical, n(3, 4), torch.eye(4)[:3])
loss_case("categorical, soft targets", "categorical", categorical, n(3, 4), simplex)
loss_case("categorical, row weights", "categorical", categorical, n(3, 4), torch.eye(4)[:3], rows=rows)
loss_case("categorical, huge", "categorical", categorical, torch.tensor([[1000.0, -1000.0, 0.0]]), torch.tensor([[1.0, 0.0, 0.0]]))
loss_case("squared", "squared", mse, n(3, 4), n(3, 4))
loss_case("squared, both weights", "squared", mse, n(3, 4), n(3, 4), rows=rows, labels=labels)
write("losses", losses)

# ------------------------------------------------------------------------------------------------ optimisers
optimisers = {}
for name, make in {
    "sgd": lambda p: torch.optim.SGD(p, lr=0.1),
    "sgd, momentum": lambda p: torch.optim.SGD(p, lr=0.1, momentum=0.9),
    "adam": lambda p: torch.optim.Adam(p, lr=0.01),
    "adam, settings": lambda p: torch.optim.Adam(p, lr=0.05, betas=(0.8, 0.95), eps=1e-4),
    "adamw": lambda p: torch.optim.AdamW(p, lr=0.01, weight_decay=0.1),
}.items():
    parameter = n(2, 3)
    entry = {"start": pack(parameter), "gradients": [], "parameters": []}
    parameter.requires_grad_(True)
    optimiser = make([parameter])
    for step in range(10):
        # A zero gradient at the start and small ones show epsilon.
        gradient = n(2, 3, scale=10.0 ** -(step % 4))
        gradient[0, 0] = 0.0 if step < 2 else gradient[0, 0]
        parameter.grad = gradient.clone()
        optimiser.step()
        entry["gradients"].append(numbers(gradient))
        entry["parameters"].append(numbers(parameter))
    optimisers[name] = entry
for name, limit in {"clip, long": 1.0, "clip, short": 100.0}.items():
    parameters = [torch.zeros(2, 3, requires_grad=True), torch.zeros(4, requires_grad=True)]
    before = [n(2, 3), n(4)]
    for parameter, gradient in zip(parameters, before):
        parameter.grad = gradient.clone()
    norm = torch.nn.utils.clip_grad_norm_(parameters, limit)
    optimisers[name] = {"limit": limit, "norm": norm.item(), "before": [pack(g) for g in before],
                        "after": [numbers(p.grad) for p in parameters]}
write("optimisers", optimisers)

# ------------------------------------------------------------------------------------------------ network
# The article's two towers and their fusion, tiny. Layouts and names are Medley's.
BATCH, TIME, WORDS, VECTOR, HIDDEN, LABELS = 2, 5, 7, 3, 2, 4
poster = torch.tensor(rng.integers(0, 256, size=(BATCH, 23, 17, 3)))
tokens = torch.tensor([[3, 1, 6, 3, 2], [5, 3, 4, 0, 0]])
lengths = torch.tensor([5, 3])
targets = torch.tensor([[1.0, 0.0, 0.0, 1.0], [0.0, 1.0, 0.0, 0.0]])
parameters = {
    "poster.conv1.weight": n(16, 3, 3, 3, scale=0.3), "poster.conv1.bias": n(16, scale=0.1),
    "poster.conv2.weight": n(3, 16, 3, 3, scale=0.15), "poster.conv2.bias": n(3, scale=0.1),
    "poster.dense1.weight": n(24, 4, scale=0.4), "poster.dense1.bias": n(4, scale=0.3),
    "overview.embedding.weight": n(WORDS, VECTOR),
    "overview.lstm1.input": n(VECTOR, 4 * HIDDEN, scale=0.7), "overview.lstm1.recurrent": n(HIDDEN, 4 * HIDDEN, scale=0.7), "overview.lstm1.bias": n(4 * HIDDEN, scale=0.3),
    "overview.lstm2.input": n(HIDDEN, 4 * HIDDEN), "overview.lstm2.recurrent": n(HIDDEN, 4 * HIDDEN, scale=0.7), "overview.lstm2.bias": n(4 * HIDDEN, scale=0.3),
    "overview.dense1.weight": n(HIDDEN, 3), "overview.dense1.bias": n(3, scale=0.5),
    "fusion.dense1.weight": n(7, 5, scale=0.5), "fusion.dense1.bias": n(5, scale=0.3),
    "output.weight": n(5, LABELS, scale=0.5), "output.bias": n(LABELS, scale=0.2),
}
RATE = 0.25
masks = {
    "dropout/poster.flatten": (BATCH, 24), "dropout/overview.embedding": (BATCH, TIME, VECTOR), "dropout/overview.lstm1": (BATCH, TIME, HIDDEN),
    "dropout/overview.lstm2": (BATCH, HIDDEN), "dropout/fusion.dense1": (BATCH, 5),
}
masks = {name: torch.tensor((rng.random(shape) >= RATE).astype(np.int64)) for name, shape in masks.items()}


def dropped(name, x):
    return x * masks[f"dropout/{name}"] / (1 - RATE)


def linear(p, name, x):
    return x @ p[f"{name}.weight"] + p[f"{name}.bias"]


def lstm(p, name, x):
    """x [batch, time, in]; gates i, o, f, c."""
    h, c, outputs = torch.zeros(BATCH, HIDDEN), torch.zeros(BATCH, HIDDEN), []
    for step in range(TIME):
        i, o, f, g = (x[:, step] @ p[f"{name}.input"] + p[f"{name}.bias"] + h @ p[f"{name}.recurrent"]).split(HIDDEN, 1)
        next_c = f.sigmoid() * c + i.sigmoid() * g.tanh()
        next_h = o.sigmoid() * next_c.tanh()
        alive = (lengths > step)[:, None]
        h, c = torch.where(alive, next_h, h), torch.where(alive, next_c, c)
        outputs.append(torch.where(alive, next_h, torch.zeros_like(h)))
    return torch.stack(outputs, 1), h


def network(p):
    x = poster.permute(0, 3, 1, 2) / 255.0
    for layer in ("poster.conv1", "poster.conv2"):
        x = F.max_pool2d(F.conv2d(x, p[f"{layer}.weight"], p[f"{layer}.bias"]), 2).relu()
    image = linear(p, "poster.dense1", dropped("poster.flatten", x.flatten(1))).relu()
    y = dropped("overview.embedding", p["overview.embedding.weight"][tokens])
    y, _ = lstm(p, "overview.lstm1", y)
    _, last = lstm(p, "overview.lstm2", dropped("overview.lstm1", y))
    text = linear(p, "overview.dense1", dropped("overview.lstm2", last)).relu()
    joint = dropped("fusion.dense1", linear(p, "fusion.dense1", torch.cat([image, text], 1)).relu())
    return linear(p, "output", joint)


for value in parameters.values():
    value.requires_grad_(True)
logits = network(parameters)
loss = F.binary_cross_entropy_with_logits(logits, targets)
gradients = torch.autograd.grad(loss, list(parameters.values()))
assert all(gradient.abs().sum() > 0 for gradient in gradients), [name for name, g in zip(parameters, gradients) if g.abs().sum() == 0]
write("network", {
    "rate": RATE, "poster": {"shape": list(poster.shape), "values": poster.reshape(-1).tolist()},
    "overview": {"shape": list(tokens.shape), "values": tokens.reshape(-1).tolist()}, "targets": pack(targets),
    "masks": {name: {"shape": list(mask.shape), "values": mask.reshape(-1).tolist()} for name, mask in masks.items()},
    "parameters": {name: pack(value) for name, value in parameters.items()},
    "logits": pack(logits), "loss": loss.item(),
    "gradients": {name: numbers(gradient) for name, gradient in zip(parameters, gradients)},
})
