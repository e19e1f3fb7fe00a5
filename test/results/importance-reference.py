"""Makes importance-reference.json: trials, and what Optuna 5.0.0's PedAnovaImportanceEvaluator says of them.

    <the bench's environment>/bin/python test/analysis/importance-reference.py > test/analysis/importance-reference.json
"""

import json
import math
import random
import warnings

import optuna
from optuna.distributions import CategoricalDistribution, FloatDistribution, IntDistribution
from optuna.importance import PedAnovaImportanceEvaluator, get_param_importances

warnings.simplefilter("ignore")
optuna.logging.set_verbosity(optuna.logging.ERROR)

space = {
    "depth": IntDistribution(1, 4),
    "dropout": FloatDistribution(0.0, 0.5),
    "learning_rate": FloatDistribution(1e-4, 1e-1, log=True),
    "momentum": FloatDistribution(0.0, 1.0),
    "optimizer": CategoricalDistribution(["adam", "momentum", "sgd"]),
}


def draw(generator):
    params = {
        "depth": generator.randint(1, 4),
        "dropout": generator.uniform(0.0, 0.5),
        "learning_rate": math.exp(generator.uniform(math.log(1e-4), math.log(1e-1))),
        "optimizer": generator.choice(["adam", "momentum", "sgd"]),
    }
    if params["optimizer"] == "momentum":
        params["momentum"] = generator.random()
    return params


def loss(p):
    value = (math.log10(p["learning_rate"]) + 2.5) ** 2 + 0.3 * p["depth"] + 0.02 * p["dropout"]
    return value + (2 * (p["momentum"] - 0.7) ** 2 - 0.5 if "momentum" in p else 0.0)


def flops(p):
    return float(2 ** p["depth"])


studies = []
for seed, count in enumerate([50, 120]):
    generator = random.Random(seed)
    study = optuna.create_study(directions=["minimize", "minimize"])
    for _ in range(count):
        params = draw(generator)
        trial = optuna.trial.create_trial(
            params=params, distributions={name: space[name] for name in params}, values=[loss(params), flops(params)]
        )
        study.add_trial(trial)
    importances = [
        get_param_importances(study, evaluator=PedAnovaImportanceEvaluator(), target=lambda t, k=k: t.values[k])
        for k in range(2)
    ]
    trials = [{"params": t.params, "values": t.values} for t in study.trials]
    studies.append({"importances": importances, "trials": trials})

print(json.dumps(studies))
