"""Trains the PyTorch copy of the article's network from Medley's prepared store and Medley's initial weights.

If Medley's gradients, optimiser and data are right, both end at the same scores, up to the luck of shuffling and
dropout. Prints one JSON line per epoch and a last one with the scores on the test rows: of the best epoch by validation
loss, or of the last one with --no-early-stopping.
"""

import argparse
import copy
import json
import time
from pathlib import Path

import numpy as np
import torch
from torch.nn.functional import binary_cross_entropy_with_logits

from article_network import ArticleNetwork
from medley_files import Store, article_weights
from ranking import average_precision, macro, roc_auc

EVALUATION_BATCH = 512


def arguments():
    parser = argparse.ArgumentParser()
    parser.add_argument("--store", required=True, help="folder of the prepared store")
    parser.add_argument(
        "--weights", required=True, help="initial weights, safetensors, Medley's names"
    )
    parser.add_argument(
        "--rows", required=True, help="JSON: {train, validation, test}: row numbers"
    )
    parser.add_argument("--poster", default="poster", help="name of the image input")
    parser.add_argument("--overview", default="overview", help="name of the text input")
    parser.add_argument("--labels", default="labels", help="the store's field of labels")
    parser.add_argument("--epochs", type=int, default=20)
    parser.add_argument("--batch", type=int, default=256)
    parser.add_argument("--lr", type=float, default=1e-3)
    parser.add_argument("--decay", type=float, default=1e-5, help="lr / (1 + decay x updates)")
    parser.add_argument("--epsilon", type=float, default=1e-7)
    parser.add_argument("--clip-norm", type=float, default=0, help="0: gradients are not clipped")
    parser.add_argument("--patience", type=int, default=5)
    parser.add_argument("--no-early-stopping", action="store_true")
    parser.add_argument("--train-embedding", action="store_true")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--seed", type=int, default=1)
    return parser.parse_args()


class Films:
    """Batches as tensors: posters, tokens, lengths, presence of both, labels."""

    def __init__(self, options, with_presence):
        self.store = Store(options.store)
        self.with_presence = with_presence
        self.fields = options.poster, options.overview, options.labels

    def batch(self, rows):
        posters, tokens, labels = (
            torch.from_numpy(self.store.read(field, rows)) for field in self.fields
        )
        # 0 is padding, and padding stands at the end only.
        lengths = (tokens != 0).sum(dim=1)
        present = None
        if self.with_presence:
            flags = (self.store.read(f"{field}_present", rows) for field in self.fields[:2])
            present = tuple(torch.from_numpy(values) for values in flags)
        return posters, tokens, lengths, present, labels.float()


def load_network(options):
    weights = article_weights(options.weights, options.poster, options.overview)
    tensors = {name: torch.from_numpy(array) for name, array in weights.items()}
    network = ArticleNetwork(
        tensors["embedding.weight"],
        labels=len(tensors["fusion.6.bias"]),
        freeze=not options.train_embedding,
        learns_missing="poster_missing" in tensors,
    )
    missing, unexpected = network.load_state_dict(tensors, strict=False)
    assert not unexpected and all(name.startswith("lstm.bias_hh") for name in missing), missing
    return network


def predict(network, films, rows):
    """Logits and labels of the rows."""
    network.eval()
    parts = []
    with torch.no_grad():
        for start in range(0, len(rows), EVALUATION_BATCH):
            *inputs, labels = films.batch(rows[start : start + EVALUATION_BATCH])
            parts.append((network(*inputs), labels))
    return tuple(torch.cat(column) for column in zip(*parts))


def train_epoch(network, optimiser, films, order, options):
    """Mean loss over the epoch's rows, dropout on. The last batch is smaller, never dropped."""
    network.train()
    parameters = network.trainable()
    total = 0.0
    for start in range(0, len(order), options.batch):
        rows = order[start : start + options.batch]
        *inputs, labels = films.batch(rows)
        updates = optimiser.updates
        optimiser.updates += 1
        optimiser.param_groups[0]["lr"] = options.lr / (1 + options.decay * updates)
        optimiser.zero_grad(set_to_none=True)
        loss = binary_cross_entropy_with_logits(network(*inputs), labels)
        loss.backward()
        if options.clip_norm > 0:
            torch.nn.utils.clip_grad_norm_(parameters, options.clip_norm)
        optimiser.step()
        total += loss.item() * len(rows)
    return total / len(order)


def main():
    options = arguments()
    torch.set_num_threads(options.threads)
    torch.manual_seed(options.seed)
    rows = {name: np.array(ids) for name, ids in json.loads(Path(options.rows).read_text()).items()}
    network = load_network(options)
    films = Films(options, with_presence=network.poster_missing is not None)
    optimiser = torch.optim.Adam(network.trainable(), lr=options.lr, eps=options.epsilon)
    optimiser.updates = 0
    shuffle = np.random.default_rng(options.seed)

    best_loss, best_epoch, best_state, history = float("inf"), 0, None, []
    for epoch in range(1, options.epochs + 1):
        start = time.perf_counter()
        loss = train_epoch(network, optimiser, films, shuffle.permutation(rows["train"]), options)
        seconds = time.perf_counter() - start
        validation = binary_cross_entropy_with_logits(
            *predict(network, films, rows["validation"])
        ).item()
        history.append(
            {"epoch": epoch, "loss": loss, "validation_loss": validation, "seconds": seconds}
        )
        print(json.dumps(history[-1]), flush=True)
        if validation < best_loss:
            best_loss, best_epoch = validation, epoch
            best_state = copy.deepcopy(network.state_dict())
        elif not options.no_early_stopping and epoch - best_epoch >= options.patience:
            break

    if best_state is not None and not options.no_early_stopping:
        network.load_state_dict(best_state)
    logits, labels = predict(network, films, rows["test"])
    scores = {
        "rows": len(labels),
        "loss": binary_cross_entropy_with_logits(logits, labels).item(),
        "roc_auc_macro": macro(roc_auc, labels.numpy(), logits.numpy()),
        "average_precision_macro": macro(average_precision, labels.numpy(), logits.numpy()),
    }
    evaluated = epoch if options.no_early_stopping else best_epoch
    print(
        json.dumps(
            {
                "epochs": history,
                "best_epoch": best_epoch,
                "evaluated_epoch": evaluated,
                "test": scores,
            }
        )
    )


if __name__ == "__main__":
    main()
