"""Values and gradients of every operator from PyTorch in float64, for the operator harness.

Usage: python make_fixtures.py   (rewrites ../fixtures/<family>.json; needs torch >= 1.13 and numpy)

A case is named `<Operator>/<variant>`; the TypeScript row of that name builds the same function. Inputs have few
decimals, so that the file holds exactly what PyTorch saw. The gradient is that of sum_k sum(u_k * output_k) with
u_k[i] = cos(1.3 i + k), for the inputs named in `wrt`.
"""

import numpy as np
import torch
import torch.nn.functional as nnf

from fixture_cases import case, n, positive, rng, signed, spread, start, tensor, write

# ---------------------------------------------------------------------------------------------- pointwise
start("pointwise")
S = (2, 3, 2)
case("Identity/plain", lambda x: x * 1, x=n(*S))
case("Neg/plain", lambda x: -x, x=n(*S))
case("Neg/one element", lambda x: -x, x=n(1, 1))
case("Neg/no element", lambda x: -x, x=np.zeros((0, 3)))
case("Abs/plain", lambda x: x.abs(), x=spread(*S))
case("Abs/zero", lambda x: x.abs(), x=np.array([0.0, 1.5, -2.0]))
case("Sign/plain", lambda x: x.sign(), x=np.array([0.0, 1.5, -2.0]))
case("Floor/plain", lambda x: x.floor(), x=np.array([0.3, 1.5, -2.4]))
case("Exp/plain", lambda x: x.exp(), x=n(*S))
case("Log/plain", lambda x: x.log(), x=positive(*S))
case("Sqrt/plain", lambda x: x.sqrt(), x=positive(*S))
case("Sqrt/zero", lambda x: x.sqrt(), x=np.array([0.0, 1.5]))
case("Reciprocal/plain", lambda x: 1 / x, x=signed(*S))
case("Sigmoid/plain", lambda x: x.sigmoid(), x=n(*S))
case("Sigmoid/large", lambda x: x.sigmoid(), x=np.array([-1000.0, -50.0, 50.0, 1000.0]))
case("Tanh/plain", lambda x: x.tanh(), x=n(*S))
case("Relu/plain", lambda x: x.relu(), x=spread(*S))
case("Relu/zero", lambda x: x.relu(), x=np.array([0.0, 1.5, -2.0]))
case("LeakyRelu/plain", lambda x: nnf.leaky_relu(x, 0.2), x=spread(*S))
case("LeakyRelu/zero", lambda x: nnf.leaky_relu(x), x=np.array([0.0, 1.5, -2.0]))
case("Elu/plain", lambda x: nnf.elu(x, 0.7), x=spread(*S))
case("Elu/zero", lambda x: nnf.elu(x), x=np.array([0.0, 1.5, -2.0]))
case("Softplus/plain", lambda x: nnf.softplus(x), x=n(*S))
case("Softplus/large", lambda x: nnf.softplus(x), x=np.array([-1000.0, -30.0, 30.0, 1000.0]))
case("Erf/plain", lambda x: torch.erf(x), x=n(*S))
case("Not/plain", lambda x: ~x, x=np.array([[True, False], [False, False]]))
case("Clip/both", lambda x: x.clamp(-0.52, 0.33), x=spread(*S))
case("Clip/low", lambda x: x.clamp(min=-0.52), x=spread(*S))
case("Clip/high", lambda x: x.clamp(max=0.33), x=spread(*S))
case("Clip/bounds", lambda x: x.clamp(-0.5, 0.5), x=np.array([-0.5, 0.5, 0.75, -1.0]))
case("Cast/integers", lambda x: x.to(torch.float64), x=np.array([[1, -2], [300, 4]], dtype=np.int32))
case("Cast/bytes", lambda x: x.to(torch.float64), x=np.array([[1, 2], [255, 4]], dtype=np.uint8))
case("Cast/through integers", lambda x: x.to(torch.int32).to(torch.float64) * x, x=np.array([[1.25, -2.5], [3.75, 4.5]]))

