"""Keras 3 on TensorFlow, `model.fit`, as a contestant: reads a request a line, answers with a line of JSON."""

import json
import os
import sys
import time

os.environ |= {"KERAS_BACKEND": "tensorflow", "TF_CPP_MIN_LOG_LEVEL": "3", "CUDA_VISIBLE_DEVICES": ""}
answers = os.fdopen(os.dup(1), "w")
os.dup2(2, 1)  # what libraries print does not belong among the answers
import keras
import numpy as np
import tensorflow as tf

tf.config.threading.set_intra_op_parallelism_threads(1)
tf.config.threading.set_inter_op_parallelism_threads(1)
layers = keras.layers


def network(model):
    if model == "lenet":
        hidden = [
            layers.Reshape((28, 28, 1)),
            *(layers.Conv2D(6, 5, activation="tanh"), layers.AveragePooling2D(2)),
            *(layers.Conv2D(16, 5, activation="tanh"), layers.AveragePooling2D(2), layers.Flatten()),
            *(layers.Dense(120, activation="tanh"), layers.Dense(84, activation="tanh")),
        ]
    else:
        hidden = [layers.Dense(int(width), activation="relu") for width in model.split("-")]
    net = keras.Sequential([keras.Input((784,)), *hidden, layers.Dense(10)])
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    net.compile(optimizer=keras.optimizers.Adam(1e-3), loss=loss, metrics=["accuracy"])
    return net


def main():
    images, labels = sys.argv[1:3]
    x = np.fromfile(images, np.uint8).reshape(-1, 784).astype(np.float32) * (2 / 255) - 1
    y = np.fromfile(labels, np.int32)
    known = {}
    for line in sys.stdin:
        request = json.loads(line)
        model, batch = request["model"], request["batch"]
        try:
            if request["do"] == "drop":
                known.clear()
                keras.backend.clear_session()
                answer = {}
            elif request["do"] == "steps":
                net = known[model, batch] = known.get((model, batch)) or network(model)
                count = min(60_000, request["steps"] * batch)
                start = time.perf_counter()
                for _ in range(-(-request["steps"] * batch // count)):
                    net.fit(x[:count], y[:count], batch_size=batch, epochs=1, verbose=0, shuffle=False)
                answer = {"seconds": time.perf_counter() - start}
            else:
                keras.utils.set_random_seed(0)
                net = network(model)
                net.fit(x[:60_000], y[:60_000], batch_size=batch, epochs=1, verbose=0)
                answer = {"accuracy": net.evaluate(x[60_000:], y[60_000:], batch_size=1000, verbose=0)[1]}
        except Exception as error:
            answer = {"error": f"{type(error).__name__}: {error}"[:300]}
        print(json.dumps(answer), file=answers, flush=True)


main()
