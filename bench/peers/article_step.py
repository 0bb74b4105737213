"""A peer for `bench/step.ts`: whole training steps of the article's network, timed one by one.

Prints {"ready": true, "name", "parameters"} when it can start. Then, for each line `step N` on standard input, runs N
steps and prints {"seconds": [...], "cpu_seconds": [...], "loss"}; `quit` or the end of input ends it. CPU seconds (of all
threads) tell a slow step from a busy machine.
"""

import argparse
import json
import sys
import time

import torch
from torch import nn

from article_network import POSTER_HEIGHT, POSTER_WIDTH, ArticleNetwork

LABELS = 18
EMBEDDING_SIZE = 300
VOCABULARY = 8_000
TRAINABLE_PARAMETERS = 1_195_492
BATCHES = 4
MAX_GRADIENT_NORM = 5.0


def row_lengths(batch, tokens, lengths):
    """Same rule as `rowLengths` in bench/article.ts, so that both sides have the same work."""
    if lengths == "full":
        return torch.full((batch,), tokens, dtype=torch.int64)
    ragged = [tokens if row == 0 else min(tokens, 17 + row * 37 % 97) for row in range(batch)]
    return torch.tensor(ragged, dtype=torch.int64)


def synthetic_batch(options):
    lengths = row_lengths(options.batch, options.tokens, options.lengths)
    posters = torch.randint(
        0, 256, (options.batch, POSTER_HEIGHT, POSTER_WIDTH, 3), dtype=torch.uint8
    )
    tokens = torch.randint(1, VOCABULARY, (options.batch, options.tokens), dtype=torch.int32)
    tokens[torch.arange(options.tokens)[None, :] >= lengths[:, None]] = 0
    labels = (torch.rand(options.batch, LABELS) < 0.12).float()
    return posters, tokens, lengths, labels


def adam(parameters):
    """Adam in its fastest form: fused kernels where PyTorch has them for the CPU."""
    try:
        return torch.optim.Adam(parameters, lr=1e-3, fused=True)
    except (RuntimeError, TypeError):
        return torch.optim.Adam(parameters, lr=1e-3)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--batch", type=int, default=128)
    parser.add_argument("--tokens", type=int, default=120)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--lengths", choices=["ragged", "full"], default="ragged")
    parser.add_argument("--text", choices=["packed", "gather"], default="gather")
    options = parser.parse_args()

    torch.set_num_threads(options.threads)
    torch.manual_seed(options.seed)
    vectors = torch.randn(VOCABULARY, EMBEDDING_SIZE)
    network = ArticleNetwork(vectors, LABELS, options.text).train()
    parameters = network.trainable()
    count = sum(parameter.numel() for parameter in parameters)
    assert count == TRAINABLE_PARAMETERS, f"{count} trainable parameters"
    optimiser = adam(parameters)
    loss_of = nn.BCEWithLogitsLoss()
    batches = [synthetic_batch(options) for _ in range(BATCHES)]
    taken = 0

    def step():
        nonlocal taken
        posters, tokens, lengths, labels = batches[taken % BATCHES]
        taken += 1
        optimiser.zero_grad(set_to_none=True)
        loss = loss_of(network(posters, tokens, lengths), labels)
        loss.backward()
        nn.utils.clip_grad_norm_(parameters, MAX_GRADIENT_NORM)
        optimiser.step()
        return loss.item()

    answer({"ready": True, "name": peer_name(), "parameters": count})
    for line in sys.stdin:
        words = line.split()
        if words[:1] != ["step"]:
            break
        seconds, cpu_seconds, loss = [], [], None
        for _ in range(int(words[1])):
            start, cpu_start = time.perf_counter(), time.process_time()
            loss = step()
            seconds.append(time.perf_counter() - start)
            cpu_seconds.append(time.process_time() - cpu_start)
        answer({"seconds": seconds, "cpu_seconds": cpu_seconds, "loss": loss})


def peer_name():
    version = torch.__version__.split("+")[0]
    return (
        f"PyTorch {version} (Debian)"
        if "/dist-packages/" in torch.__file__
        else f"PyTorch {version}"
    )


def answer(message):
    print(json.dumps(message), flush=True)


if __name__ == "__main__":
    main()
