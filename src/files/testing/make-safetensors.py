# Makes fixtures/python.safetensors and fixtures/python-echo.safetensors with the Python package `safetensors`.
# The second has one metadata field only, because the order of several is not fixed there.
from pathlib import Path

import numpy as np
from safetensors.numpy import save_file

folder = Path(__file__).parent.parent / "fixtures"
tensors = {
    "a.float64": np.array([[0.1, -0.0], [np.inf, 1e-300]]),
    "b.int64": np.array([2**53 + 1]),
    "c.float32": np.array([1, 2, -3], np.float32),
    "d.int32": np.array(-7, np.int32),
    "e.float16": np.array([1, -2], np.float16),
    "f.int8": np.array([[-128, 127]], np.int8),
    "g.uint8": np.zeros((0, 4), np.uint8),
    "h.bool": np.array([True, False, True]),
}
save_file(tensors, folder / "python.safetensors", {"made_by": "safetensors", "title": "Amélie 🎬"})
save_file(tensors, folder / "python-echo.safetensors", {"title": "echo"})
