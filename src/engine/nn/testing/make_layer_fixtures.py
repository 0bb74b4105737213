"""Layers from PyTorch in float64: outputs, and gradients of every parameter and of x, under Medley's names and layouts.

Usage: python make_layer_fixtures.py   (rewrites ../fixtures/layers.json; needs torch >= 1.13 and numpy)

The gradient is that of sum_k sum(u_k * output_k) with u_k[i] = cos(1.3 i + k).
"""

import json
import math
import pathlib

import numpy as np
import torch
import torch.nn.functional as F

torch.set_default_dtype(torch.float64)
FILE = pathlib.Path(__file__).parent.parent / "fixtures" / "layers.json"
rng = np.random.default_rng(47)
cases = {}


def n(*shape, scale=0.5):
    return torch.tensor(np.round(rng.normal(size=shape) * scale, 3))


def numbers(tensor):
    return [float(f"{value:.10g}") for value in tensor.detach().reshape(-1).tolist()]


def pack(tensor):
    return {"shape": list(tensor.shape), "values": numbers(tensor)}


def case(name, function, inputs, parameters):
    """`function(inputs, parameters)` returns a list of outputs."""
    tensors = {**{f"input {key}": value for key, value in inputs.items() if key == "x"}, **parameters}
    for value in tensors.values():
        value.requires_grad_(True)
    outputs = function(**inputs, p=parameters)
    total = sum((torch.cos(1.3 * torch.arange(y.numel(), dtype=torch.float64) + k).reshape(y.shape) * y).sum() for k, y in enumerate(outputs))
    found = torch.autograd.grad(total, list(tensors.values()))
    cases[name] = {
        "inputs": {key: pack(value) for key, value in inputs.items()},
        "parameters": {key: pack(value) for key, value in parameters.items()},
        "outputs": [pack(value) for value in outputs],
        "gradients": {key.removeprefix("input "): numbers(gradient) for key, gradient in zip(tensors, found)},
    }


# ------------------------------------------------------------------------------------------------ recurrent
TIME, WIDTH, UNITS = 4, 2, 2
LENGTHS = [4, 2, 1]


def mask_of(lengths, time=TIME):
    return torch.tensor((np.arange(time)[:, None] < np.array(lengths)[None, :]).astype(float))[:, :, None]


def reorder(matrix, order):
    return torch.cat([matrix.split(UNITS, -1)[gate] for gate in order], -1)


def recurrent(kind, x, directions):
    """torch's packed LSTM or GRU with weights per direction: (input, recurrent, bias, recurrent bias)."""
    order = (0, 2, 3, 1) if kind == "lstm" else (1, 0, 2)
    gates = 4 if kind == "lstm" else 3
    flat = []
    for w, r, b, inner in directions:
        last = torch.zeros(gates * UNITS) if inner is None else torch.cat([torch.zeros(2 * UNITS), inner])
        flat += [reorder(w, order).T, reorder(r, order).T, reorder(b, order), last]
    packed = torch.nn.utils.rnn.pack_padded_sequence(x, torch.tensor(LENGTHS), enforce_sorted=False)
    zero = torch.zeros(len(directions), x.shape[1], UNITS)
    function = torch._VF.lstm if kind == "lstm" else torch._VF.gru
    data, h, *_ = function(packed.data, packed.batch_sizes, (zero, zero) if kind == "lstm" else zero, flat, True, 1, 0.0, True, len(directions) == 2)
    y, _ = torch.nn.utils.rnn.pad_packed_sequence(torch.nn.utils.rnn.PackedSequence(data, *packed[1:]), total_length=TIME)
    return [y, torch.cat(list(h[:, packed.unsorted_indices]), 1)]


def weights(prefix, gates, inner=False):
    return {f"{prefix}.input": n(WIDTH, gates * UNITS), f"{prefix}.recurrent": n(UNITS, gates * UNITS), f"{prefix}.bias": n(gates * UNITS),
            **({f"{prefix}.recurrent_bias": n(UNITS)} if inner else {})}


def direction(p, prefix):
    return p[f"{prefix}.input"], p[f"{prefix}.recurrent"], p[f"{prefix}.bias"], p.get(f"{prefix}.recurrent_bias")


