"""MNIST and the networks that are trained on it, in PyTorch."""

import numpy as np
import torch
from torch import nn


def load(images, labels):
    pixels = torch.from_numpy(np.fromfile(images, np.uint8).reshape(-1, 784).astype(np.float32) * (2 / 255) - 1)
    return pixels, torch.from_numpy(np.fromfile(labels, np.int32).astype(np.int64))


def network(model):
    """`model` is lenet, or the widths of the hidden layers: 512-512."""
    if model == "lenet":
        return nn.Sequential(
            nn.Unflatten(1, (1, 28, 28)),
            *(nn.Conv2d(1, 6, 5), nn.Tanh(), nn.AvgPool2d(2)),
            *(nn.Conv2d(6, 16, 5), nn.Tanh(), nn.AvgPool2d(2), nn.Flatten()),
            *(nn.Linear(256, 120), nn.Tanh(), nn.Linear(120, 84), nn.Tanh(), nn.Linear(84, 10)),
        )
    sizes = [784, *(int(width) for width in model.split("-"))]
    hidden = [layer for size, width in zip(sizes, sizes[1:]) for layer in (nn.Linear(size, width), nn.ReLU())]
    return nn.Sequential(*hidden, nn.Linear(sizes[-1], 10))


def accuracy(net, x, y):
    with torch.no_grad():
        return (net(x).argmax(1) == y).double().mean().item()
