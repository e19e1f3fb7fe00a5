"""Trials that do nothing but report twice, with Optuna, one after the other: on SQLite its quickest way. With the URL of a
PostgreSQL and a number of processes, by so many at once."""

import json
import os
import subprocess
import sys
import tempfile
import time

import optuna

sampler, count = sys.argv[1], int(sys.argv[2])
storage, processes = (sys.argv[3], int(sys.argv[4])) if len(sys.argv) > 3 else (None, 1)
optuna.logging.set_verbosity(optuna.logging.ERROR)
points = list(range(1, count + 1))
name = f"nothing-{count}-{processes}"


def objective(trial):
    point = trial.suggest_categorical("point", points) if sampler == "grid" else trial.suggest_int("point", 1, count)
    trial.report(1 / point, 1)
    trial.report(1 / (2 * point), 2)
    return 1 / (2 * point)


samplers = {
    "grid": lambda: optuna.samplers.GridSampler({"point": points}, seed=0),
    "random": lambda: optuna.samplers.RandomSampler(),
}


def optimize(study, trials):
    started = time.perf_counter()
    study.optimize(objective, n_trials=trials, n_jobs=1)
    return time.perf_counter() - started


if storage is None:
    with tempfile.TemporaryDirectory() as folder:
        study = optuna.create_study(storage=f"sqlite:///{os.path.join(folder, 'study.db')}", sampler=samplers[sampler]())
        seconds = optimize(study, count)
        print(json.dumps({"trials": len(study.trials), "seconds": seconds}))
elif sys.argv[5:] == ["worker"]:
    optimize(optuna.load_study(study_name=name, storage=storage, sampler=samplers[sampler]()), count // processes)
else:
    study = optuna.create_study(study_name=name, storage=storage, sampler=samplers[sampler]())
    for worker in [subprocess.Popen([sys.executable, *sys.argv, "worker"]) for _ in range(processes)]:
        worker.wait()
    ended = max(trial.datetime_complete for trial in study.trials)
    seconds = (ended - min(trial.datetime_start for trial in study.trials)).total_seconds()
    print(json.dumps({"trials": len(study.trials), "seconds": seconds}))
