# Writes ../fixtures/scikit-learn.json: metric values of scikit-learn 1.9.1 for random grids and every edge case.
# Run with a Python that has scikit-learn 1.9.1 and scipy. NaN and infinity are written as the strings "nan" and "inf".
import json
import math
import warnings
from pathlib import Path

import numpy as np
import sklearn
from scipy.optimize import minimize
from scipy.special import expit
from sklearn import metrics

assert sklearn.__version__ == "1.9.1", sklearn.__version__
warnings.filterwarnings("ignore")


def plain(value):
    """JSON without NaN."""
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple, np.ndarray)):
        return [plain(item) for item in value]
    if isinstance(value, str):
        return value
    if isinstance(value, (np.integer, int)):
        return int(value)
    value = float(value)
    return "nan" if math.isnan(value) else "inf" if math.isinf(value) else value


AVERAGES = ("macro", "micro", "weighted", "samples")


def averages(function, **options):
    return {average: function(average=average, **options) for average in AVERAGES}


def classification(truth, predicted):
    result = {
        "hamming_loss": metrics.hamming_loss(truth, predicted),
        "subset_accuracy": metrics.accuracy_score(truth, predicted),
        "label_accuracy": 1 - metrics.hamming_loss(truth, predicted),
    }
    for zero, name in ((0, "zero"), (1, "one"), (np.nan, "nan")):
        options = {"y_true": truth, "y_pred": predicted, "zero_division": zero}
        result[name] = {
            "precision": averages(metrics.precision_score, **options),
            "recall": averages(metrics.recall_score, **options),
            "f1": averages(metrics.f1_score, **options),
            "f2": averages(metrics.fbeta_score, beta=2, **options),
            "f_half": averages(metrics.fbeta_score, beta=0.5, **options),
        }
        if zero is not np.nan:
            result[name]["jaccard"] = averages(metrics.jaccard_score, **options)
    result["matthews"] = [
        metrics.matthews_corrcoef(truth[:, label], predicted[:, label]) for label in range(truth.shape[1])
    ]
    return result


def ranking(truth, scores):
    names = ("macro", "micro", "weighted")
    return {
        "roc_auc": {name: metrics.roc_auc_score(truth, scores, average=name) for name in names},
        "average_precision": {name: metrics.average_precision_score(truth, scores, average=name) for name in names},
        "roc_auc_per_label": metrics.roc_auc_score(truth, scores, average=None),
        "average_precision_per_label": metrics.average_precision_score(truth, scores, average=None),
        "label_ranking_average_precision": metrics.label_ranking_average_precision_score(truth, scores),
        "coverage_error": metrics.coverage_error(truth, scores),
        "label_ranking_loss": metrics.label_ranking_loss(truth, scores),
    }


def column(truth, scores):
    roc = metrics.roc_curve(truth, scores)
    full = metrics.roc_curve(truth, scores, drop_intermediate=False)
    curve = metrics.precision_recall_curve(truth, scores)
    return {
        "truth": truth,
        "scores": scores,
        "roc_auc": metrics.roc_auc_score(truth, scores) if 0 < sum(truth) < len(truth) else math.nan,
        "average_precision": metrics.average_precision_score(truth, scores),
        "roc_curve": dict(zip(("false", "true", "thresholds"), roc)),
        "roc_curve_full": dict(zip(("false", "true", "thresholds"), full)),
        "precision_recall_curve": dict(zip(("precision", "recall", "thresholds"), curve)),
    }


def platt(truth, logits):
    """Lin, Lin and Weng's objective, minimised to machine precision."""
    truth, logits = np.asarray(truth), np.asarray(logits)
    positives, rows = truth.sum(), len(truth)
    targets = np.where(truth == 1, (positives + 1) / (positives + 2), 1 / (rows - positives + 2))

    def loss(x):
        z = x[0] * logits + x[1]
        return np.mean(np.maximum(z, 0) - z * targets + np.log1p(np.exp(-np.abs(z))))

    def gradient(x):
        error = (expit(x[0] * logits + x[1]) - targets) / rows
        return np.array([error @ logits, error.sum()])

    def hessian(x):
        p = expit(x[0] * logits + x[1])
        w = p * (1 - p) / rows
        return np.array([[w @ logits**2, w @ logits], [w @ logits, w.sum()]])

    x = minimize(loss, [0.1, 0], jac=gradient, hess=hessian, method="trust-exact", options={"gtol": 1e-13}).x
    for _ in range(5):
        x = x - np.linalg.solve(hessian(x), gradient(x))
    return {"truth": truth, "logits": logits, "slope": x[0], "intercept": x[1]}