PAIRS = {
    "same": ((2, 3, 4, 5), (2, 3, 4, 5)),
    "scalar": ((2, 3, 4, 5), ()),
    "vector": ((2, 3, 4, 5), (5,)),
    "matrix": ((2, 3, 4, 5), (4, 5)),
    "both ways": ((1, 4, 5), (2, 3, 1, 1)),
    "left shorter": ((3, 4, 5), (2, 1, 1, 1)),
    "crossed": ((2, 1, 1, 5), (1, 3, 4, 1)),
}
BINARY = {
    "Add": (lambda a, b: a + b, n, n),
    "Sub": (lambda a, b: a - b, n, n),
    "Mul": (lambda a, b: a * b, n, n),
    "Div": (lambda a, b: a / b, n, signed),
    "Pow": (lambda a, b: a**b, positive, n),
    "Max": (lambda a, b: torch.maximum(a, b), lambda *s: spread(*s, step=0.06), lambda *s: spread(*s, step=0.06) + 0.03),
    "Min": (lambda a, b: torch.minimum(a, b), lambda *s: spread(*s, step=0.06), lambda *s: spread(*s, step=0.06) + 0.03),
}
for op, (function, left, right) in BINARY.items():
    for pair, (a, b) in PAIRS.items():
        case(f"{op}/{pair}", function, a=left(*a), b=right(*b))
    case(f"{op}/one element", function, a=left(1), b=right(1, 1))
    case(f"{op}/no element", function, a=np.zeros((0, 2)), b=right(2))
for pair, (a, b) in PAIRS.items():
    case(f"Where/{pair}", lambda c, a, b: torch.where(c, a, b), c=rng.random(b) < 0.5, a=n(*a), b=n(*b))
case("Where/wide condition", lambda c, a, b: torch.where(c, a, b), c=rng.random((2, 3, 4)) < 0.5, a=n(4), b=n(3, 1))
case("Where/masked input", lambda x: torch.where(x > 0, torch.where(x > 0, x, torch.ones_like(x)).sqrt(), torch.zeros_like(x)), x=signed(2, 3))
case("Div/by itself", lambda x: x / x, x=signed(2, 3))
case("Mul/square", lambda x: x * x, x=n(2, 3))
case("Pow/negative base", lambda a, b: a**b, wrt=["a"], a=signed(2, 3), b=np.array([2.0, 3.0, -1.0]))
case("Pow/zero base", lambda a, b: a**b, a=np.array([0.0, 0.0, 0.0, 2.0]), b=np.array([2.0, 0.0, 1.0, 0.0]))
case("Max/ties", lambda a, b: torch.maximum(a, b), a=np.array([1.0, 2.0, -1.0]), b=np.array([1.0, 1.0, -1.0]))
case("Min/ties", lambda a, b: torch.minimum(a, b), a=np.array([1.0, 2.0, -1.0]), b=np.array([1.0, 1.0, -1.0]))
# torch.amax shares ties evenly among all winners; that is the rule for more than two operands.
many = lambda reduce: lambda a, b, c: reduce(torch.stack(torch.broadcast_tensors(a, b, c)), dim=0)
case("Max/three", many(torch.amax), a=spread(2, 3), b=spread(3) + 0.03, c=spread(2, 1) + 0.06)
case("Min/three", many(torch.amin), a=spread(2, 3), b=spread(3) + 0.03, c=spread(2, 1) + 0.06)
case("Max/three ties", many(torch.amax), a=np.array([1.0, 0.0]), b=np.array([1.0, 5.0]), c=np.array([1.0, 5.0]))
case("Min/three ties", many(torch.amin), a=np.array([1.0, 0.0]), b=np.array([1.0, -5.0]), c=np.array([1.0, -5.0]))
truth = {"a": np.array([[True, False], [True, False]]), "b": np.array([True, False])}
case("And/plain", lambda a, b: a & b, **truth)
case("Or/plain", lambda a, b: a | b, **truth)
order = {"a": np.array([[1.0, 2.0, 3.0], [3.0, 2.0, 1.0]]), "b": np.array([2.0, 2.0, 2.0])}
for op, function in {"Equal": torch.eq, "Greater": torch.gt, "GreaterOrEqual": torch.ge, "Less": torch.lt, "LessOrEqual": torch.le}.items():
    case(f"{op}/plain", lambda a, b: function(a, b), wrt=[], **order)
    case(f"{op}/as a factor", lambda a, b: function(a, b).to(torch.float64) * a, **order)

