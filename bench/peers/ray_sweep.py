"""The grid with Ray Tune, two trials at once on a core each."""

import json
import os
import sys

os.environ |= {"OMP_NUM_THREADS": "1", "RAY_DEDUP_LOGS": "0", "RAY_USAGE_STATS_ENABLED": "0"}
answers = os.fdopen(os.dup(1), "w")
os.dup2(2, 1)
import ray
from ray import tune

import study
import torch_mnist

epochs, images, labels = int(sys.argv[1]), *sys.argv[2:4]
folder = os.path.dirname(os.path.abspath(__file__))


def trial(config, data):
    model = study.dense(config["depth"], config["width"])
    last = study.train(model, epochs, data, lambda _, value: tune.report({"val": value}))
    tune.report({"accuracy": last})


ray.init(num_cpus=2, include_dashboard=False, log_to_driver=False, runtime_env={"env_vars": {"PYTHONPATH": folder}})
space = {"depth": tune.grid_search(study.depths), "width": tune.grid_search(study.widths)}
trainable = tune.with_resources(tune.with_parameters(trial, data=torch_mnist.load(images, labels)), {"cpu": 1})
results = tune.Tuner(trainable, param_space=space, run_config=tune.RunConfig(verbose=0)).fit()
values = [result.metrics["accuracy"] for result in results if "accuracy" in (result.metrics or {})]
print(json.dumps({"trials": len(values), "best": max(values)}), file=answers, flush=True)
