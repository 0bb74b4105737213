"""Medley's files read with NumPy alone: safetensors, the prepared store, and weights in PyTorch's names and layouts.

No `safetensors` package, because Debian's Python has none.
"""

import json
from pathlib import Path

import numpy as np

TYPES = {
    "F32": np.float32,
    "F64": np.float64,
    "F16": np.float16,
    "I32": np.int32,
    "I64": np.int64,
    "I8": np.int8,
    "U8": np.uint8,
    "BOOL": np.bool_,
}


def read_safetensors(path):
    """Name -> array, mapped into memory."""
    content = np.memmap(path, dtype=np.uint8, mode="r")
    size = int(content[:8].view("<u8")[0])
    header = json.loads(bytes(content[8 : 8 + size]))
    data = content[8 + size :]
    return {
        name: data[slice(*tensor["data_offsets"])]
        .view(TYPES[tensor["dtype"]])
        .reshape(tensor["shape"])
        for name, tensor in header.items()
        if name != "__metadata__"
    }


class Store:
    """A prepared store: shards of `rowsPerShard` consecutive rows, one tensor per field."""

    def __init__(self, folder):
        index = json.loads((Path(folder) / "index.json").read_text())
        self.rows = index["rows"]
        self.rows_per_shard = index["rowsPerShard"]
        self.fields = [field["name"] for field in index["fields"]]
        count = -(-self.rows // self.rows_per_shard)
        paths = [Path(folder) / f"shard-{shard:05d}.safetensors" for shard in range(count)]
        self.shards = [read_safetensors(path) for path in paths]

    def read(self, field, rows):
        """The given rows of a field, in the given order."""
        if field not in self.fields:
            raise SystemExit(f"the store has no field {field}; it has {', '.join(self.fields)}")
        places = [divmod(int(row), self.rows_per_shard) for row in rows]
        return np.stack([self.shards[shard][field][row] for shard, row in places])


def as_it_is(array):
    return array


def transposed(array):
    """Dense layers: Medley [in, out], PyTorch [out, in]."""
    return array.T


def gates(array):
    """Blocks of rows from ONNX's order i, o, f, c to PyTorch's i, f, c, o."""
    i, o, f, c = np.split(array, 4)
    return np.concatenate([i, f, c, o])


def lstm_matrix(array):
    """On disk [1, 4H, in] as in ONNX; in training state [in, 4H]."""
    return gates(array[0] if array.ndim == 3 else array.T)


def lstm_bias(array):
    """On disk [1, 8H], input bias then recurrent bias; in training state [4H]. PyTorch's second bias stays 0."""
    return gates(np.add(*np.split(array[0], 2)) if array.ndim == 2 else array)


# PyTorch's name -> Medley's possible names ({poster} and {overview} are the inputs' names), and the change of layout.
PARAMETERS = {
    "poster.0.weight": (["{poster}.conv1.weight"], as_it_is),
    "poster.0.bias": (["{poster}.conv1.bias"], as_it_is),
    "poster.3.weight": (["{poster}.conv2.weight"], as_it_is),
    "poster.3.bias": (["{poster}.conv2.bias"], as_it_is),
    "poster.6.weight": (["{poster}.conv3.weight"], as_it_is),
    "poster.6.bias": (["{poster}.conv3.bias"], as_it_is),
    "poster.9.weight": (["{poster}.conv4.weight"], as_it_is),
    "poster.9.bias": (["{poster}.conv4.bias"], as_it_is),
    "poster.14.weight": (["{poster}.dense1.weight"], transposed),
    "poster.14.bias": (["{poster}.dense1.bias"], as_it_is),
    "embedding.weight": (["{overview}.embedding.weight"], as_it_is),
    "lstm.weight_ih_l0": (["{overview}.lstm1.input"], lstm_matrix),
    "lstm.weight_hh_l0": (["{overview}.lstm1.recurrent"], lstm_matrix),
    "lstm.bias_ih_l0": (["{overview}.lstm1.bias"], lstm_bias),
    "lstm.weight_ih_l1": (["{overview}.lstm2.input"], lstm_matrix),
    "lstm.weight_hh_l1": (["{overview}.lstm2.recurrent"], lstm_matrix),
    "lstm.bias_ih_l1": (["{overview}.lstm2.bias"], lstm_bias),
    "overview.1.weight": (["{overview}.dense1.weight"], transposed),
    "overview.1.bias": (["{overview}.dense1.bias"], as_it_is),
    "fusion.0.weight": (["fusion.dense1.weight"], transposed),
    "fusion.0.bias": (["fusion.dense1.bias"], as_it_is),
    "fusion.3.weight": (["fusion.dense2.weight"], transposed),
    "fusion.3.bias": (["fusion.dense2.bias"], as_it_is),
    "fusion.6.weight": (["output.weight", "fusion.dense3.weight"], transposed),
    "fusion.6.bias": (["output.bias", "fusion.dense3.bias"], as_it_is),
}

# Only in networks for rows that may lack an input.
MISSING = {
    "poster_missing": (["{poster}.missing"], as_it_is),
    "overview_missing": (["{overview}.missing"], as_it_is),
}


def article_weights(path, poster, overview):
    """PyTorch's name -> array. Names that are missing in the file, and names that nothing used, end the program."""
    stored = read_safetensors(path)
    weights, used = {}, set()
    learns_missing = f"{poster}.missing" in stored
    for name, (patterns, convert) in {**PARAMETERS, **(MISSING if learns_missing else {})}.items():
        candidates = [pattern.format(poster=poster, overview=overview) for pattern in patterns]
        found = next((candidate for candidate in candidates if candidate in stored), None)
        if found is None:
            raise SystemExit(f"{path} has no {' or '.join(candidates)}; it has {', '.join(stored)}")
        used.add(found)
        # A copy: what is mapped is read-only and may lie at odd addresses.
        weights[name] = np.array(convert(stored[found]), order="C")
    # Optimiser state (`adam.m/<name>`) may stand beside the parameters.
    unused = [name for name in stored if name not in used and "/" not in name]
    if unused:
        raise SystemExit(f"{path} has parameters that the article's network does not: {unused}")
    return weights
