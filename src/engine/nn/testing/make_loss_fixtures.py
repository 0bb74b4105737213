"""Losses beyond cross-entropy from PyTorch in float64, written as in their papers.

Usage: python make_loss_fixtures.py   (rewrites ../fixtures/more-losses.json; needs torch >= 1.13 and numpy)
"""

import json
import pathlib

import numpy as np
import torch
import torch.nn.functional as F

torch.set_default_dtype(torch.float64)
FILE = pathlib.Path(__file__).parent.parent / "fixtures" / "more-losses.json"
rng = np.random.default_rng(41)


def n(*shape, scale=1.0):
    return torch.tensor(np.round(rng.normal(size=shape) * scale, 3))


def numbers(tensor):
    return [float(f"{value:.12g}") for value in tensor.detach().reshape(-1).tolist()]


def pack(tensor):
    return {"shape": list(tensor.shape), "values": numbers(tensor)}


def weighted(losses, rows=None, labels=None):
    weight = torch.ones_like(losses)
    for factor in (rows, labels):
        weight = weight if factor is None else weight * factor
    return (losses * weight).sum() / weight.sum()


def focal(x, y, gamma=2.0, alpha=None, **weights):
    """torchvision.ops.sigmoid_focal_loss; the log-sigmoids keep huge logits finite."""
    p = torch.sigmoid(x)
    pt = p * y + (1 - p) * (1 - y)
    losses = F.binary_cross_entropy_with_logits(x, y, reduction="none") * (1 - pt) ** gamma
    if alpha is not None:
        losses = losses * (alpha * y + (1 - alpha) * (1 - y))
    return weighted(losses, **weights)


def asymmetric(x, y, gammaPositive=0.0, gammaNegative=4.0, margin=0.05, **weights):
    """Equations 3 to 7 of the paper."""
    p = torch.sigmoid(x)
    shifted = (p - margin).clamp(min=0)
    positive = -((1 - p) ** gammaPositive) * F.logsigmoid(x)
    log = torch.log1p(-shifted) if margin > 0 else F.logsigmoid(-x)
    negative = -(shifted**gammaNegative) * log
    return weighted(y * positive + (1 - y) * negative, **weights)


def binary(x, y, smoothing=0.0, **weights):
    return weighted(F.binary_cross_entropy_with_logits(x, y * (1 - smoothing) + smoothing / 2, reduction="none"), **weights)


def categorical(x, y, smoothing=0.0, rows=None):
    losses = F.cross_entropy(x, y, reduction="none", label_smoothing=smoothing)
    return weighted(losses[:, None], rows=rows)


def huber(x, y, delta=1.0, **weights):
    return weighted(F.huber_loss(x, y, reduction="none", delta=delta), **weights)


def distillation(x, y, temperature=1.0, rows=None):
    terms = F.kl_div(F.log_softmax(x / temperature, 1), F.log_softmax(y / temperature, 1), reduction="none", log_target=True)
    return temperature**2 * weighted(terms.sum(1, keepdim=True), rows=rows)


def binary_distillation(x, y, temperature=1.0, **weights):
    both = lambda z: torch.stack([F.logsigmoid(z / temperature), F.logsigmoid(-z / temperature)])
    terms = F.kl_div(both(x), both(y), reduction="none", log_target=True)
    return temperature**2 * weighted(terms.sum(0), **weights)


def contrastive(x, y, scale=1 / 0.07, rows=None):
    kept = torch.arange(len(x)) if rows is None else rows[:, 0].nonzero()[:, 0]
    logits = scale * F.normalize(x)[kept] @ F.normalize(y)[kept].T
    target = torch.arange(len(kept))
    losses = 0.5 * (F.cross_entropy(logits, target, reduction="none") + F.cross_entropy(logits.T, target, reduction="none"))
    return weighted(losses, rows=None if rows is None else rows[kept, 0])


cases = {}


def case(name, function, x, y, options=None, both=False, **weights):
    options = options or {}
    x.requires_grad_(True)
    y.requires_grad_(both)
    loss = function(x, y, **options, **weights)
    found = torch.autograd.grad(loss, [x, y] if both else [x])
    assert all(torch.isfinite(value).all() for value in (loss, *found)), name
    cases[name] = {"kind": function.__name__, "x": pack(x), "y": pack(y), **{key: pack(value) for key, value in weights.items()},
                   **({"options": options} if options else {}), "loss": loss.item(), "gradient": numbers(found[0]),
                   **({"otherGradient": numbers(found[1])} if both else {})}


