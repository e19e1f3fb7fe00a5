"""One trial as users of PyTorch write it: a network on MNIST; and twelve points of depth and width."""

import torch

from torch_mnist import accuracy, network

depths, widths = [1, 2, 3], [128, 256, 512, 1024]


def dense(depth, width):
    return "-".join([str(width)] * depth)


def train(model, epochs, data, report=lambda epoch, value: None, *, seed=0, fused=None):
    """Trains on 54,000 examples, validates on 6,000 after each epoch, tests at the end; returns the test accuracy."""
    torch.manual_seed(seed)
    torch.set_num_threads(1)
    x, y = data
    order = torch.randperm(60_000)
    training, validation = order[:54_000], order[54_000:]
    net = network(model)
    optimizer = torch.optim.Adam(net.parameters(), lr=1e-3, fused=fused)
    loss_of = torch.nn.CrossEntropyLoss()
    for epoch in range(epochs):
        for rows in training[torch.randperm(len(training))].split(64):
            optimizer.zero_grad()
            loss = loss_of(net(x[rows]), y[rows])
            loss.backward()
            optimizer.step()
        report(epoch, accuracy(net, x[validation], y[validation]))
    return accuracy(net, x[60_000:], y[60_000:])
