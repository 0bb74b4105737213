"""Values and gradients of the operators that came later, in families of their own (make_fixtures.py has the rest).

Usage: python make_wide_fixtures.py   (rewrites its families in ../fixtures; needs torch >= 1.13 and numpy)
"""

import numpy as np
import torch
import torch.nn.functional as nnf

from fixture_cases import case, n, positive, rng, signed, spread, start, tensor, write

# ---------------------------------------------------------------------------------------------- sums
start("sums", 31)
AXES = {"all": (None, False), "first": ((0,), False), "last kept": ((-1,), True), "two": ((0, 2), False), "two kept": ((2, 1), True)}


def product(x, d, k):
    for axis in sorted((axis % x.ndim for axis in d), reverse=True):
        x = x.prod(axis, keepdim=k)
    return x


REDUCE = {
    "ReduceProd": (product, signed),
    "ReduceL1": (lambda x, d, k: x.abs().sum(d, k), signed),
    "ReduceSumSquare": (lambda x, d, k: x.square().sum(d, k), n),
    "ReduceLogSumExp": (lambda x, d, k: torch.logsumexp(x, d, k), n),
}
for op, (function, make) in REDUCE.items():
    for axes, (d, k) in AXES.items():
        dims = (0, 1, 2) if d is None else d
        case(f"{op}/{axes}", lambda x: function(x, dims, k), x=make(2, 3, 4))
    case(f"{op}/one element", lambda x: function(x, (0,), False), x=make(1, 2))
case("ReduceProd/one zero", lambda x: x.prod(1), x=np.array([[0.0, 2.0, 3.0], [1.0, -2.0, 0.0]]))
case("ReduceProd/two zeros", lambda x: x.prod(1), x=np.array([[0.0, 2.0, 0.0], [0.0, 0.0, 0.0]]))
case("ReduceProd/no element", lambda x: x.prod(1), x=np.zeros((2, 0)))
case("ReduceL1/zero", lambda x: x.abs().sum(1), x=np.array([[0.0, 2.0, -3.0]]))
case("ReduceLogSumExp/large", lambda x: torch.logsumexp(x, 1), x=np.array([[1000.0, 999.0, -1000.0], [-1000.0, -1000.0, -1000.0]]))


def running(x, axis, exclusive=False, reverse=False):
    y = x.flip(axis) if reverse else x
    y = y.cumsum(axis) - (y if exclusive else 0)
    return y.flip(axis) if reverse else y


case("CumSum/plain", lambda x: running(x, 1), x=n(2, 4, 2))
case("CumSum/last axis", lambda x: running(x, 2), x=n(2, 2, 3))
case("CumSum/exclusive", lambda x: running(x, 1, exclusive=True), x=n(2, 4))
case("CumSum/reverse", lambda x: running(x, 1, reverse=True), x=n(2, 4))
case("CumSum/exclusive, reverse", lambda x: running(x, 2, exclusive=True, reverse=True), x=n(2, 2, 3))
case("CumSum/one element", lambda x: running(x, 1), x=n(2, 1))
case("CumSum/no element", lambda x: running(x, 1), x=np.zeros((2, 0)))

# ---------------------------------------------------------------------------------------------- activations
start("activations", 32)
S = (2, 3, 2)
LARGE = np.array([-1000.0, -20.0, 0.0, 20.0, 1000.0])
case("Selu/plain", lambda x: nnf.selu(x), x=spread(*S))
case("Selu/zero", lambda x: nnf.selu(x), x=np.array([0.0, 1.5, -2.0]))
case("Gelu/plain", lambda x: nnf.gelu(x), x=n(*S))
case("Gelu/tanh", lambda x: nnf.gelu(x, approximate="tanh"), x=n(*S))
case("Gelu/large", lambda x: nnf.gelu(x), x=LARGE)
case("Gelu/large, tanh", lambda x: nnf.gelu(x, approximate="tanh"), x=LARGE)
case("HardSigmoid/plain", lambda x: nnf.hardsigmoid(x), x=spread(*S, step=0.7))
case("HardSigmoid/corners", lambda x: torch.where((x > -2) & (x < 2), 0.25 * x + 0.5, (x > 0) * 1.0), x=np.array([-2.0, 0.0, 2.0, 3.0, -3.0]))
case("HardSwish/plain", lambda x: nnf.hardswish(x), x=spread(*S, step=0.7))
case("Mish/plain", lambda x: nnf.mish(x), x=n(*S))
case("Mish/large", lambda x: nnf.mish(x), x=LARGE)
case("Softsign/plain", lambda x: nnf.softsign(x), x=spread(*S))
case("Sin/plain", lambda x: torch.sin(x), x=n(*S))
case("Cos/plain", lambda x: torch.cos(x), x=n(*S))
case("Ceil/plain", lambda x: torch.ceil(x), x=np.array([0.3, 1.5, -2.4]))
case("Round/half to even", lambda x: torch.round(x), x=np.array([0.3, 1.5, 2.5, -2.4]))
prelu = lambda x, slope: torch.where(x > 0, x, slope * x)
case("PRelu/one slope", prelu, x=spread(*S), slope=np.array([0.3]))
case("PRelu/slope per channel", prelu, x=spread(*S), slope=positive(3, 1))
case("PRelu/slope per value", prelu, x=spread(*S), slope=n(*S))