def gru_before(x, mask, p):
    h, outputs, (w, r, b, _) = torch.zeros(x.shape[1], UNITS), [], direction(p, "gru1")
    for step, alive in zip(x @ w + b, mask):
        zr = (step[:, : 2 * UNITS] + h @ r[:, : 2 * UNITS]).sigmoid()
        z, reset = zr.split(UNITS, 1)
        following = (1 - z) * (step[:, 2 * UNITS :] + (reset * h) @ r[:, 2 * UNITS :]).tanh() + z * h
        h = alive * following + (1 - alive) * h
        outputs.append(alive * following)
    return [torch.stack(outputs), h]


sequence = lambda: {"x": n(TIME, len(LENGTHS), WIDTH, scale=1.0), "mask": mask_of(LENGTHS)}
case("gru", lambda x, mask, p: recurrent("gru", x, [direction(p, "gru1")]), sequence(), weights("gru1", 3, True))
case("gru, reset before", gru_before, sequence(), weights("gru1", 3))
both = lambda p, name: [direction(p, f"{name}.forward"), direction(p, f"{name}.backward")]
case("bidirectional lstm", lambda x, mask, p: recurrent("lstm", x, both(p, "lstm1")), sequence(), {**weights("lstm1.forward", 4), **weights("lstm1.backward", 4)})
case("bidirectional gru", lambda x, mask, p: recurrent("gru", x, both(p, "gru1")), sequence(), {**weights("gru1.forward", 3, True), **weights("gru1.backward", 3, True)})

# ------------------------------------------------------------------------------------------------ attention
HEADS, MODEL, INNER = 2, 4, 6


def linear(name, into, out):
    return {f"{name}.weight": n(into, out), f"{name}.bias": n(out)}


def attention_weights(name, memory=MODEL):
    return {**linear(f"{name}.query", MODEL, MODEL), **linear(f"{name}.key", memory, MODEL), **linear(f"{name}.value", memory, MODEL), **linear(f"{name}.output", MODEL, MODEL)}


def attend(x, p, name, mask=None, memory=None):
    """torch.nn.functional.multi_head_attention_forward; rows without any key (NaN there) get the output bias."""
    memory = x if memory is None else memory
    part = lambda key: (p[f"{name}.{key}.weight"].T, p[f"{name}.{key}.bias"])
    kept = torch.ones(len(x), dtype=torch.bool) if mask is None else mask.sum(1) > 0
    hidden = None if mask is None else mask[kept] == 0
    names = ("query", "key", "value")
    y, _ = F.multi_head_attention_forward(
        x[kept].transpose(0, 1), memory[kept].transpose(0, 1), memory[kept].transpose(0, 1), MODEL, HEADS, None, torch.cat([part(key)[1] for key in names]), None, None, False, 0.0,
        *part("output"), key_padding_mask=hidden, need_weights=False, use_separate_proj_weight=True,
        q_proj_weight=part("query")[0], k_proj_weight=part("key")[0], v_proj_weight=part("value")[0])
    out = p[f"{name}.output.bias"].expand(x.shape).clone()
    return out.index_put((kept.nonzero()[:, 0],), y.transpose(0, 1))


def batch_mask(lengths, time):
    return torch.tensor((np.arange(time)[None, :] < np.array(lengths)[:, None]).astype(float))


case("attention", lambda x, p: [attend(x, p, "attention")], {"x": n(2, 3, MODEL, scale=1.0)}, attention_weights("attention"))
case("attention, mask", lambda x, mask, p: [attend(x, p, "attention", mask)], {"x": n(3, 3, MODEL, scale=1.0), "mask": batch_mask([3, 1, 0], 3)}, attention_weights("attention"))
case("attention, memory", lambda x, memory, mask, p: [attend(x, p, "attention", mask, memory)],
     {"x": n(2, 2, MODEL, scale=1.0), "memory": n(2, 3, 3, scale=1.0), "mask": batch_mask([2, 3], 3)}, attention_weights("attention", 3))