# ---------------------------------------------------------------------------------------------- reduce
start("reduce")
AXES = {"all": (None, False), "first": ((0,), False), "last kept": ((-1,), True), "two": ((0, 2), False), "two kept": ((2, 1), True)}
REDUCE = {
    "ReduceSum": (lambda x, d, k: x.sum(d, k), n),
    "ReduceMean": (lambda x, d, k: x.mean(d, k), n),
    "ReduceMax": (lambda x, d, k: x.amax(d, k), spread),
    "ReduceMin": (lambda x, d, k: x.amin(d, k), spread),
    "ReduceL2": (lambda x, d, k: x.square().sum(d, k).sqrt(), n),
}
for op, (function, make) in REDUCE.items():
    for axes, (d, k) in AXES.items():
        dims = (0, 1, 2) if d is None else d
        case(f"{op}/{axes}", lambda x: function(x, dims, k), x=make(2, 3, 4))
    case(f"{op}/one element", lambda x: function(x, (0,), False), x=make(1, 2) + 0.02)
case("ReduceSum/no element", lambda x: x.sum(0), wrt=[], x=np.zeros((0, 3)))
case("ReduceMax/ties", lambda x: x.amax(1), x=np.array([[1.0, 3.0, 3.0], [2.0, 2.0, 2.0]]))
case("ReduceMin/ties", lambda x: x.amin(1), x=np.array([[1.0, 3.0, 1.0], [2.0, 2.0, 2.0]]))
case("ReduceL2/zero", lambda x: torch.linalg.vector_norm(x, dim=1), x=np.array([[0.0, 0.0], [3.0, 4.0]]))
for op, function in {"Softmax": torch.softmax, "LogSoftmax": torch.log_softmax}.items():
    case(f"{op}/last", lambda x: function(x, -1), x=n(2, 3, 4))
    case(f"{op}/middle", lambda x: function(x, 1), x=n(2, 3, 4))
    case(f"{op}/large", lambda x: function(x, -1), x=np.array([[1000.0, 0.0, -1000.0], [-1000.0, -1000.0, -1000.0]]))
    case(f"{op}/one class", lambda x: function(x, -1), x=n(2, 1))

# ---------------------------------------------------------------------------------------------- matmul
start("matmul")
for variant, (a, b) in {
    "plain": ((3, 4), (4, 2)), "one element": ((1, 1), (1, 1)), "batch by matrix": ((2, 3, 4), (4, 2)),
    "two batch axes by matrix": ((2, 3, 2, 4), (4, 2)), "batches": ((2, 3, 4), (2, 4, 2)), "crossed batches": ((2, 1, 3, 4), (1, 3, 4, 2)),
    "matrix by batch": ((3, 4), (2, 4, 2)), "shared right": ((2, 3, 4), (1, 4, 2)), "no row": ((0, 4), (4, 2)),
}.items():
    case(f"MatMul/{variant}", lambda a, b: a @ b, a=n(*a), b=n(*b))
t = lambda x, swap: x.T if swap else x
for variant, (ta, tb) in {"plain": (0, 0), "left": (1, 0), "right": (0, 1), "both": (1, 1)}.items():
    shapes = {"a": (4, 3) if ta else (3, 4), "b": (2, 4) if tb else (4, 2)}
    case(f"Gemm/{variant}", lambda a, b: t(a, ta) @ t(b, tb), a=n(*shapes["a"]), b=n(*shapes["b"]))
    case(f"Gemm/{variant} scaled", lambda a, b, c: 0.5 * t(a, ta) @ t(b, tb) + 2.0 * c, a=n(*shapes["a"]), b=n(*shapes["b"]), c=n(2))
for variant, c in {"scalar": (), "row": (1, 2), "column": (3, 1), "matrix": (3, 2)}.items():
    case(f"Gemm/bias {variant}", lambda a, b, c: a @ b + c, a=n(3, 4), b=n(4, 2), c=n(*c))
case("FusedMatMul/right", lambda a, b: a @ b.transpose(1, 2), wrt=[], a=n(2, 3, 4), b=n(2, 2, 4))
case("FusedMatMul/left", lambda a, b: a.transpose(1, 2) @ b, wrt=[], a=n(2, 4, 3), b=n(2, 4, 2))