# ---------------------------------------------------------------------------------------------- moves
start("moves", 33)
case("Slice/every second", lambda x: x[:, 0:5:2], x=n(2, 5))
case("Slice/every third, cut", lambda x: x[:, 1:6:3], x=n(2, 7, 2))
case("Slice/backwards", lambda x: x.flip(1), x=n(2, 4))
case("Slice/backwards, every second", lambda x: x[:, [4, 2]], x=n(2, 5))
case("Slice/steps on two axes", lambda x: x[:, [5, 2]][:, :, 1:4:2], x=n(2, 6, 5))
case("Slice/nothing, with steps", lambda x: x[:, 3:3], x=n(2, 4))
case("Pad/reflect", lambda x: nnf.pad(x, (1, 2, 2, 1), mode="reflect"), x=n(1, 2, 3, 4))
case("Pad/edge", lambda x: nnf.pad(x, (0, 3, 2, 1), mode="replicate"), x=n(1, 2, 2, 3))
case("Pad/wrap", lambda x: nnf.pad(x, (1, 0, 2, 1), mode="circular"), x=n(1, 2, 3, 2))
case("Pad/edge of one value", lambda x: x.expand(2, 4), x=n(2, 1))
case("Tile/two axes", lambda x: x.repeat(1, 2, 3), x=n(2, 2, 3))
case("Tile/no axis", lambda x: x.repeat(1, 1), x=n(2, 2))
case("Tile/first axis", lambda x: x.repeat(3, 1), x=n(2, 2))
case("Tile/no time", lambda x: x.repeat(1, 0), x=n(2, 2))


def reverse(x, lengths):
    """x [time, batch, ...]"""
    rows = [torch.cat([x[:length, row].flip(0), x[length:, row]]) for row, length in enumerate(lengths.tolist())]
    return torch.stack(rows, 1)


case("ReverseSequence/ragged", reverse, x=n(4, 4, 2), lengths=np.array([4, 2, 1, 0]))
case("ReverseSequence/batch first", lambda x, lengths: reverse(x.transpose(0, 1), lengths).transpose(0, 1), x=n(2, 3), lengths=np.array([3, 2]))
case("Gather/last axis", lambda x, i: x[..., i], x=n(2, 3, 4), i=np.array([3, 0, 3]))
case("Gather/middle axis, matrix of ids", lambda x, i: x[:, i], x=n(2, 3, 2), i=np.array([[2, 0], [1, 2]]))
case("Gather/one id of the last axis", lambda x, i: x[..., i], x=n(2, 2, 3), i=np.array(1))
case("GatherElements/last axis", lambda x, i: x.gather(1, i), x=n(2, 4), i=np.array([[3, 3, 0], [1, 0, 1]]))
case("GatherElements/first axis, fewer", lambda x, i: x.gather(0, i), x=n(4, 3), i=np.array([[3, 0], [3, 1]]))
case("ScatterElements/add", lambda x, i, u: x.scatter_add(1, i, u), x=n(2, 4), i=np.array([[3, 3, 0], [1, 0, 1]]), u=n(2, 3))
case("ScatterElements/write", lambda x, i, u: x.scatter(1, i, u), x=n(2, 4), i=np.array([[3, 2], [1, 0]]), u=n(2, 2))
case("ScatterElements/write, first axis", lambda x, i, u: x.scatter(0, i, u), x=n(3, 2), i=np.array([[2, 0]]), u=n(1, 2))
case("ScatterND/write", lambda x, i, u: x.index_put((i[:, 0],), u), x=n(4, 2), i=np.array([[3], [1]]), u=n(2, 2))
case("TopK/largest", lambda x: x.topk(2), x=spread(2, 2, 4))
case("TopK/smallest, middle axis", lambda x: x.topk(1, 1, False), x=spread(2, 3, 2))
case("TopK/values only", lambda x: x.topk(3).values, x=spread(5))

