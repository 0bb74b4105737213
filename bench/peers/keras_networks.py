"""The networks of bench/networks.ts in Keras on TensorFlow. Layers have Medley's names."""

import keras
import numpy as np
import tensorflow as tf
from keras import layers, ops

LABELS = 18


def unit_pixels(poster):
    return tf.cast(poster, tf.float32) / 255


class PosterTower(layers.Layer):
    def __init__(self, dropout):
        super().__init__()
        self.convolutions = [
            layers.Conv2D(filters, 3, name=f"poster.conv{index + 1}")
            for index, filters in enumerate([32, 64, 128, 128])
        ]
        self.pool = layers.MaxPooling2D(2)
        self.dropout = layers.Dropout(dropout)
        self.dense = layers.Dense(512, "relu", name="poster.dense1")

    def call(self, poster, training):
        x = unit_pixels(poster)
        for convolution in self.convolutions:
            x = ops.relu(self.pool(convolution(x)))
        # Medley flattens channels first.
        flat = ops.reshape(ops.transpose(x, (0, 3, 1, 2)), (-1, 1280))
        return self.dense(self.dropout(flat, training=training))


class OverviewTower(layers.Layer):
    """Padding is at the end: the state at each row's last token does not see it, so no mask is needed."""

    def __init__(self, words, dropout):
        super().__init__()
        self.embedding = layers.Embedding(
            words, 300, trainable=False, name="overview.embedding"
        )
        self.dropouts = [layers.Dropout(dropout) for _ in range(3)]
        self.lstms = [
            layers.LSTM(64, return_sequences=True, name=f"overview.lstm{index}") for index in (1, 2)
        ]
        self.dense = layers.Dense(LABELS, "relu", name="overview.dense1")

    def call(self, overview, training):
        x = self.embedding(overview)
        for dropout, lstm in zip(self.dropouts, self.lstms):
            x = lstm(dropout(x, training=training))
        lengths = ops.sum(ops.cast(overview > 0, "int32"), axis=1)
        last = ops.squeeze(ops.take_along_axis(x, (lengths - 1)[:, None, None], axis=1), axis=1)
        return self.dense(self.dropouts[2](last, training=training))


class Article(keras.Model):
    def __init__(self, shape_of, dropout):
        super().__init__()
        self.poster = PosterTower(dropout)
        self.overview = OverviewTower(shape_of["overview.embedding.weight"][0], dropout)
        self.hidden = [
            layers.Dense(units, "relu", name=f"fusion.dense{index + 1}")
            for index, units in enumerate([256, 128])
        ]
        self.dropouts = [layers.Dropout(dropout) for _ in self.hidden]
        self.head = layers.Dense(LABELS, name="output")

    def call(self, inputs, training):
        towers = [
            self.poster(inputs["poster"], training=training),
            self.overview(inputs["overview"], training=training),
        ]
        x = ops.concatenate(towers, axis=1)
        for hidden, dropout in zip(self.hidden, self.dropouts):
            x = dropout(hidden(x), training=training)
        return self.head(x)


class Poster(keras.Model):
    def __init__(self, shape_of, dropout):
        super().__init__()
        self.poster = PosterTower(dropout)
        self.head = layers.Dense(LABELS, name="head")

    def call(self, inputs, training):
        return self.head(self.poster(inputs["poster"], training=training))


class Overview(keras.Model):
    def __init__(self, shape_of, dropout):
        super().__init__()
        self.overview = OverviewTower(shape_of["overview.embedding.weight"][0], dropout)
        self.head = layers.Dense(LABELS, name="head")

    def call(self, inputs, training):
        return self.head(self.overview(inputs["overview"], training=training))