# ---------------------------------------------------------------------------------------------- shape
start("shape")
case("Reshape/plain", lambda x: x.reshape(3, 4), x=n(2, 6))
case("Reshape/inferred", lambda x: x.reshape(2, 6), x=n(2, 3, 2))
case("Reshape/merged", lambda x: x.reshape(6, 2), x=n(2, 3, 2))
case("Transpose/perm", lambda x: x.permute(2, 0, 1), x=n(2, 3, 4))
case("Transpose/reversed", lambda x: x.permute(2, 1, 0), x=n(2, 3, 4))
case("Unsqueeze/two", lambda x: x[:, None, :, None], x=n(2, 3))
case("Unsqueeze/from the end", lambda x: x[..., None], x=n(2, 3))
case("Squeeze/two", lambda x: x.reshape(2, 3), x=n(2, 1, 3, 1))
case("Squeeze/from the end", lambda x: x.reshape(2, 1, 3), x=n(2, 1, 3, 1))
case("Concat/second axis", lambda a, b, c: torch.cat([a, b, c], 1), a=n(2, 1, 2), b=n(2, 3, 2), c=n(2, 2, 2))
case("Concat/last axis", lambda a, b: torch.cat([a, b], -1), a=n(2, 1), b=n(2, 3))
case("Concat/with itself", lambda x: torch.cat([x, x], 1), x=n(2, 2))
case("Concat/nothing", lambda a, b: torch.cat([a, b], 1), a=np.zeros((2, 0)), b=n(2, 3))
case("Slice/middle", lambda x: x[:, 1:3], x=n(2, 4))
case("Slice/from the end", lambda x: x[:, -3:-1], x=n(2, 4))
case("Slice/two axes", lambda x: x[:, 1:2, 0:3], x=n(2, 3, 4))
case("Slice/beyond", lambda x: x[:, 2:], x=n(2, 4))
case("Slice/step", lambda x: x[:, ::2], wrt=[], x=n(2, 5))
case("Slice/empty", lambda x: x[:, 2:2], x=n(2, 4))
case("Split/uneven", lambda x: torch.split(x, [1, 3, 2], 1), x=n(2, 6))
case("Split/one used", lambda x: torch.split(x, [1, 3, 2], 1)[1], x=n(2, 6))
case("Pad/both sides", lambda x: nnf.pad(x, (1, 2, 0, 1)), x=n(2, 2, 3))
case("Pad/shift", lambda x: nnf.pad(x, (1, -1)), x=n(2, 4))
case("Shape/plain", lambda x: torch.tensor([2, 3, 4]), wrt=[], x=n(2, 3, 4))
case("Expand/new axes", lambda x: x.expand(2, 3, 4), x=n(3, 1))
case("Expand/one sided", lambda x: x.expand(2, 3), x=n(1, 3))
case("Expand/smaller target", lambda x: x * 1, x=n(2, 3))

# ---------------------------------------------------------------------------------------------- indexing
start("indexing")
case("Gather/repeated", lambda x, i: x[i], x=n(5, 3), i=np.array([1, 4, 1, 1]))
case("Gather/matrix of ids", lambda x, i: x[i.long()], x=n(5, 2), i=np.array([[0, 1, 1], [4, 0, 0]], dtype=np.int32))
case("Gather/one id", lambda x, i: x[i], x=n(5, 3), i=np.array(2))
case("Gather/second axis", lambda x, i: x[:, i], wrt=[], x=n(2, 5), i=np.array([1, 4, 1]))
case("ScatterND/rows", lambda x, i, u: x.index_add(0, i[:, 0], u), x=n(4, 2), i=np.array([[1], [3], [1]]), u=n(3, 2))
case("ScatterND/elements", lambda x, i, u: x.index_put((i[:, 0], i[:, 1]), u, accumulate=True), x=n(3, 2), i=np.array([[1, 0], [2, 1], [1, 0]]), u=n(3))
case("GatherND/rows", lambda x, i: x[i[:, 0]], x=n(4, 2), i=np.array([[1], [3], [1]]))
case("GatherND/elements", lambda x, i: x[i[:, 0], i[:, 1]], x=n(3, 2), i=np.array([[1, 0], [2, 1], [1, 0]]))

