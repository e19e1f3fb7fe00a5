"""Optuna's samplers on the functions of bench/search/functions.ts. Reads one JSON task from the command line:
{function, sampler, trials, seeds, workers} searches and prints every trial's values and parameters, in the order in which
the trials end;
{function, time: [sizes]} prints the seconds that one suggestion takes when there are so many trials."""

import collections
import json
import math
import pathlib
import sys
import time
import warnings

import optuna

import optuna_branching

optuna.logging.set_verbosity(optuna.logging.ERROR)
warnings.simplefilter("ignore")


def xs(trial, count, low, high):
    return [trial.suggest_float(f"x{k}", low, high) for k in range(count)]


def branin(trial):
    x, y = trial.suggest_float("x0", -5, 10), trial.suggest_float("x1", 0, 15)
    bent = y - (5.1 / (4 * math.pi**2)) * x**2 + (5 / math.pi) * x - 6
    return bent**2 + 10 * (1 - 1 / (8 * math.pi)) * math.cos(x) + 10


A = [[10, 3, 17, 3.5, 1.7, 8], [0.05, 10, 17, 0.1, 8, 14], [3, 3.5, 1.7, 10, 17, 8], [17, 8, 0.05, 10, 0.1, 14]]
P = [
    [0.1312, 0.1696, 0.5569, 0.0124, 0.8283, 0.5886],
    [0.2329, 0.4135, 0.8307, 0.3736, 0.1004, 0.9991],
    [0.2348, 0.1451, 0.3522, 0.2883, 0.3047, 0.665],
    [0.4047, 0.8828, 0.8732, 0.5743, 0.1091, 0.0381],
]


def hartmann(trial):
    x = xs(trial, 6, 0, 1)
    inner = [sum(a * (v - p) ** 2 for a, p, v in zip(A[i], P[i], x)) for i in range(4)]
    return -sum(w * math.exp(-i) for w, i in zip([1, 1.2, 3, 3.2], inner))


def ackley(trial):
    x = xs(trial, 10, -32.768, 32.768)
    root = math.sqrt(sum(v**2 for v in x) / len(x))
    waves = sum(math.cos(2 * math.pi * v) for v in x) / len(x)
    return -20 * math.exp(-0.2 * root) - math.exp(waves) + 20 + math.e


def rosenbrock(trial):
    x = xs(trial, 5, -5, 10)
    return sum(100 * (b - a**2) ** 2 + (1 - a) ** 2 for a, b in zip(x, x[1:]))


def conditional(trial):
    model = trial.suggest_categorical("model", ["linear", "tree", "net"])
    if model == "linear":
        return 0.3 + 0.02 * (math.log10(trial.suggest_float("alpha", 1e-6, 1, log=True)) + 3) ** 2
    if model == "tree":
        depth, shrinkage = trial.suggest_int("depth", 1, 16), trial.suggest_float("shrinkage", 1e-3, 1, log=True)
        return 0.12 + 0.004 * (depth - 7) ** 2 + 0.08 * (math.log10(shrinkage) + 1.2) ** 2
    layers, rate = trial.suggest_int("layers", 1, 5), trial.suggest_float("rate", 1e-5, 1, log=True)
    optimizer = trial.suggest_categorical("optimizer", ["adam", "sgd", "momentum"])
    own = {"adam": 0.03, "sgd": 0.06}.get(optimizer)
    if own is None:
        own = 0.2 * (trial.suggest_float("momentum", 0, 1) - 0.9) ** 2
    dropout = trial.suggest_float("dropout", 0, 0.8)
    best = {"adam": -3, "sgd": -1, "momentum": -2}[optimizer]
    return 0.02 + own + 0.02 * (layers - 3) ** 2 + 0.3 * (dropout - 0.25) ** 2 + 0.1 * (math.log10(rate) - best) ** 2


def zdt(front):
    def function(trial):
        x = xs(trial, 8, 0, 1)
        g = 1 + 9 * sum(x[1:]) / 7
        return x[0], g * front(x[0], g)

    return function


def dtlz2(trial):
    x = xs(trial, 8, 0, 1)
    g = sum((v - 0.5) ** 2 for v in x[1:])
    return (1 + g) * math.cos(x[0] * math.pi / 2), (1 + g) * math.sin(x[0] * math.pi / 2)


