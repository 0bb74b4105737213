"""The networks of bench/networks.ts in PyTorch, with Medley's parameter names where the network is not the article's."""

import numpy as np
import torch
from torch import nn
from torch.nn import functional

from article_network import ArticleNetwork, OverviewTower, poster_tower, unit_pixels
from medley_files import PARAMETERS

LABELS = 18


class Article(ArticleNetwork):
    def __init__(self, shape_of, text):
        super().__init__(torch.zeros(shape_of["overview.embedding.weight"]), LABELS, text)

    def forward(self, poster, overview):
        return super().forward(poster, overview, (overview != 0).sum(dim=1))


class Poster(nn.Module):
    def __init__(self, shape_of, text):
        super().__init__()
        self.poster = poster_tower()
        self.head = nn.Linear(512, LABELS)

    def forward(self, poster):
        return self.head(self.poster(unit_pixels(poster)))


class Overview(OverviewTower):
    def __init__(self, shape_of, text):
        super().__init__(torch.zeros(shape_of["overview.embedding.weight"]), LABELS, text)
        self.head = nn.Linear(LABELS, LABELS)

    def forward(self, overview):
        return self.head(self.features(overview, (overview != 0).sum(dim=1)))


class NormalConv(nn.Module):
    def __init__(self, inputs, outputs, kernel, stride):
        super().__init__()
        self.conv = nn.Conv2d(inputs, outputs, kernel, stride, padding=kernel // 2, bias=False)
        self.norm = nn.BatchNorm2d(outputs, eps=1e-3, momentum=0.1)

    def forward(self, x):
        return self.norm(self.conv(x))


class Unit(nn.Module):
    def __init__(self, inputs, outputs, stride):
        super().__init__()
        self.first = NormalConv(inputs, outputs, 3, stride)
        self.second = NormalConv(outputs, outputs, 3, 1)
        self.beside = None if inputs == outputs else NormalConv(inputs, outputs, 1, stride)

    def forward(self, x):
        second = self.second(functional.relu(self.first(x), inplace=True))
        return functional.relu(second + (x if self.beside is None else self.beside(x)), inplace=True)


class Residual(nn.Module):
    def __init__(self, shape_of, text):
        super().__init__()
        self.stem = NormalConv(3, 32, 3, 2)
        self.unit1, self.unit2, self.unit3 = Unit(32, 32, 1), Unit(32, 64, 2), Unit(64, 128, 2)
        self.head = nn.Linear(128, LABELS)

    def forward(self, poster):
        x = functional.relu(self.stem(unit_pixels(poster)), inplace=True)
        return self.head(self.unit3(self.unit2(self.unit1(x))).mean(dim=(2, 3)))


class Tokens(nn.Module):
    def __init__(self, words, longest, width):
        super().__init__()
        self.weight = nn.Parameter(torch.empty(words, width))
        self.positions = nn.Parameter(torch.empty(longest, width))

    def forward(self, tokens):
        return functional.embedding(tokens, self.weight) + self.positions[: tokens.shape[1]]


class Attention(nn.Module):
    """Query, key and value in one product, then PyTorch's fused attention where it has one."""

    def __init__(self, width, heads):
        super().__init__()
        self.heads = heads
        self.qkv = nn.Linear(width, 3 * width)
        self.output = nn.Linear(width, width)

    def forward(self, x, mask):
        batch, time, width = x.shape
        parts = self.qkv(x).view(batch, time, 3, self.heads, width // self.heads)
        query, key, value = parts.permute(2, 0, 3, 1, 4)
        seen = mask[:, None, None, :]
        if hasattr(functional, "scaled_dot_product_attention"):
            found = functional.scaled_dot_product_attention(query, key, value, attn_mask=seen)
        else:
            scores = query @ key.transpose(2, 3) / (width // self.heads) ** 0.5
            found = scores.masked_fill(~seen, -torch.inf).softmax(dim=3) @ value
        return self.output(found.transpose(1, 2).reshape(batch, time, width))


class TransformerLayer(nn.Module):
    def __init__(self, width, heads, inner):
        super().__init__()
        self.norm1, self.norm2 = nn.LayerNorm(width), nn.LayerNorm(width)
        self.attention = Attention(width, heads)
        self.dense1, self.dense2 = nn.Linear(width, inner), nn.Linear(inner, width)
        self.dropout = nn.Dropout(0.1)

    def forward(self, x, mask):
        x = x + self.dropout(self.attention(self.norm1(x), mask))
        inner = functional.gelu(self.dense1(self.norm2(x)))
        return x + self.dropout(self.dense2(inner))


class Transformer(nn.Module):
    def __init__(self, shape_of, text):
        super().__init__()
        self.tokens = Tokens(
            shape_of["tokens.weight"][0], shape_of["tokens.positions"][0], width=256
        )
        for layer in range(1, 5):
            self.add_module(f"layer{layer}", TransformerLayer(256, heads=4, inner=1024))
        self.norm = nn.LayerNorm(256)
        self.head = nn.Linear(256, LABELS)

    def forward(self, overview):
        mask = overview > 0
        x = self.tokens(overview)
        for layer in (self.layer1, self.layer2, self.layer3, self.layer4):
            x = layer(x, mask)
        seen = mask.unsqueeze(2).float()
        return self.head((self.norm(x) * seen).sum(dim=1) / seen.sum(dim=1))


NETWORKS = {
    "article": Article,
    "poster": Poster,
    "overview": Overview,
    "residual": Residual,
    "transformer": Transformer,
}


def stored_value(stored, name, is_linear):
    """The value of a parameter of PyTorch's name."""
    if name in PARAMETERS:
        patterns, convert = PARAMETERS[name]
        names = [pattern.format(poster="poster", overview="overview") for pattern in patterns]
        return convert(next(stored[candidate] for candidate in names if candidate in stored))
    if ".qkv." in name:
        parts = [stored[name.replace("qkv", part)] for part in ("query", "key", "value")]
        return np.concatenate([part.T for part in parts])
    return stored[name].T if is_linear else stored[name]


def create_network(name, stored, text="gather"):
    """The network with Medley's weights."""
    network = NETWORKS[name]({name: array.shape for name, array in stored.items()}, text)
    linear = {
        f"{path}.weight"
        for path, module in network.named_modules()
        if isinstance(module, nn.Linear)
    }
    with torch.no_grad():
        for own, tensor in network.state_dict().items():
            if "bias_hh" in own or own.endswith("num_batches_tracked"):
                continue
            value = stored_value(stored, own, own in linear)
            tensor.copy_(torch.from_numpy(np.array(value)))
    return network.to(memory_format=torch.channels_last)