# ---------------------------------------------------------------------------------------------- conv
start("conv")


def convolution(strides=(1, 1), pads=(0, 0, 0, 0), dilations=(1, 1), group=1, half=False):
    def function(x, w, b=None):
        padded = nnf.pad(x, (pads[1], pads[3], pads[0], pads[2]))
        return nnf.conv2d(padded, w, b, stride=strides, dilation=dilations, groups=group)

    return function


k = lambda *shape: n(*shape, scale=0.5)
case("Conv/1x1", convolution(), x=n(2, 3, 3, 2), w=k(2, 3, 1, 1))
case("Conv/3x3", convolution(), x=n(2, 2, 5, 4), w=k(3, 2, 3, 3), b=n(3))
case("Conv/same", convolution(pads=(1, 1, 1, 1)), x=n(2, 2, 3, 4), w=k(2, 2, 3, 3), b=n(2))
case("Conv/uneven pads", convolution(pads=(0, 1, 2, 0)), x=n(1, 2, 4, 3), w=k(2, 2, 3, 2))
case("Conv/wide pads", convolution(pads=(3, 2, 2, 3)), x=n(1, 2, 2, 3), w=k(2, 2, 2, 2))
case("Conv/stride", convolution(strides=(2, 2)), x=n(2, 2, 6, 5), w=k(2, 2, 3, 2))
case("Conv/stride and pads", convolution(strides=(2, 3), pads=(1, 1, 0, 2)), x=n(1, 2, 7, 6), w=k(2, 2, 3, 3), b=n(2))
case("Conv/stride over gaps", convolution(strides=(3, 3)), x=n(1, 1, 8, 7), w=k(2, 1, 2, 2))
case("Conv/dilation", convolution(dilations=(2, 1)), x=n(1, 2, 6, 4), w=k(2, 2, 3, 2))
case("Conv/dilation, stride, pads", convolution(strides=(2, 1), dilations=(1, 2), pads=(1, 1, 1, 1)), x=n(2, 2, 5, 5), w=k(2, 2, 2, 3))
case("Conv/groups", convolution(group=2), x=n(2, 4, 4, 3), w=k(4, 2, 2, 2), b=n(4))
case("Conv/depthwise", convolution(group=3, pads=(1, 1, 1, 1)), x=n(1, 3, 4, 4), w=k(3, 1, 3, 3))
case("Conv/groups, stride, pads", convolution(group=2, strides=(2, 2), pads=(1, 0, 1, 1)), x=n(1, 4, 5, 5), w=k(2, 2, 3, 3))
case("Conv/whole input", convolution(), x=n(2, 2, 3, 3), w=k(2, 2, 3, 3))
case("Conv/one dimension", lambda x, w: nnf.conv1d(nnf.pad(x, (1, 0)), w, stride=2), x=n(2, 2, 7), w=k(3, 2, 3))
case("Conv/one dimension, plain", lambda x, w, b: nnf.conv1d(x, w, b), x=n(2, 2, 6), w=k(3, 2, 3), b=n(3))
case("Conv/patches", convolution(pads=(1, 1, 1, 1)), x=n(2, 16, 3, 4, scale=0.5), w=n(2, 16, 3, 3, scale=0.3), b=n(2))
case("Conv/patches, no bias, 2x1", convolution(pads=(0, 0, 1, 0)), x=n(2, 16, 3, 3, scale=0.5), w=n(3, 16, 2, 1, scale=0.3))
case("Conv/two share patches", lambda x, v, w: convolution()(x, v) * convolution()(x, w), x=n(1, 16, 3, 3, scale=0.5), v=n(1, 16, 2, 2, scale=0.3), w=n(1, 16, 2, 2, scale=0.3))
case("Conv/two kernels on one input", lambda x, v, w: convolution()(x, v)[:, :, 1:, 1:] * convolution()(x, w), x=n(1, 16, 4, 4, scale=0.3), v=n(1, 16, 2, 2, scale=0.3), w=n(1, 16, 3, 3, scale=0.2))
case("Conv/chain", lambda x, v, w: convolution(pads=(1, 1, 1, 1))(convolution()(x, v).tanh(), w), x=n(1, 2, 4, 4, scale=0.5), v=n(16, 2, 2, 2, scale=0.3), w=n(1, 16, 2, 2, scale=0.3))


