"""The article's network in PyTorch, as somebody who cares about CPU speed would write it.

Convolutions run channels-last; ReLU comes after pooling (the same values, a quarter of the work), as in Medley.
PyTorch's second LSTM bias is frozen at zero: Keras and ONNX have the same function with one bias, and with one bias the
count of trainable parameters is the article's.
"""

import torch
from torch import nn
from torch.nn.utils.rnn import PackedSequence, pack_padded_sequence

LSTM_SIZE = 64
DROPOUT = 0.3


def unit_pixels(posters):
    """Pixels arrive as uint8 [batch, height, width, 3]: seen as NCHW they already are channels-last."""
    return posters.permute(0, 3, 1, 2).float().div_(255)


def poster_tower():
    return nn.Sequential(
        *[
            layer
            for inputs, outputs in [(3, 32), (32, 64), (64, 128), (128, 128)]
            for layer in (nn.Conv2d(inputs, outputs, 3), nn.MaxPool2d(2), nn.ReLU())
        ],
        nn.Flatten(),
        nn.Dropout(DROPOUT),
        nn.Linear(1280, 512),
        nn.ReLU(),
    )


class OverviewTower(nn.Module):
    """Tokens [batch, time] in, features [batch, labels] out.

    `text` says how rows of different length share a batch: 'packed' leaves the padding out, 'gather' computes it and
    reads the state at each row's last token. Padding is at the end, so neither lets it change the state.
    """

    def __init__(self, vectors, labels, text="gather", freeze=True):
        super().__init__()
        self.text = text
        self.embedding = nn.Embedding.from_pretrained(vectors, freeze=freeze, padding_idx=0)
        self.embedding_dropout = nn.Dropout(DROPOUT)
        self.lstm = nn.LSTM(vectors.shape[1], LSTM_SIZE, num_layers=2, dropout=DROPOUT)
        self.overview = nn.Sequential(nn.Dropout(DROPOUT), nn.Linear(LSTM_SIZE, labels), nn.ReLU())
        for name, parameter in self.lstm.named_parameters():
            if name.startswith("bias_hh"):
                nn.init.zeros_(parameter)
                parameter.requires_grad_(False)

    def last_state(self, tokens, lengths):
        """The second LSTM's state after each row's last token, [batch, 64]; 0 for a row without tokens ('gather' only)."""
        if self.text == "packed":
            packed = pack_padded_sequence(tokens, lengths, batch_first=True, enforce_sorted=False)
            vectors = self.embedding_dropout(self.embedding(packed.data))
            _, (hidden, _) = self.lstm(
                PackedSequence(
                    vectors, packed.batch_sizes, packed.sorted_indices, packed.unsorted_indices
                )
            )
            return hidden[-1]
        longest = max(1, int(lengths.max()))
        vectors = self.embedding_dropout(self.embedding(tokens[:, :longest].t()))
        states, _ = self.lstm(vectors)
        last = states[(lengths - 1).clamp(min=0), torch.arange(states.shape[1])]
        return last * (lengths > 0).unsqueeze(1)

    def features(self, tokens, lengths):
        return self.overview(self.last_state(tokens, lengths))


class ArticleNetwork(OverviewTower):
    """uint8 posters [batch, height, width, 3] and tokens [batch, time] in, logits [batch, labels] out."""

    def __init__(self, vectors, labels, text="gather", freeze=True, learns_missing=False):
        super().__init__(vectors, labels, text, freeze)
        self.poster = poster_tower()
        self.fusion = nn.Sequential(
            nn.Linear(512 + labels, 256),
            nn.ReLU(),
            nn.Dropout(DROPOUT),
            nn.Linear(256, 128),
            nn.ReLU(),
            nn.Dropout(DROPOUT),
            nn.Linear(128, labels),
        )
        # What stands for a poster or an overview that a row does not have.
        self.poster_missing = nn.Parameter(torch.zeros(512)) if learns_missing else None
        self.overview_missing = nn.Parameter(torch.zeros(labels)) if learns_missing else None
        self.to(memory_format=torch.channels_last)

    def trainable(self):
        return [parameter for parameter in self.parameters() if parameter.requires_grad]

    def forward(self, posters, tokens, lengths, present=None):
        """`present`: bool [batch] for posters and for overviews, only for a network that learns what is missing."""
        poster = self.poster(unit_pixels(posters))
        overview = self.features(tokens, lengths)
        if present is not None:
            has_poster, has_overview = (flags.unsqueeze(1) for flags in present)
            poster = torch.where(has_poster, poster, self.poster_missing)
            overview = torch.where(has_overview, overview, self.overview_missing)
        return self.fusion(torch.cat([poster, overview], dim=1))