# ---------------------------------------------------------------------------------------------- windows
start("windows", 34)


def padded_max(x, kernel, stride, pads):
    """pads: top, left, bottom, right"""
    return nnf.max_pool2d(nnf.pad(x, (pads[1], pads[3], pads[0], pads[2]), value=-torch.inf), kernel, stride)


case("MaxPool/overlapping, trained", lambda x: nnf.max_pool2d(x, 3, 2, 1), x=spread(2, 2, 5, 6))
case("MaxPool/stride 1", lambda x: nnf.max_pool2d(x, 2, 1), x=spread(2, 1, 3, 4))
case("MaxPool/gaps", lambda x: nnf.max_pool2d(x, (1, 2), (2, 3)), x=spread(2, 1, 4, 6))
case("MaxPool/uneven pads", lambda x: padded_max(x, (3, 2), (1, 2), (1, 0, 2, 1)), x=spread(1, 2, 3, 4))
case("MaxPool/ceil mode", lambda x: nnf.max_pool2d(x, (2, 3), 2, (0, 1), ceil_mode=True), x=spread(1, 2, 5, 4))
case("MaxPool/one dimension, overlapping", lambda x: nnf.max_pool1d(x, 3, 2, 1), x=spread(2, 2, 6))
case("MaxPool/overlapping ties", lambda x: nnf.max_pool2d(x, 3, 2, 1), x=rng.integers(0, 3, size=(2, 2, 5, 6)).astype(float))
case("AveragePool/overlapping, padding not counted", lambda x: nnf.avg_pool2d(x, 3, 2, 1, count_include_pad=False), x=n(2, 2, 5, 6))
case("AveragePool/overlapping, padding counted", lambda x: nnf.avg_pool2d(x, 3, 2, 1, count_include_pad=True), x=n(2, 2, 5, 6))
case("AveragePool/stride 1", lambda x: nnf.avg_pool2d(x, 2, 1), x=n(2, 1, 3, 4))
case("AveragePool/gaps", lambda x: nnf.avg_pool2d(x, (1, 2), (2, 3)), x=n(2, 1, 4, 6))
case("AveragePool/ceil mode", lambda x: nnf.avg_pool2d(x, (2, 3), 2, (0, 1), ceil_mode=True, count_include_pad=False), x=n(1, 2, 5, 4))
case("AveragePool/one dimension, overlapping", lambda x: nnf.avg_pool1d(x, 3, 2, 1), x=n(2, 2, 6))
nearest = lambda *size: lambda x: nnf.interpolate(x, size, mode="nearest")
bilinear = lambda *size, corners=False: lambda x: nnf.interpolate(x, size, mode="bilinear", align_corners=corners)
case("Resize/nearest, whole factors", nearest(4, 9), x=n(2, 2, 2, 3))
case("Resize/nearest, one axis", nearest(2, 6), x=n(1, 2, 2, 3))
case("Resize/nearest, any factor", nearest(5, 2), x=n(1, 2, 3, 4))
case("Resize/nearest, one dimension", nearest(6), x=n(1, 2, 4))
case("Resize/linear", bilinear(4, 6), x=n(2, 1, 2, 3))
case("Resize/linear, smaller", bilinear(2, 3), x=n(1, 2, 5, 4))
case("Resize/linear, corners", bilinear(3, 7, corners=True), x=n(1, 2, 2, 4))
case("Resize/linear, one dimension", lambda x: nnf.interpolate(x, 5, mode="linear"), x=n(2, 2, 3))
case("Resize/linear, from one", bilinear(3, 2), x=n(1, 2, 1, 1))
case("Resize/linear, to one", bilinear(1, 1), x=n(1, 2, 3, 2))
case("Resize/same", bilinear(2, 3), x=n(1, 2, 2, 3))
case("Resize/linear, scales", lambda x: nnf.interpolate(x, scale_factor=(2.6, 0.6), mode="bilinear", recompute_scale_factor=False), x=n(1, 1, 3, 5))

