"""Networks in PyTorch, each with a seed, as many at once as there are cores; prints the test accuracies as JSON."""

import json
import multiprocessing
import os
import sys

os.environ["OMP_NUM_THREADS"] = "1"
import study
import torch_mnist

images, labels, trials = *sys.argv[1:3], json.loads(sys.argv[3])
data = torch_mnist.load(images, labels)


def train(trial):
    return study.train(trial["model"], trial["epochs"], data, seed=trial["seed"], fused=True)


with multiprocessing.get_context("fork").Pool(len(os.sched_getaffinity(0))) as pool:
    print(json.dumps(pool.map(train, trials, chunksize=1)))