def transposed(strides=(1, 1), pads=(0, 0, 0, 0), dilations=(1, 1), group=1, extra=(0, 0)):
    """ONNX's ConvTranspose: the full result, cut by `pads` at each side, `extra` more at the end."""

    def function(x, w, b=None):
        full = nnf.conv_transpose2d(x, w, None, stride=strides, dilation=dilations, groups=group)
        full = nnf.pad(full, (-pads[1], extra[1] - pads[3], -pads[0], extra[0] - pads[2]))
        return full if b is None else full + b[:, None, None]

    return function


case("ConvTranspose/plain", transposed(), x=n(2, 2, 3, 2), w=k(2, 3, 2, 2), b=n(3))
case("ConvTranspose/stride", transposed(strides=(2, 3)), x=n(1, 2, 3, 2), w=k(2, 2, 3, 3))
case("ConvTranspose/pads", transposed(strides=(2, 2), pads=(1, 1, 1, 1)), x=n(1, 2, 3, 3), w=k(2, 2, 3, 3))
case("ConvTranspose/output padding", transposed(strides=(2, 2), extra=(1, 1)), x=n(1, 2, 3, 2), w=k(2, 2, 3, 3))
case("ConvTranspose/pads, output padding", transposed(strides=(2, 2), pads=(1, 1, 1, 1), extra=(1, 1)), x=n(1, 2, 3, 3), w=k(2, 2, 3, 3), b=n(2))
case("ConvTranspose/dilation", transposed(strides=(1, 2), dilations=(2, 1)), x=n(1, 2, 3, 2), w=k(2, 2, 2, 2))
case("ConvTranspose/groups", transposed(strides=(2, 2), group=2), x=n(1, 4, 2, 2), w=k(4, 1, 2, 2))

# ---------------------------------------------------------------------------------------------- pool
start("pool")


def windows(x, kernel):
    """[batch, channels, oh, ow, kh * kw] without the rest that windows do not cover."""
    kh, kw = kernel
    oh, ow = x.shape[2] // kh, x.shape[3] // kw
    cut = x[:, :, : oh * kh, : ow * kw].reshape(*x.shape[:2], oh, kh, ow, kw)
    return cut.permute(0, 1, 2, 4, 3, 5).reshape(*x.shape[:2], oh, ow, kh * kw)


for variant, (shape, kernel) in {"even": ((2, 2, 4, 4), (2, 2)), "odd": ((1, 2, 5, 7), (2, 2)), "3x3": ((1, 2, 7, 6), (3, 3)), "1x3": ((1, 2, 2, 7), (1, 3)), "whole": ((2, 1, 2, 3), (2, 3))}.items():
    case(f"MaxPool/{variant}", lambda x: nnf.max_pool2d(x, kernel), x=spread(*shape))
    case(f"AveragePool/{variant}", lambda x: nnf.avg_pool2d(x, kernel), x=n(*shape))
tied = rng.integers(0, 3, size=(2, 2, 5, 4)).astype(float)
case("MaxPool/ties", lambda x: nnf.max_pool2d(x, 2), x=tied)
case("MaxPool/one dimension", lambda x: nnf.max_pool1d(x, 2), x=spread(2, 2, 5))
case("AveragePool/one dimension", lambda x: nnf.avg_pool1d(x, 3), x=n(2, 2, 7))
case("MaxPool/overlapping", lambda x: nnf.max_pool2d(x, 3, stride=2, padding=1), wrt=[], x=spread(1, 2, 5, 5))
case("AveragePool/padding not counted", lambda x: nnf.avg_pool2d(x, 3, stride=2, padding=1, count_include_pad=False), wrt=[], x=n(1, 2, 5, 5))
case("AveragePool/padding counted", lambda x: nnf.avg_pool2d(x, 3, stride=2, padding=1, count_include_pad=True), wrt=[], x=n(1, 2, 5, 5))
case("GlobalAveragePool/plain", lambda x: x.mean((2, 3), True), x=n(2, 3, 3, 2))
case("GlobalMaxPool/plain", lambda x: x.amax((2, 3), True), x=spread(2, 3, 3, 2))
case("GlobalMaxPool/ties", lambda x: x.amax((2, 3), True), x=tied)
case("Resize/nearest", lambda x: nnf.interpolate(x, scale_factor=(2, 3), mode="nearest"), wrt=[], x=n(1, 2, 2, 3))


