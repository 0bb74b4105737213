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

write()