hard = lambda *shape: torch.tensor((rng.random(shape) < 0.4).astype(float))
weights = {"rows": torch.tensor([[1.0], [0.0], [2.5]]), "labels": torch.tensor([1.0, 3.0, 0.5, 1.0])}
rows = {"rows": weights["rows"]}
huge = lambda: torch.tensor([[1000.0, -1000.0, 1000.0, -1000.0]])
wrong = lambda: torch.tensor([[0.0, 1.0, 1.0, 0.0]])
simplex = lambda: torch.softmax(n(3, 4), 1).round(decimals=3)
for kind in (focal, asymmetric):
    name = kind.__name__
    case(f"{name}", kind, n(3, 4, scale=2.0), hard(3, 4))
    case(f"{name}, weights", kind, n(3, 4, scale=2.0), hard(3, 4), **weights)
    case(f"{name}, huge", kind, huge(), wrong())
case("focal, gamma 0", focal, n(3, 4), hard(3, 4), {"gamma": 0.0})
case("focal, gamma 0.5, alpha", focal, n(3, 4), hard(3, 4), {"gamma": 0.5, "alpha": 0.25})
case("asymmetric, focusing both", asymmetric, n(3, 4), hard(3, 4), {"gammaPositive": 1.0, "gammaNegative": 2.0, "margin": 0.2})
case("asymmetric, no margin", asymmetric, n(3, 4), hard(3, 4), {"gammaPositive": 0.5, "gammaNegative": 3.0, "margin": 0.0})
case("asymmetric, no margin, huge", asymmetric, huge(), wrong(), {"margin": 0.0})
case("asymmetric, soft targets", asymmetric, n(3, 4), simplex(), {"gammaPositive": 1.0})
case("binary, smoothing", binary, n(3, 4), hard(3, 4), {"smoothing": 0.1}, **weights)
case("binary, smoothing, huge", binary, huge(), wrong(), {"smoothing": 0.1})
case("categorical, smoothing", categorical, n(3, 4), torch.eye(4)[[0, 3, 1]], {"smoothing": 0.1})
case("categorical, smoothing, rows", categorical, n(3, 4), torch.eye(4)[[0, 3, 1]], {"smoothing": 0.2}, **rows)
case("categorical, smoothing, huge", categorical, huge(), torch.eye(4)[[1]], {"smoothing": 0.1})
case("huber", huber, n(3, 4), n(3, 4))
case("huber, delta, weights", huber, n(3, 4), n(3, 4), {"delta": 0.3}, **weights)
case("huber, huge", huber, huge(), wrong())
case("distillation", distillation, n(3, 4), n(3, 4))
case("distillation, temperature", distillation, n(3, 4), n(3, 4), {"temperature": 3.0}, **rows)
case("distillation, huge", distillation, huge(), -huge())
case("distillation, agreed", distillation, huge(), huge())
case("binary_distillation", binary_distillation, n(3, 4), n(3, 4))
case("binary_distillation, temperature", binary_distillation, n(3, 4), n(3, 4), {"temperature": 3.0}, **weights)
case("binary_distillation, huge", binary_distillation, huge(), -huge())
case("contrastive", contrastive, n(4, 3), n(4, 3), both=True)
case("contrastive, scale", contrastive, n(3, 5), n(3, 5), {"scale": 2.0}, both=True)
case("contrastive, rows", contrastive, n(3, 5), n(3, 5), {"scale": 5.0}, both=True, **rows)
case("contrastive, one pair", contrastive, n(1, 3), n(1, 3), both=True)
case("contrastive, huge scale", contrastive, n(3, 2), n(3, 2), {"scale": 1000.0}, both=True)
lines = ",\n".join(f"{json.dumps(key)}: {json.dumps(value, separators=(',', ':'))}" for key, value in cases.items())
FILE.write_text("{\n" + lines + "\n}\n")
print(len(cases), FILE.stat().st_size)
