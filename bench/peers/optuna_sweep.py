"""The grid with Optuna: `threads` runs two trials at once in one process, `processes` in two on one SQLite study."""

import json
import os
import subprocess
import sys
import tempfile

os.environ["OMP_NUM_THREADS"] = "1"
import optuna

import study
import torch_mnist

how, epochs, images, labels = sys.argv[1], int(sys.argv[2]), *sys.argv[3:5]
grid = {"depth": study.depths, "width": study.widths}
optuna.logging.set_verbosity(optuna.logging.WARNING)


def objective_on(data):
    def objective(trial):
        depth, width = (trial.suggest_categorical(name, values) for name, values in grid.items())
        return study.train(study.dense(depth, width), epochs, data, lambda epoch, value: trial.report(value, epoch))

    return objective


def open_study(storage):
    options = {"sampler": optuna.samplers.GridSampler(grid, seed=0), "direction": "maximize", "storage": storage}
    return optuna.create_study(**options, study_name="grid", load_if_exists=storage is not None)


if how == "worker":
    open_study(sys.argv[5]).optimize(objective_on(torch_mnist.load(images, labels)))
    sys.exit()
with tempfile.TemporaryDirectory() as folder:
    if how == "threads":
        grid_study = open_study(None)
        grid_study.optimize(objective_on(torch_mnist.load(images, labels)), n_jobs=2)
    else:
        storage = f"sqlite:///{folder}/study.db"
        grid_study = open_study(storage)
        command = [sys.executable, __file__, "worker", str(epochs), images, labels, storage]
        for worker in [subprocess.Popen(command) for _ in range(2)]:
            worker.wait()
    frame = sorted(grid_study.trials, key=lambda trial: -(trial.value or 0))
    print("\n".join(f"{trial.params} {trial.value:.4f}" for trial in frame if trial.value), file=sys.stderr)
    values = [trial.value for trial in grid_study.trials if trial.value]
    print(json.dumps({"trials": len(values), "best": max(values)}))
