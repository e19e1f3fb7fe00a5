"""The conditional functions of bench/search/branching.ts, for Optuna; see there."""

import json
import math
import pathlib

GAP = 0.1
MINIMA = {"linear": 0.3, "tree": 0.12, "net": 0.02}


def bowl(trial, branch, dimensions, best):
    total = 0
    for k in range(dimensions):
        centre = 0.15 + 0.7 * (((ord(branch) + 5 * k) * 0.618) % 1)
        total += (trial.suggest_float(f"{branch}{k}", 0, 1) - centre) ** 2
    return total / math.sqrt(dimensions) + (0 if branch == best else GAP)


def models(conditional):
    def arrangement(trial, best):
        value = conditional(trial)
        model = trial.params["model"]
        wanted = MINIMA["net"] if model == best else MINIMA[best if model == "net" else model]
        return value - MINIMA[model] + wanted

    return arrangement


def six(trial, best):
    return bowl(trial, trial.suggest_categorical("kind", list("abcdef")), 2, best)


def nested(trial, best):
    if trial.suggest_categorical("family", ["left", "right"]) == "right":
        return bowl(trial, "d", 3, best)
    if trial.suggest_categorical("left", ["small", "large"]) == "small":
        return bowl(trial, "a", 1, best)
    if trial.suggest_categorical("large", ["even", "odd"]) == "even":
        return bowl(trial, "b", 2, best)
    return bowl(trial, "c", 4, best)


def unequal(trial, best):
    kind = trial.suggest_categorical("kind", list("abc"))
    return bowl(trial, kind, {"a": 1, "b": 3, "c": 8}[kind], best)


def rare(trial, best):
    level = trial.suggest_int("level", 1, 10)
    if level <= 7:
        return bowl(trial, "a", 1, best)
    return bowl(trial, "b", 3, best) if level <= 9 else bowl(trial, "c", 6, best)


def svm(table):
    def function(trial):
        kernel = trial.suggest_categorical("kernel", ["linear", "rbf", "poly", "sigmoid"])
        point = [kernel, trial.suggest_int("C", 0, 8)]
        point.append(trial.suggest_int("gamma", 0, 8) if kernel != "linear" else "-")
        point.append(trial.suggest_int("degree", 0, 2) if kernel == "poly" else "-")
        point.append(trial.suggest_int("coef0", 0, 2) if kernel in ("poly", "sigmoid") else "-")
        return table[" ".join(map(str, point))]

    return function


def functions(conditional):
    arranged = {"models": models(conditional), "six": six, "nested": nested, "unequal": unequal, "rare": rare}
    branches = {"models": MINIMA, "six": "abcdef", "nested": "abcd", "unequal": "abc", "rare": "abc"}
    made = {
        f"{title}-{best}": lambda trial, function=function, best=best: function(trial, best)
        for title, function in arranged.items()
        for best in branches[title]
    }
    file = pathlib.Path(__file__).parent.parent / "search" / "svm-table.json"
    tables = json.loads(file.read_text())["errors"]
    return made | {f"svm-{name}": svm(table) for name, table in tables.items()}
