"""PyTorch, as a contestant: reads a request a line, answers with a line of JSON."""

import json
import os
import sys
import time

os.environ["OMP_NUM_THREADS"] = "1"
import torch

from torch_mnist import accuracy, load, network

torch.set_num_threads(1)
answers = os.fdopen(os.dup(1), "w")
os.dup2(2, 1)  # what libraries print does not belong among the answers


class Contestant:
    """One way to train one model: `variant` is written, fused, bfloat16 or compile."""

    def __init__(self, variant, model, batch, data):
        torch.manual_seed(0)
        self.batch, self.data, self.bfloat16 = batch, data, variant == "bfloat16"
        self.net = network(model)
        self.optimizer = torch.optim.Adam(self.net.parameters(), lr=1e-3, fused=variant != "written")
        self.loss = torch.nn.CrossEntropyLoss()
        self.forward = torch.compile(self.net) if variant == "compile" else self.net

    def train(self, rows):
        x, y = self.data
        for start in range(0, len(rows), self.batch):
            part = rows[start : start + self.batch]
            self.optimizer.zero_grad()
            if self.bfloat16:
                with torch.autocast("cpu", dtype=torch.bfloat16):
                    loss = self.loss(self.forward(x[part]), y[part])
            else:
                loss = self.loss(self.forward(x[part]), y[part])
            loss.backward()
            self.optimizer.step()

    def steps(self, count):
        rows = torch.randint(0, 60_000, (count * self.batch,))
        start = time.perf_counter()
        self.train(rows)
        return time.perf_counter() - start

    def accuracy(self):
        x, y = self.data
        return accuracy(self.net, x[60_000:], y[60_000:])


def main():
    images, labels = sys.argv[1:3]
    data = load(images, labels)
    known = {}
    for line in sys.stdin:
        request = json.loads(line)
        key = request["variant"], request["model"], request["batch"]
        try:
            if request["do"] == "drop":
                known.clear()
                answer = {}
            elif request["do"] == "steps":
                if key not in known:
                    known[key] = Contestant(*key, data)
                answer = {"seconds": known[key].steps(request["steps"])}
            else:
                contestant = Contestant(*key, data)
                torch.manual_seed(0)
                contestant.train(torch.randperm(60_000))
                answer = {"accuracy": contestant.accuracy()}
        except Exception as error:
            answer = {"error": f"{type(error).__name__}: {error}"[:300]}
        print(json.dumps(answer), file=answers, flush=True)


main()
