"""A peer for `bench/loader.ts`: PyTorch's DataLoader over Medley's prepared store, whole batches by fancy indexing."""

import argparse

import numpy as np
import torch
from torch.utils.data import BatchSampler, DataLoader, Dataset, RandomSampler

from medley_files import Store
from step import serve
from torch_step import peer_name


class Films(Dataset):
    """Batches by their rows; the store of the bench has one shard."""

    def __init__(self, folder):
        self.store = Store(folder)
        (self.shard,) = self.store.shards

    def __len__(self):
        return self.store.rows

    def __getitem__(self, rows):
        return {name: torch.from_numpy(self.shard[name][rows]) for name in self.store.fields}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--store", required=True)
    parser.add_argument("--batch", type=int, required=True)
    parser.add_argument("--workers", type=int, required=True)
    options = parser.parse_args()
    films = Films(options.store)
    loader = DataLoader(
        films,
        sampler=BatchSampler(RandomSampler(films), options.batch, drop_last=False),
        batch_size=None,
        num_workers=options.workers,
        persistent_workers=options.workers > 0,
    )

    def epoch():
        total = 0
        for batch in loader:
            total += int(np.sum(batch["poster"].numpy()[:, 0, 0, 0], dtype=np.int64))
            total += int(batch["overview"].numpy().sum(dtype=np.int64))
        return total

    serve(f"DataLoader of {peer_name()}", epoch)


if __name__ == "__main__":
    main()