def encoder(activation):
    def function(x, mask, p):
        layer = torch.nn.TransformerEncoderLayer(MODEL, HEADS, INNER, 0.0, activation, batch_first=True, norm_first=True)
        heads = lambda key: [p[f"block1.attention.{part}.{key}"] for part in ("query", "key", "value")]
        values = {
            "self_attn.in_proj_weight": torch.cat(heads("weight"), 1).T, "self_attn.in_proj_bias": torch.cat(heads("bias")),
            "self_attn.out_proj.weight": p["block1.attention.output.weight"].T, "self_attn.out_proj.bias": p["block1.attention.output.bias"],
            **{f"linear{i}.{key}": p[f"block1.dense{i}.{key}"].T for i in (1, 2) for key in ("weight", "bias")},
            **{f"norm{i}.{key}": p[f"block1.norm{i}.{key}"] for i in (1, 2) for key in ("weight", "bias")},
        }
        # The forward pass of `layer` with these tensors in place of its own parameters.
        for key, value in values.items():
            owner = layer.get_submodule(key.rpartition(".")[0])
            delattr(owner, key.rpartition(".")[2])
            setattr(owner, key.rpartition(".")[2], value)
        return [layer(x, src_key_padding_mask=mask == 0)]

    return function


norm = lambda name: {f"{name}.weight": 1 + n(MODEL, scale=0.2), f"{name}.bias": n(MODEL)}
for activation in ("relu", "gelu"):
    parameters = {**norm("block1.norm1"), **attention_weights("block1.attention"), **norm("block1.norm2"), **linear("block1.dense1", MODEL, INNER), **linear("block1.dense2", INNER, MODEL)}
    case(f"transformer layer, {activation}", encoder(activation), {"x": n(2, 3, MODEL, scale=1.0), "mask": batch_mask([3, 2], 3)}, parameters)


def sinusoids(time, width):
    """The formula of the paper, place by place."""
    table = torch.zeros(time, width)
    for step in range(time):
        for i in range(0, width, 2):
            table[step, i] = math.sin(step / 10000 ** (i / width))
            if i + 1 < width:
                table[step, i + 1] = math.cos(step / 10000 ** (i / width))
    return table


case("sinusoidal positions", lambda x, p: [x + sinusoids(4, 5)], {"x": n(2, 4, 5)}, {})
case("sinusoidal positions, time first", lambda x, p: [x + sinusoids(4, 2)[:, None]], {"x": n(4, 2, 2)}, {})
case("learned positions", lambda x, p: [x + p["text.positions"][:3]], {"x": n(2, 3, 2)}, {"text.positions": n(5, 2)})
case("learned positions, too long", lambda x, p: [x + p["text.positions"][[0, 1, 1]]], {"x": n(2, 3, 2)}, {"text.positions": n(2, 2)})

# ------------------------------------------------------------------------------------------------ spatial
filters = lambda *shape: {"conv1.weight": n(*shape), "conv1.bias": n(shape[0])}
conv1d = lambda pads, **options: lambda x, p: [F.conv1d(F.pad(x, pads), p["conv1.weight"], p["conv1.bias"], **options)]
case("conv1d", conv1d((0, 0)), {"x": n(2, 2, 5)}, filters(3, 2, 3))
case("conv1d, same, stride", conv1d((0, 1), stride=2), {"x": n(2, 2, 6)}, filters(2, 2, 3))
case("conv1d, causal, dilated, groups", conv1d((4, 0), dilation=2, groups=2), {"x": n(2, 2, 5)}, filters(4, 1, 3))
scales = lambda channels: {"norm1.weight": 1 + n(channels), "norm1.bias": n(channels)}
group_norm = lambda groups: lambda x, p: [F.group_norm(x, groups, p["norm1.weight"], p["norm1.bias"], 1e-5)]
case("group norm", group_norm(2), {"x": n(2, 4, 2, 3, scale=1.0)}, scales(4))
case("group norm, one group, sequence", group_norm(1), {"x": n(2, 3, 4, scale=1.0)}, scales(3))
case("group norm, every channel", group_norm(3), {"x": n(2, 3, 2, 2, scale=1.0)}, scales(3))
pool = lambda *sizes: lambda x, p: [F.adaptive_avg_pool2d(x, sizes)]
case("adaptive pool, one", pool(1, 1), {"x": n(2, 2, 3, 5)}, {})
case("adaptive pool, even", pool(2, 3), {"x": n(2, 2, 4, 3)}, {})
case("adaptive pool, overlapping bins", pool(3, 2), {"x": n(2, 2, 5, 7)}, {})
case("adaptive pool, larger", pool(4, 3), {"x": n(2, 1, 3, 2)}, {})
lines = ",\n".join(f"{json.dumps(key)}: {json.dumps(value, separators=(',', ':'))}" for key, value in cases.items())
FILE.write_text("{\n" + lines + "\n}\n")
print(len(cases), FILE.stat().st_size)