def conv_max_pool(x, w, b):
    return nnf.max_pool2d(nnf.conv2d(x, w, b), 2)


def clear_winners(x, w, b, gap=0.4):
    """Inputs for which no two values of a window come near each other."""
    while True:
        inputs = {"x": n(*x), "w": n(*w), "b": n(*b)}
        best = windows(nnf.conv2d(*(tensor(value) for value in inputs.values())), (2, 2)).topk(2).values
        if (best[..., 0] - best[..., 1]).min() > gap:
            return inputs


for variant, (x, w) in {"even": ((2, 2, 6, 6), (2, 2, 3, 3)), "odd": ((2, 2, 8, 7), (2, 2, 3, 3)), "2x3": ((1, 3, 5, 6), (2, 3, 2, 3)), "1x1": ((2, 2, 3, 4), (3, 2, 1, 1)), "one window": ((1, 2, 4, 4), (2, 2, 3, 3))}.items():
    case(f"ConvMaxPool/{variant}", conv_max_pool, **clear_winners(x, w, w[:1]))
case("ConvMaxPool/weights only", conv_max_pool, wrt=["w", "b"], **clear_winners((2, 3, 7, 6), (2, 3, 3, 3), (2,)))
case("ConvMaxPool/not trained", conv_max_pool, wrt=[], **clear_winners((2, 3, 7, 6), (2, 3, 3, 3), (2,)))
# Small whole numbers: ties are exact, and their first gets the gradient, as in max_pool2d.
case("ConvMaxPool/ties", conv_max_pool, x=rng.integers(0, 2, size=(2, 1, 7, 6)).astype(float), w=np.ones((2, 1, 3, 3)), b=np.array([0.0, 1.0]))

# ---------------------------------------------------------------------------------------------- norm
start("norm")
shape = (2, 3, 2, 2)
channels = lambda vector, x: vector.reshape(1, -1, *([1] * (x.ndim - 2)))
case("BatchNormalization/plain", lambda x, scale, bias, mean, variance: nnf.batch_norm(x, mean, variance, scale, bias, False, 0.0, 1e-3),
     wrt=["x", "scale", "bias"], x=n(*shape), scale=positive(3), bias=n(3), mean=n(3), variance=positive(3))
case("BatchNormalization/dense", lambda x, scale, bias, mean, variance: nnf.batch_norm(x, mean, variance, scale, bias, False, 0.0, 1e-5),
     wrt=["x", "scale", "bias"], x=n(3, 2), scale=positive(2), bias=n(2), mean=n(2), variance=positive(2))


def batch_norm(x, scale, bias):
    axes = [axis for axis in range(x.ndim) if axis != 1]
    y = nnf.batch_norm(x, None, None, scale, bias, True, 0.0, 1e-3)
    return y, x.mean(axes).detach(), x.var(axes, unbiased=False).detach()


case("BatchNormTraining/plain", batch_norm, x=n(*shape), scale=positive(3), bias=n(3))
case("BatchNormTraining/dense", batch_norm, x=n(5, 2), scale=positive(2), bias=n(2))
case("BatchNormTraining/equal values", batch_norm, x=np.ones((3, 2)), scale=positive(2), bias=n(2))
for variant, s in {"matrix": (3, 4), "sequence": (2, 2, 4), "vector": (4,)}.items():
    case(f"LayerNormalization/{variant}", lambda x, scale, bias: nnf.layer_norm(x, (4,), scale, bias, 1e-5), x=n(*s), scale=positive(4), bias=n(4))
case("LayerNormalization/no bias", lambda x, scale: nnf.layer_norm(x, (4,), scale, None, 1e-5), x=n(3, 4), scale=positive(4))
case("LayerNormalization/equal values", lambda x, scale, bias: nnf.layer_norm(x, (4,), scale, bias, 1e-5), x=np.ones((2, 4)), scale=positive(4), bias=n(4))

# ---------------------------------------------------------------------------------------------- recurrent
start("recurrent")


