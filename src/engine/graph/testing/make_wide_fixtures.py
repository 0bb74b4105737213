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

write()