def trade(trial):
    depth, width = trial.suggest_int("depth", 1, 4), trial.suggest_float("width", 16, 1024, log=True)
    rate, batch = trial.suggest_float("rate", 1e-5, 0.1, log=True), trial.suggest_int("batch", 4, 9)
    activation = trial.suggest_categorical("activation", ["relu", "tanh", "sigmoid"])
    optimizer = trial.suggest_categorical("optimizer", ["adam", "sgd"])
    flops = 2 * (784 * width + (depth - 1) * width**2 + 10 * width)
    best = (-3 if optimizer == "adam" else -1.5) + 0.1 * (batch - 6)
    sgd = 0.2 + 0.5 * (trial.suggest_float("momentum", 0, 0.99) - 0.9) ** 2 if optimizer == "sgd" else 0
    activated = {"relu": 0, "tanh": 0.1, "sigmoid": 0.4}[activation]
    error = 1 + 12 / width**0.6 + 0.35 / depth + activated + sgd + 0.5 * (math.log10(rate) - best) ** 2
    return error, math.log10(flops) - 4


class Table:
    """Real networks for MNIST: what each of them came to. The values are in order, and Optuna is told so."""

    def __init__(self, objectives):
        table = json.loads((pathlib.Path(__file__).parent.parent / "search" / "mnist-table.json").read_text())
        self.objectives = objectives
        self.axes = {name: sorted({row[k] for row in table["rows"]}) for k, name in enumerate(table["columns"][:-2])}
        self.rows = {tuple(row[:-2]): row[-2:] for row in table["rows"]}

    def __call__(self, trial):
        point = [values[trial.suggest_int(name, 0, len(values) - 1)] for name, values in self.axes.items()]
        accuracy, flops = self.rows[tuple(point)]
        return 1 - accuracy if self.objectives == 1 else (1 - accuracy, math.log10(flops))


branching = optuna_branching.functions(conditional)
functions = {
    "branin": branin,
    "hartmann-6": hartmann,
    "ackley-10": ackley,
    "rosenbrock-5": rosenbrock,
    "conditional": conditional,
    "zdt-1": zdt(lambda x, g: 1 - math.sqrt(x / g)),
    "zdt-2": zdt(lambda x, g: 1 - (x / g) ** 2),
    "zdt-3": zdt(lambda x, g: 1 - math.sqrt(x / g) - (x / g) * math.sin(10 * math.pi * x)),
    "dtlz-2": dtlz2,
    "trade": trade,
    **branching,
}
tables = {"mnist": 1, "mnist-flops": 2}

task = json.loads(sys.argv[1])
name = task["function"]
function = Table(tables[name]) if name in tables else functions[name]
directions = ["minimize"] * (2 if name[:3] in ("zdt", "dtl", "tra") or tables.get(name) == 2 else 1)
group = name in ("conditional", "trade", *branching)
workers = task.get("workers", 1)
samplers = {
    "random": lambda seed: optuna.samplers.RandomSampler(seed=seed),
    "tpe": lambda seed: optuna.samplers.TPESampler(
        multivariate=True, group=group, seed=seed, constant_liar=workers > 1
    ),
    "nsga2": lambda seed: optuna.samplers.NSGAIISampler(seed=seed),
}


def study_of(sampler):
    return optuna.create_study(directions=directions, sampler=sampler)


def search(study, trials):
    """All trials take as long: so many run at any time, and the oldest ends first."""
    running = collections.deque()
    for _ in range(trials):
        while len(running) < workers:
            trial = study.ask()
            running.append((trial, function(trial)))
        trial, values = running.popleft()
        ended = study.tell(trial, values)
        yield {"values": ended.values, "params": ended.params}


if "time" in task:
    # Random trials as they come, then suggestions alone.
    study = study_of(samplers["random"](0))
    seconds = []
    for size in task["time"]:
        study.sampler = samplers["random"](size)
        study.optimize(function, n_trials=size - len(study.trials))
        study.sampler = samplers["tpe"](0)
        function(study.ask())
        times = []
        for _ in range(task["repeats"]):
            started = time.perf_counter()
            function(study.ask())
            times.append(time.perf_counter() - started)
        seconds.append(sorted(times)[len(times) // 2])
    print(json.dumps(seconds))
else:
    runs = []
    for seed in task["seeds"]:
        study = study_of(samplers[task["sampler"]](seed))
        ended = list(search(study, task["trials"]))
        runs.append({key: [trial[key] for trial in ended] for key in ("values", "params")})
    print(json.dumps(runs))
