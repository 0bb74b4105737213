"""What the fixture scripts share: inputs with few decimals, cases with values and gradients, one file per family."""

import json
import math
import pathlib

import numpy as np
import torch

torch.set_default_dtype(torch.float64)
FOLDER = pathlib.Path(__file__).parent.parent / "fixtures"
TYPES = {"float64": "float", "int64": "int64", "int32": "int32", "uint8": "uint8", "bool": "bool"}
rng = np.random.default_rng(20)
families = {}


def number(value, digits):
    if isinstance(value, (bool, np.bool_)):
        return int(value)
    if isinstance(value, (int, np.integer)):
        return int(value)
    if not math.isfinite(value):
        return str(float(value))
    short = float(f"{value:.{digits}g}")
    return int(short) if short == int(short) and 0 < abs(short) < 1e9 else short


def pack(tensor, digits=13):
    array = tensor.detach().numpy()
    return {
        "type": TYPES[str(array.dtype)],
        "shape": list(array.shape),
        "values": [number(value, digits) for value in array.reshape(-1).tolist()],
    }


def tensor(array):
    return torch.tensor(np.asarray(array))


def n(*shape, scale=1.0, shift=0.0):
    return np.round(rng.normal(size=shape) * scale + shift, 3)


def positive(*shape, low=0.5, high=2.0):
    return np.round(rng.uniform(low, high, size=shape), 3)


def spread(*shape, step=0.1):
    """All values at least `step` apart and away from 0: no kink is near."""
    size = int(np.prod(shape))
    values = (rng.permutation(size) - size // 2 + 0.5) * step
    return np.round(values, 4).reshape(shape)


def signed(*shape):
    """Away from 0 on both sides."""
    return positive(*shape) * np.where(rng.random(shape) < 0.5, -1.0, 1.0)


def case(name, function, wrt=None, family=None, **inputs):
    family = family or current
    tensors = {key: tensor(value) for key, value in inputs.items()}
    floats = [key for key, value in tensors.items() if value.dtype == torch.float64]
    wanted = floats if wrt is None else wrt
    for key in wanted:
        tensors[key].requires_grad_(True)
    outputs = function(**tensors)
    outputs = list(outputs) if isinstance(outputs, (tuple, list)) else [outputs]
    entry = {
        "inputs": {key: pack(value, 9) for key, value in tensors.items()},
        "outputs": [pack(value) for value in outputs],
        "gradients": {},
    }
    if wanted:
        total = 0.0
        for k, output in enumerate(outputs):
            if output.requires_grad:
                index = torch.arange(output.numel(), dtype=torch.float64)
                total = total + (torch.cos(1.3 * index + k).reshape(output.shape) * output).sum()
        found = torch.autograd.grad(total, [tensors[key] for key in wanted], allow_unused=True)
        for key, gradient in zip(wanted, found):
            gradient = torch.zeros_like(tensors[key]) if gradient is None else gradient
            entry["gradients"][key] = pack(gradient)["values"]
    assert name not in families[family], name
    families[family][name] = entry


def start(family, seed=None):
    """With a seed, a family's inputs do not depend on the families before it."""
    global current
    if seed is not None:
        rng.bit_generator.state = np.random.default_rng(seed).bit_generator.state
    current = family
    families[family] = {}


def write():
    for family, cases in families.items():
        lines = ",\n".join(f"{json.dumps(name)}: {json.dumps(entry, separators=(',', ':'))}" for name, entry in cases.items())
        (FOLDER / f"{family}.json").write_text("{\n" + lines + "\n}\n")
        print(family, len(cases), (FOLDER / f"{family}.json").stat().st_size)
