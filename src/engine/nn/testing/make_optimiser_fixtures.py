"""Trajectories of Lion (the paper's algorithm 2 in numpy), of AdamW with groups and of averaged weights (torch, float64).

Usage: python make_optimiser_fixtures.py   (rewrites ../fixtures/more-optimisers.json; needs torch >= 1.13 and numpy)
"""

import json
import pathlib

import numpy as np
import torch

torch.set_default_dtype(torch.float64)
FILE = pathlib.Path(__file__).parent.parent / "fixtures" / "more-optimisers.json"
rng = np.random.default_rng(43)
STEPS = 8


def n(*shape, scale=1.0):
    return np.round(rng.normal(size=shape) * scale, 3)


def numbers(array):
    array = array.detach().numpy() if isinstance(array, torch.Tensor) else array
    return [float(f"{value:.12g}") for value in array.reshape(-1).tolist()]


def gradients(shapes):
    """A zero and tiny gradients are among them."""
    steps = [{name: n(*shape, scale=10.0 ** -(step % 3)) for name, shape in shapes.items()} for step in range(STEPS)]
    next(iter(steps[0].values())).reshape(-1)[0] = 0.0
    return steps


cases = {}


def case(name, shapes, run):
    start = {key: n(*shape) for key, shape in shapes.items()}
    steps = gradients(shapes)
    trajectory = run({key: value.copy() for key, value in start.items()}, steps)
    cases[name] = {
        "start": {key: {"shape": list(value.shape), "values": numbers(value)} for key, value in start.items()},
        "steps": [{"gradients": {key: numbers(value) for key, value in step.items()}, "state": {key: numbers(value) for key, value in state.items()}}
                  for step, state in zip(steps, trajectory)],
    }


def lion(lr=0.01, beta1=0.9, beta2=0.99, decay=0.0):
    def run(parameters, steps):
        m = {key: np.zeros_like(value) for key, value in parameters.items()}
        for step in steps:
            for key, g in step.items():
                c = beta1 * m[key] + (1 - beta1) * g
                parameters[key] = parameters[key] - lr * (np.sign(c) + decay * parameters[key])
                m[key] = beta2 * m[key] + (1 - beta2) * g
            yield {**parameters, **{f"lion.m/{key}": value for key, value in m.items()}}

    return run


def groups(parameters, steps):
    tensors = {key: torch.tensor(value, requires_grad=True) for key, value in parameters.items()}
    optimiser = torch.optim.AdamW([{"params": [tensors["dense1.weight"]], "weight_decay": 0.1},
                                   {"params": [tensors["dense1.bias"], tensors["norm1.weight"]], "weight_decay": 0.0}], lr=0.01)
    for step in steps:
        for key, g in step.items():
            tensors[key].grad = torch.tensor(g)
        optimiser.step()
        yield {key: value.detach().clone() for key, value in tensors.items()}


def averaged(decay, mean_first):
    def run(parameters, steps):
        class Model(torch.nn.Module):
            def __init__(self):
                super().__init__()
                self.w = torch.nn.Parameter(torch.tensor(parameters["w"]))

        def rule(average, parameter, count):
            kept = min(decay, int(count) / (int(count) + 1)) if mean_first else decay
            return kept * average + (1 - kept) * parameter

        model = Model()
        average = torch.optim.swa_utils.AveragedModel(model, avg_fn=rule)
        optimiser = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9)
        for step in steps:
            model.w.grad = torch.tensor(step["w"])
            optimiser.step()
            average.update_parameters(model)
            yield {"w": model.w.detach().clone(), "average/w": average.module.w.detach().clone()}

    return run


case("lion", {"w": (2, 3)}, lion())
case("lion, settings", {"dense1.weight": (2, 2), "dense1.bias": (2,)}, lion(lr=0.02, beta1=0.8, beta2=0.9, decay=0.3))
case("adamw, groups", {"dense1.weight": (2, 2), "dense1.bias": (2,), "norm1.weight": (2,)}, groups)
case("averaged", {"w": (2, 2)}, averaged(0.8, False))
case("averaged, warm-up", {"w": (2, 2)}, averaged(0.8, True))
lines = ",\n".join(f"{json.dumps(key)}: {json.dumps(value, separators=(',', ':'))}" for key, value in cases.items())
FILE.write_text("{\n" + lines + "\n}\n")
print(FILE.stat().st_size)
