"""One trial as Optuna's and Ray's users write it: a dense network on MNIST in PyTorch, twelve points of depth and width."""

import numpy as np
import torch

depths, widths = [1, 2, 3], [128, 256, 512, 1024]


def load(images, labels):
    pixels = torch.from_numpy(np.fromfile(images, np.uint8).reshape(-1, 784).astype(np.float32) * (2 / 255) - 1)
    return pixels, torch.from_numpy(np.fromfile(labels, np.int32).astype(np.int64))


def accuracy(net, x, y):
    with torch.no_grad():
        return (net(x).argmax(1) == y).float().mean().item()


def train(depth, width, epochs, data, report):
    """Trains on 54,000 examples, validates on 6,000 after each epoch, tests at the end; returns the test accuracy."""
    torch.manual_seed(0)
    torch.set_num_threads(1)
    x, y = data
    order = torch.randperm(60_000)
    training, validation = order[:54_000], order[54_000:]
    sizes = [784, *[width] * depth]
    hidden = [layer for a, b in zip(sizes, sizes[1:]) for layer in (torch.nn.Linear(a, b), torch.nn.ReLU())]
    net = torch.nn.Sequential(*hidden, torch.nn.Linear(width, 10))
    optimizer = torch.optim.Adam(net.parameters(), lr=1e-3)
    loss_of = torch.nn.CrossEntropyLoss()
    for epoch in range(epochs):
        for rows in training[torch.randperm(len(training))].split(64):
            optimizer.zero_grad()
            loss = loss_of(net(x[rows]), y[rows])
            loss.backward()
            optimizer.step()
        report(epoch, accuracy(net, x[validation], y[validation]))
    return accuracy(net, x[60_000:], y[60_000:])
