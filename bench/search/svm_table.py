"""Trains the support vector machines of svm-table.json with scikit-learn: every kernel, C, gamma, degree and coef0 on
three data sets that come with it. Prints the table. The error is that of three-fold cross-validation: the share of wrong
classes, or 1 - R² of the regression."""

import itertools
import json
import sys

import numpy as np
import sklearn
from sklearn.datasets import load_breast_cancer, load_diabetes, load_digits
from sklearn.model_selection import KFold, StratifiedKFold, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC, SVR

COSTS = [10.0**k for k in range(-3, 6)]
GAMMAS = [10.0**k for k in range(-6, 3)]
DEGREES = [2, 3, 4]
COEFFICIENTS = [0.0, 0.5, 1.0]

digits = load_digits(return_X_y=True)
sets = {
    "digits": (SVC, digits[0][:600], digits[1][:600]),
    "cancer": (SVC, *load_breast_cancer(return_X_y=True)),
    "diabetes": (SVR, *load_diabetes(return_X_y=True)),
}


def points():
    for kernel in ["linear", "rbf", "poly", "sigmoid"]:
        gammas = range(len(GAMMAS)) if kernel != "linear" else ["-"]
        degrees = range(len(DEGREES)) if kernel == "poly" else ["-"]
        coefficients = range(len(COEFFICIENTS)) if kernel in ("poly", "sigmoid") else ["-"]
        yield from itertools.product([kernel], range(len(COSTS)), gammas, degrees, coefficients)


def error(method, x, y, kernel, cost, gamma, degree, coefficient):
    own = {"kernel": kernel, "C": COSTS[cost], "max_iter": 20_000}
    if gamma != "-":
        own["gamma"] = GAMMAS[gamma]
    if degree != "-":
        own["degree"] = DEGREES[degree]
    if coefficient != "-":
        own["coef0"] = COEFFICIENTS[coefficient]
    folds = (StratifiedKFold if method is SVC else KFold)(3, shuffle=True, random_state=0)
    machine = make_pipeline(StandardScaler(), method(**own))
    return round(1 - float(np.mean(cross_val_score(machine, x, y, cv=folds))), 6)


if not sys.warnoptions:
    import warnings

    warnings.simplefilter("ignore")
errors = {
    name: {" ".join(map(str, point)): error(*own, *point) for point in points()} for name, own in sets.items()
}
print(json.dumps({"made": {"by": "svm_table.py", "scikit-learn": sklearn.__version__}, "errors": errors}, indent=1))