def main():
    rng = np.random.default_rng(20)
    grids = []

    def add(name, truth, scores):
        truth = np.asarray(truth, dtype=int)
        scores = np.asarray(scores, dtype=float)
        rows, labels = truth.shape
        grids.append({
            "name": name, "rows": rows, "labels": labels, "truth": truth.ravel(), "scores": scores.ravel(),
            "classification": classification(truth, (scores >= 0.5).astype(int)),
            "ranking": ranking(truth, scores),
        })

    for rows, labels, density in ((1, 3, 0.5), (2, 2, 0.5), (5, 3, 0.4), (12, 4, 0.3), (30, 6, 0.2), (40, 18, 0.12)):
        truth = rng.random((rows, labels)) < density
        noise = rng.random((rows, labels))
        scores = np.clip(0.6 * noise + 0.35 * truth, 0, 1)
        add(f"random {rows}x{labels}", truth, scores)
        add(f"ties {rows}x{labels}", truth, np.round(scores, 1))
        add(f"float32 {rows}x{labels}", truth, scores.astype(np.float32))
    vector = np.array([[1, 0, 0], [0, 0, 1], [1, 0, 1], [0, 0, 0]])
    predicted = np.array([[1, 0, 0], [0, 0, 1], [1, 1, 1], [0, 0, 0]])
    add("test vector of the definitions", vector, predicted)
    add("nothing predicted", vector, np.zeros((4, 3)))
    add("everything predicted", vector, np.ones((4, 3)))
    add("nothing true", np.zeros((4, 3)), predicted)
    add("nothing true, nothing predicted", np.zeros((4, 3)), np.zeros((4, 3)))
    add("everything true", np.ones((4, 3)), predicted)
    add("everything true and predicted", np.ones((4, 3)), np.ones((4, 3)))
    add("constant scores", vector, np.full((4, 3), 0.5))
    add("one column all true", [[1, 0], [1, 1], [1, 0]], [[0.2, 0.6], [0.7, 0.8], [0.9, 0.6]])
    add("row 0 true labels", [[0, 0, 0]], [[0.2, 0.3, 0.1]])
    add("row all true labels", [[1, 1, 1]], [[0.2, 0.3, 0.1]])
    add("row with tie", [[1, 0, 0]], [[0.5, 0.5, 0.1]])
    add("sum that is not 0.3", [[1, 0], [0, 1]], [[0.1 + 0.2, 0.3], [0.3, 0.1 + 0.2]])

    columns = [
        column([0, 1, 1], [0.5, 0.5, 0.6]),
        column([1, 0, 0, 0], [0.3] * 4),
        column([0, 0, 0], [0.1, 0.2, 0.3]),
        column([1, 1, 1], [0.1, 0.2, 0.2]),
        column([1], [0.5]),
        column([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8]),
        column([1, 0, 1, 0, 1], [0.1 + 0.2, 0.3, 0.3, 0.1, 0.9]),
        column([0, 0, 0, 0, 1, 1, 1, 1], [-3, -2, -1, 0, 1, 2, 3, 4]),
    ]
    for rows in (7, 25, 60):
        truth = (rng.random(rows) < 0.3).astype(int)
        truth[:2] = 0, 1
        scores = rng.normal(size=rows) + truth
        columns += [column(truth, scores), column(truth, np.round(scores, 0))]

    fits = []
    for rows, slope, intercept in ((50, 1.5, -1), (200, 0.3, 0.5), (80, 20, 3), (12, 1, 0)):
        logits = rng.normal(size=rows) * 2 + 1
        truth = (rng.random(rows) < expit(slope * logits + intercept)).astype(int)
        truth[:2] = 0, 1
        fits.append(platt(truth, logits))
    separable = np.arange(-5.0, 5.0)
    fits.append(platt((separable > 0).astype(int), separable))

    target = Path(__file__).parent.parent / "fixtures" / "scikit-learn.json"
    target.write_text(json.dumps(plain({"grids": grids, "columns": columns, "platt": fits}), separators=(",", ":")) + "\n")


main()
