"""A small neural network on two half moons, in plain Python: a trial program that knows nothing of swath but its format.

swath starts it as `python3 moons.py --epochs=8 --hidden=4 …` for each trial, and reads one JSON object a line.
"""

import argparse
import json
import math
import os
import random


def main():
    options = argparse.ArgumentParser()
    options.add_argument("--hidden", type=int, default=8)
    options.add_argument("--learning_rate", type=float, default=0.1)
    options.add_argument("--epochs", type=int, default=8)
    args = options.parse_args()

    seed = int(os.environ.get("SWATH_SEED", "0"))
    folder = os.environ.get("SWATH_CHECKPOINT_DIR", ".")
    checkpoint = os.path.join(folder, "checkpoint.json")

    train = moons(600, random.Random(f"{seed} train"))
    test = moons(300, random.Random(f"{seed} test"))

    if os.path.exists(checkpoint):
        with open(checkpoint) as file:
            saved = json.load(file)
        network, metrics = saved["network"], saved["metrics"]
        # Once more: this trial may have been killed after it had saved the epoch and before it was heard.
        print(json.dumps(metrics))
    else:
        network, metrics = initial(args.hidden, random.Random(f"{seed} weights")), {"epoch": 0}

    for epoch in range(metrics["epoch"] + 1, args.epochs + 1):
        # The order comes from the seed and the epoch, so that nothing of it has to be saved.
        random.Random(f"{seed} {epoch}").shuffle(order := list(train))
        loss = sum(step(network, point, label, args.learning_rate) for point, label in order) / len(order)
        right = sum((predict(network, point)[1] > 0.5) == bool(label) for point, label in test)
        metrics = {"epoch": epoch, "train_loss": loss, "test_accuracy": right / len(test)}
        save(checkpoint, {"network": network, "metrics": metrics})
        print(json.dumps(metrics))


def moons(count, rng):
    points = []
    for i in range(count):
        angle, label = math.pi * rng.random(), i % 2
        x, y = (1 - math.cos(angle), 0.5 - math.sin(angle)) if label else (math.cos(angle), math.sin(angle))
        points.append(((x + rng.gauss(0, 0.2), y + rng.gauss(0, 0.2)), label))
    return points


def initial(hidden, rng):
    units = [[rng.uniform(-1, 1) for _ in range(3)] for _ in range(hidden)]
    return {"units": units, "output": [rng.uniform(-1, 1) for _ in range(hidden + 1)]}


def predict(network, point):
    hidden = [math.tanh(a * point[0] + b * point[1] + c) for a, b, c in network["units"]]
    *weights, bias = network["output"]
    logit = sum(w * h for w, h in zip(weights, hidden)) + bias
    return hidden, 1 / (1 + math.exp(-max(-500, min(500, logit))))


def step(network, point, label, rate):
    """One step of gradient descent on one point; returns its loss."""
    hidden, probability = predict(network, point)
    error = probability - label
    output = network["output"]
    for unit, h, i in zip(network["units"], hidden, range(len(hidden))):
        slope = rate * error * output[i] * (1 - h * h)
        unit[0] -= slope * point[0]
        unit[1] -= slope * point[1]
        unit[2] -= slope
        output[i] -= rate * error * h
    output[-1] -= rate * error
    return -math.log(max(probability if label else 1 - probability, 1e-300))


def save(path, content):
    """Written aside and renamed: whenever it is killed, a whole checkpoint is there, or none."""
    with open(path + ".new", "w") as file:
        json.dump(content, file)
    os.replace(path + ".new", path)


if __name__ == "__main__":
    main()