def lstm(projected, recurrent, lengths):
    """Packed, written out: gates i, o, f, c; output 0 and state kept past a row's length."""
    time, batch, width = projected.shape
    hidden = width // 4
    h, c = torch.zeros(batch, hidden), torch.zeros(batch, hidden)
    outputs = []
    for step in range(time):
        i, o, f, g = (projected[step] + h @ recurrent).split(hidden, 1)
        next_c = f.sigmoid() * c + i.sigmoid() * g.tanh()
        next_h = o.sigmoid() * next_c.tanh()
        alive = (torch.tensor(lengths) > step).to(torch.float64)[:, None]
        h, c = alive * next_h + (1 - alive) * h, alive * next_c + (1 - alive) * c
        outputs.append(alive * next_h)
    return torch.stack(outputs), h


def mask(time, lengths):
    return (np.arange(time)[:, None] < np.array(lengths)[None, :]).astype(float)[:, :, None]


def torch_lstm(x, input, recurrent, bias, lengths):
    """What torch.nn.LSTM calls, on packed rows, for the gate order: PyTorch has i, f, g, o."""
    hidden = recurrent.shape[0]
    order = lambda m: torch.cat([m.split(hidden, -1)[gate] for gate in (0, 2, 3, 1)], -1)
    weights = [order(input).T, order(recurrent).T, order(bias), torch.zeros(4 * hidden)]
    packed = torch.nn.utils.rnn.pack_padded_sequence(x, torch.tensor(lengths), enforce_sorted=False)
    start = (torch.zeros(1, x.shape[1], hidden),) * 2
    data, h, _ = torch._VF.lstm(packed.data, packed.batch_sizes, start, weights, True, 1, 0.0, True, False)
    y = torch.nn.utils.rnn.PackedSequence(data, *packed[1:])
    return torch.nn.utils.rnn.pad_packed_sequence(y, total_length=x.shape[0])[0], h[0][packed.unsorted_indices]


H = 2
for variant, (time, lengths) in {"full": (3, [3, 3]), "ragged": (4, [4, 2, 1]), "empty row": (3, [2, 0, 3]), "one step": (1, [1, 1]), "one row": (3, [2])}.items():
    inputs = {"projected": n(time, len(lengths), 4 * H), "recurrent": n(H, 4 * H, scale=0.7), "mask": mask(time, lengths)}
    run = lambda projected, recurrent, mask: lstm(projected, recurrent, lengths)
    case(f"Lstm/{variant}", run, wrt=["projected", "recurrent"], **inputs)
    case(f"Lstm/{variant}, sequence", lambda **i: run(**i)[0], wrt=["projected", "recurrent"], **inputs)
    case(f"Lstm/{variant}, last", lambda **i: run(**i)[1], wrt=["projected", "recurrent"], **inputs)
case("Lstm/long row", lambda projected, recurrent, mask: lstm(projected, recurrent, [12, 7]), wrt=["projected", "recurrent"],
     projected=n(12, 2, 4), recurrent=n(1, 4), mask=mask(12, [12, 7]))
lengths = [4, 1, 2]
layer = {"x": n(4, 3, 2), "input": k(2, 4 * H), "recurrent": k(H, 4 * H), "bias": k(4 * H)}
case("Lstm/layer of PyTorch", lambda x, input, recurrent, bias, mask: torch_lstm(x, input, recurrent, bias, lengths),
     wrt=["x", "input", "recurrent", "bias"], mask=mask(4, lengths), **layer)
case("LSTM/layer of PyTorch", lambda x, input, recurrent, bias, lengths: torch_lstm(x, input, recurrent, bias, lengths.tolist()),
     wrt=[], lengths=np.array(lengths, dtype=np.int32), **layer)


def stack(x, input1, recurrent1, input2, recurrent2, mask):
    sequence, _ = lstm(x @ input1, recurrent1, lengths)
    return lstm(sequence @ input2, recurrent2, lengths)


case("Lstm/stack of two", stack, wrt=["x", "input1", "recurrent1", "input2", "recurrent2"], x=n(4, 3, 2), input1=k(2, 8), recurrent1=k(2, 8),
     input2=k(2, 8), recurrent2=k(2, 8), mask=mask(4, lengths))

write()
