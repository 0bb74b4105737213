"""A training step in PyTorch: Adam, gradients cut at norm 5."""

import numpy as np
import torch
from torch import nn

from torch_networks import create_network

MAX_GRADIENT_NORM = 5.0


def adam(parameters):
    """Adam in its fastest form: fused kernels where PyTorch has them for the CPU."""
    try:
        return torch.optim.Adam(parameters, lr=1e-3, fused=True)
    except (RuntimeError, TypeError):
        return torch.optim.Adam(parameters, lr=1e-3)


def set_dropout(network, rate):
    for module in network.modules():
        if isinstance(module, nn.Dropout):
            module.p = rate
        if isinstance(module, nn.LSTM):
            module.dropout = rate


def prepare(options, stored, inputs):
    """The peer's name, and a function that takes one step and returns its loss."""
    torch.set_num_threads(options.threads)
    network = create_network(options.network, stored, options.text).train()
    set_dropout(network, options.dropout)
    parameters = [parameter for parameter in network.parameters() if parameter.requires_grad]
    optimiser = adam(parameters)
    loss_of = nn.BCEWithLogitsLoss()
    tensors = {name: torch.from_numpy(np.array(array)) for name, array in inputs.items()}
    labels = tensors.pop("labels").float()

    def step():
        optimiser.zero_grad(set_to_none=True)
        loss = loss_of(network(**tensors), labels)
        loss.backward()
        nn.utils.clip_grad_norm_(parameters, MAX_GRADIENT_NORM)
        optimiser.step()
        return loss.item()

    return peer_name(), step


def peer_name():
    version = torch.__version__.split("+")[0]
    is_debian = "/dist-packages/" in torch.__file__
    return f"PyTorch {version} (Debian)" if is_debian else f"PyTorch {version}"