class NormalConv(layers.Layer):
    def __init__(self, name, filters, kernel, stride):
        super().__init__()
        self.border = layers.ZeroPadding2D(kernel // 2)
        self.conv = layers.Conv2D(
            filters, kernel, stride, use_bias=False, name=f"{name}.conv"
        )
        self.norm = layers.BatchNormalization(momentum=0.9, epsilon=1e-3, name=f"{name}.norm")

    def call(self, x, training):
        return self.norm(self.conv(self.border(x)), training=training)


class Residual(keras.Model):
    def __init__(self, shape_of, dropout):
        super().__init__()
        self.stem = NormalConv("stem", 32, 3, 2)
        self.units = [
            (
                NormalConv(f"unit{index}.first", filters, 3, stride),
                NormalConv(f"unit{index}.second", filters, 3, 1),
                NormalConv(f"unit{index}.beside", filters, 1, stride) if stride == 2 else None,
            )
            for index, filters, stride in [(1, 32, 1), (2, 64, 2), (3, 128, 2)]
        ]
        self.head = layers.Dense(LABELS, name="head")

    def call(self, inputs, training):
        x = ops.relu(self.stem(unit_pixels(inputs["poster"]), training=training))
        for first, second, beside in self.units:
            y = second(ops.relu(first(x, training=training)), training=training)
            x = ops.relu(y + (x if beside is None else beside(x, training=training)))
        return self.head(ops.mean(x, axis=(1, 2)))


class TransformerLayer(layers.Layer):
    def __init__(self, name, width, heads, inner, dropout):
        super().__init__()
        self.heads = heads
        self.norms = [
            layers.LayerNormalization(epsilon=1e-5, name=f"{name}.norm{index}") for index in (1, 2)
        ]
        self.qkv = layers.Dense(3 * width, name=f"{name}.attention.qkv")
        self.output_dense = layers.Dense(width, name=f"{name}.attention.output")
        self.dense1 = layers.Dense(inner, "gelu", name=f"{name}.dense1")
        self.dense2 = layers.Dense(width, name=f"{name}.dense2")
        self.dropouts = [layers.Dropout(dropout) for _ in range(2)]

    def attend(self, x, mask):
        batch, time, width = ops.shape(x)
        size = width // self.heads
        parts = ops.reshape(self.qkv(x), (batch, time, 3, self.heads, size))
        query, key, value = ops.unstack(ops.transpose(parts, (2, 0, 3, 1, 4)), axis=0)
        scores = ops.matmul(query * size**-0.5, ops.transpose(key, (0, 1, 3, 2)))
        weights = ops.softmax(ops.where(mask[:, None, None, :], scores, -1e30))
        found = ops.transpose(ops.matmul(weights, value), (0, 2, 1, 3))
        return self.output_dense(ops.reshape(found, (batch, time, width)))

    def call(self, x, mask, training):
        x = x + self.dropouts[0](self.attend(self.norms[0](x), mask), training=training)
        inner = self.dense2(self.dense1(self.norms[1](x)))
        return x + self.dropouts[1](inner, training=training)


class Transformer(keras.Model):
    def __init__(self, shape_of, dropout):
        super().__init__()
        self.tokens = layers.Embedding(shape_of["tokens.weight"][0], 256, name="tokens")
        self.positions = layers.Embedding(
            shape_of["tokens.positions"][0], 256, name="tokens.positions"
        )
        self.stack = [
            TransformerLayer(f"layer{index}", 256, 4, 1024, dropout) for index in range(1, 5)
        ]
        self.norm = layers.LayerNormalization(epsilon=1e-5, name="norm")
        self.head = layers.Dense(LABELS, name="head")

    def call(self, inputs, training):
        overview = inputs["overview"]
        mask = overview > 0
        x = self.tokens(overview) + self.positions(ops.arange(overview.shape[1]))
        for layer in self.stack:
            x = layer(x, mask=mask, training=training)
        seen = ops.cast(mask, "float32")[:, :, None]
        return self.head(ops.sum(self.norm(x) * seen, axis=1) / ops.sum(seen, axis=1))


NETWORKS = {
    "article": Article,
    "poster": Poster,
    "overview": Overview,
    "residual": Residual,
    "transformer": Transformer,
}


def gates(array):
    """Blocks of columns from ONNX's order i, o, f, c to Keras' i, f, c, o."""
    i, o, f, c = np.split(array, 4, axis=-1)
    return np.concatenate([i, f, c, o], axis=-1)


def stored_values(stored, layer):
    """A layer's weights in Keras' order."""
    name = layer.name

    def parts(*names):
        return [stored[f"{name}.{part}"] for part in names if f"{name}.{part}" in stored]

    if isinstance(layer, layers.LSTM):
        return [gates(array) for array in parts("input", "recurrent", "bias")]
    if isinstance(layer, layers.Conv2D):
        weight, *bias = parts("weight", "bias")
        return [weight.transpose(2, 3, 1, 0), *bias]
    if name.endswith(".qkv"):
        names = [name.replace("qkv", part) for part in ("query", "key", "value")]
        return [
            np.concatenate([stored[f"{part}.{kind}"] for part in names], axis=-1)
            for kind in ("weight", "bias")
        ]
    if name in stored:
        return [stored[name]]
    if isinstance(layer, layers.Embedding):
        return parts("weight")
    return parts("weight", "bias", "running_mean", "running_var")


def create_network(name, stored, inputs, dropout):
    """The network with Medley's weights."""
    network = NETWORKS[name]({name: array.shape for name, array in stored.items()}, dropout)
    network({key: array[:1] for key, array in inputs.items()}, training=False)
    for layer in network._flatten_layers():
        values = stored_values(stored, layer)
        if values:
            layer.set_weights([np.array(value) for value in values])
    return network