# ---------------------------------------------------------------------------------------------- layers
start("layers", 35)
k = lambda *shape: n(*shape, scale=0.5)
norm_layer = lambda *axes: lambda x, scale, bias: nnf.layer_norm(x, axes, scale, bias, 1e-3)
norm_instance = lambda x, scale, bias: nnf.instance_norm(x, weight=scale, bias=bias, eps=1e-3)
case("LayerNormalization/two axes", norm_layer(2, 3), x=n(2, 2, 2, 3), scale=positive(2, 3), bias=n(2, 3))
case("LayerNormalization/all but the batch", norm_layer(2, 3), x=n(2, 2, 3), scale=positive(2, 3), bias=n(2, 3))
case("InstanceNormalization/pictures", norm_instance, x=n(2, 2, 2, 3), scale=positive(2), bias=n(2))
case("InstanceNormalization/sequences", norm_instance, x=n(2, 3, 4), scale=positive(3), bias=n(3))
case("InstanceNormalization/one value", lambda x, scale, bias: (x - x) * scale[:, None] + bias[:, None], x=n(2, 2, 1), scale=positive(2), bias=n(2))
case("Softmax/first", lambda x: torch.softmax(x, 0), x=n(3, 2))
case("LogSoftmax/first", lambda x: torch.log_softmax(x, 0), x=n(3, 2))
case("MatMul/no inner size", lambda a, b: a @ b, a=np.zeros((2, 0)), b=np.zeros((0, 3)))
case("MatMul/four by three dimensions", lambda a, b: a @ b, a=n(2, 3, 2, 2), b=n(3, 2, 1))


def conv(x, w, b=None, strides=None, pads=None, dilations=None, group=1):
    """pads: all begins, then all ends"""
    rank = x.ndim - 2
    pads = pads or [0] * (2 * rank)
    ends = [size for axis in reversed(range(rank)) for size in (pads[axis], pads[axis + rank])]
    function = (nnf.conv1d, nnf.conv2d)[rank - 1]
    return function(nnf.pad(x, ends), w, b, stride=strides or 1, dilation=dilations or 1, groups=group)


# 5 and 4 by strides of 2: 3 and 2 windows of 3, one of 2 rows of padding at each end, one of 1 column at one end.
case("Conv/same, end", lambda x, w: conv(x, w, strides=(2, 2), pads=(1, 0, 1, 1)), x=n(2, 2, 5, 4), w=k(2, 2, 3, 3))
case("Conv/same, begin", lambda x, w: conv(x, w, strides=(2, 1), pads=(1, 1, 0, 0)), x=n(1, 2, 4, 3), w=k(2, 2, 3, 2))
case("Conv/one dimension, same, dilated", lambda x, w: conv(x, w, dilations=(2,), pads=(2, 2)), x=n(2, 2, 5), w=k(2, 2, 3))
case("Conv/depthwise, multiplier, stride", lambda x, w, b: conv(x, w, b, strides=(2, 2), pads=(0, 1, 1, 0), group=2), x=n(2, 2, 4, 5), w=k(4, 1, 3, 2), b=n(4))
case("Conv/one dimension, depthwise", lambda x, w: conv(x, w, pads=(2, 0), group=3), x=n(2, 3, 5), w=k(3, 1, 3))
case("Conv/groups, dilation, pads", lambda x, w: conv(x, w, dilations=(2, 1), pads=(2, 1, 1, 0), group=2), x=n(1, 4, 4, 3), w=k(4, 2, 2, 2))
case("Conv/one by one, stride", lambda x, w: conv(x, w, strides=(2, 2)), x=n(2, 3, 4, 5), w=k(2, 3, 1, 1))
case("Conv/no row", lambda x, w, b: torch.zeros(0, 2, 3, 4), wrt=[], x=np.zeros((0, 2, 3, 4)), w=k(2, 2, 3, 3), b=n(2))
case("Reshape/nothing", lambda x: x.reshape(3, 0, 2), x=np.zeros((0, 6)))


def transposed(x, w, b=None, strides=None, pads=None, dilations=None, group=1, extra=None):
    """ONNX's ConvTranspose: the full result, cut by `pads` at each side, `extra` more at the end."""
    rank = x.ndim - 2
    pads, extra = pads or [0] * (2 * rank), extra or [0] * rank
    function = (nnf.conv_transpose1d, nnf.conv_transpose2d)[rank - 1]
    full = function(x, w, None, stride=strides or 1, dilation=dilations or 1, groups=group)
    full = nnf.pad(full, [size for axis in reversed(range(rank)) for size in (-pads[axis], extra[axis] - pads[axis + rank])])
    return full if b is None else full + b.reshape(-1, *[1] * rank)


case("ConvTranspose/one dimension", lambda x, w: transposed(x, w, strides=(3,), pads=(1, 0)), x=n(2, 2, 3), w=k(2, 2, 2))
case("ConvTranspose/uneven pads, bias", lambda x, w, b: transposed(x, w, b, strides=(2, 1), pads=(0, 1, 1, 2)), x=n(1, 2, 3, 4), w=k(2, 2, 3, 3), b=n(2))
case("ConvTranspose/groups, dilation, pads", lambda x, w: transposed(x, w, strides=(2, 2), pads=(1, 0, 0, 1), dilations=(1, 2), group=2), x=n(1, 4, 2, 3), w=k(4, 2, 2, 2))
case("ConvTranspose/depthwise", lambda x, w, b: transposed(x, w, b, strides=(2, 2), pads=(1, 1, 1, 1), group=3, extra=(1, 1)), x=n(2, 3, 2, 3), w=k(3, 1, 3, 3), b=n(3))

