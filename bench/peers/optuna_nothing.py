"""Trials that do nothing but report twice, with Optuna on SQLite, one after the other: its quickest way."""

import json
import os
import sys
import tempfile
import time

import optuna

sampler, count = sys.argv[1], int(sys.argv[2])
optuna.logging.set_verbosity(optuna.logging.WARNING)
points = list(range(1, count + 1))


def objective(trial):
    point = trial.suggest_categorical("point", points) if sampler == "grid" else trial.suggest_int("point", 1, count)
    trial.report(1 / point, 1)
    trial.report(1 / (2 * point), 2)
    return 1 / (2 * point)


samplers = {
    "grid": lambda: optuna.samplers.GridSampler({"point": points}, seed=0),
    "random": lambda: optuna.samplers.RandomSampler(seed=0),
}
with tempfile.TemporaryDirectory() as folder:
    study = optuna.create_study(storage=f"sqlite:///{os.path.join(folder, 'study.db')}", sampler=samplers[sampler]())
    started = time.perf_counter()
    study.optimize(objective, n_trials=count, n_jobs=1)
    seconds = time.perf_counter() - started
    print(json.dumps({"trials": len(study.trials), "seconds": seconds}))