# ---------------------------------------------------------------------------------------------- gru
start("gru", 36)
H = 2


def gru(projected, recurrent, lengths, after, bias=None):
    """Written out: gates z, r, h; output 0 and state kept past a row's length."""
    h, outputs = torch.zeros(projected.shape[1], recurrent.shape[0]), []
    hidden = recurrent.shape[0]
    for step, x in enumerate(projected):
        z, r = (x[:, : 2 * hidden] + h @ recurrent[:, : 2 * hidden]).sigmoid().split(hidden, 1)
        weight, inner = recurrent[:, 2 * hidden :], x[:, 2 * hidden :]
        product = r * (h @ weight + (0 if bias is None else bias)) if after else (r * h) @ weight
        following = (1 - z) * (inner + product).tanh() + z * h
        alive = (torch.tensor(lengths) > step).to(torch.float64)[:, None]
        h = alive * following + (1 - alive) * h
        outputs.append(alive * following)
    return torch.stack(outputs), h


def mask(time, lengths):
    return (np.arange(time)[:, None] < np.array(lengths)[None, :]).astype(float)[:, :, None]


def torch_gru(x, input, recurrent, bias, recurrentBias, lengths):
    """torch.nn.GRU on packed rows; PyTorch's gates are r, z, n, its reset comes after the product."""
    order = lambda m: torch.cat([m.split(H, -1)[gate] for gate in (1, 0, 2)], -1)
    weights = [order(input).T, order(recurrent).T, order(bias), torch.cat([torch.zeros(2 * H), recurrentBias])]
    packed = torch.nn.utils.rnn.pack_padded_sequence(x, torch.tensor(lengths), enforce_sorted=False)
    start = torch.zeros(1, x.shape[1], H)
    data, h = torch._VF.gru(packed.data, packed.batch_sizes, start, weights, True, 1, 0.0, True, False)
    y = torch.nn.utils.rnn.PackedSequence(data, *packed[1:])
    return torch.nn.utils.rnn.pad_packed_sequence(y, total_length=x.shape[0])[0], h[0][packed.unsorted_indices]


for reset in ("after", "before"):
    after = reset == "after"
    biases = lambda: {"bias": n(H)} if after else {}
    for variant, (time, lengths) in {"full": (3, [3, 3]), "ragged": (4, [4, 2, 1]), "empty row": (3, [2, 0, 3]), "one step": (1, [1, 1]), "one row": (3, [2])}.items():
        inputs = {"projected": n(time, len(lengths), 3 * H), "recurrent": n(H, 3 * H, scale=0.7), "mask": mask(time, lengths), **biases()}
        wrt = [key for key in inputs if key != "mask"]
        run = lambda projected, recurrent, mask, bias=None: gru(projected, recurrent, lengths, after, bias)
        case(f"Gru/{variant}, {reset}", run, wrt=wrt, **inputs)
        case(f"Gru/{variant}, {reset}, sequence", lambda **i: run(**i)[0], wrt=wrt, **inputs)
        case(f"Gru/{variant}, {reset}, last", lambda **i: run(**i)[1], wrt=wrt, **inputs)
    case(f"Gru/long row, {reset}", lambda projected, recurrent, mask: gru(projected, recurrent, [12, 7], after), wrt=["projected", "recurrent"],
         projected=n(12, 2, 3), recurrent=n(1, 3), mask=mask(12, [12, 7]))
    lengths = [4, 1, 2]
    layer = {"x": n(4, 3, 2), "input": k(2, 3 * H), "recurrent": k(H, 3 * H), "bias": k(3 * H), **({"recurrentBias": n(H)} if after else {})}
    if after:
        run = lambda x, input, recurrent, bias, recurrentBias: torch_gru(x, input, recurrent, bias, recurrentBias, lengths)
    else:
        run = lambda x, input, recurrent, bias: gru(x @ input + bias, recurrent, lengths, False)
    case(f"Gru/layer, {reset}", lambda mask, **i: run(**i), wrt=list(layer), mask=mask(4, lengths), **layer)
    case(f"GRU/layer, {reset}", lambda lengths, **i: run(**i), wrt=[], lengths=np.array(lengths, dtype=np.int32), **layer)

write()
