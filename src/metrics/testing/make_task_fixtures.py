# Writes ../fixtures/tasks.json: multi-class, regression, ordinal and temperature values of scikit-learn 1.9.1 and scipy.
# Run with a Python that has both. NaN is written as the string "nan".
import json
import math
import warnings
from pathlib import Path

import numpy as np
import sklearn
from scipy.optimize import brentq
from scipy.special import logsumexp, softmax
from scipy.stats import pearsonr, spearmanr
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
    return "nan" if math.isnan(value) else float(value)


def decisions(truth, predicted):
    result = {
        "accuracy": metrics.accuracy_score(truth, predicted),
        "balanced_accuracy": metrics.balanced_accuracy_score(truth, predicted),
        "cohen_kappa": metrics.cohen_kappa_score(truth, predicted),
        "matthews_corrcoef": metrics.matthews_corrcoef(truth, predicted),
    }
    for average in ("macro", "micro", "weighted"):
        values = metrics.precision_recall_fscore_support(truth, predicted, average=average, zero_division=0)
        for name, value in zip(("precision", "recall", "f1"), values):
            result[f"{name}_{average}"] = value
    return result


def calibration_error(truth, probabilities, bins=15):
    """Guo et al.'s definition, read literally: bin m holds the confidences in ((m - 1) / M, m / M]."""
    confidence = probabilities.max(axis=1)
    right = probabilities.argmax(axis=1) == truth
    total = 0.0
    for m in range(bins):
        inside = (confidence > m / bins) & (confidence <= (m + 1) / bins)
        if inside.any():
            total += inside.mean() * abs(right[inside].mean() - confidence[inside].mean())
    return total


def multi_class(name, truth, scores):
    truth, scores = np.asarray(truth), np.asarray(scores, dtype=float)
    rows, classes = scores.shape
    labels = list(range(classes))
    predicted = scores.argmax(axis=1)
    columns = np.eye(classes, dtype=int)[truth]
    areas = metrics.roc_auc_score(columns, scores, average=None)
    if not np.isnan(areas).any() and np.allclose(scores.sum(axis=1), 1) and classes > 2:
        own = metrics.roc_auc_score(truth, scores, multi_class="ovr", average="macro")
        assert abs(own - areas.mean()) < 1e-15
    per_class = metrics.precision_recall_fscore_support(truth, predicted, labels=labels, zero_division=0)
    result = {
        "name": name, "rows": rows, "classes": classes, "truth": truth, "scores": scores.ravel(),
        "decisions": decisions(truth, predicted),
        "confusion": metrics.confusion_matrix(truth, predicted, labels=labels).ravel(),
        "roc_auc": areas,
        "roc_auc_weighted": metrics.roc_auc_score(columns, scores, average="weighted"),
        "average_precision": metrics.average_precision_score(columns, scores, average=None),
        "average_precision_macro": metrics.average_precision_score(columns, scores, average="macro"),
        "per_class": dict(zip(("precision", "recall", "f1", "support"), per_class)),
        "log_loss": metrics.log_loss(truth, scores, labels=labels),
        "log_loss_float32": metrics.log_loss(truth, scores.astype(np.float32), labels=labels),
        "calibration_error": calibration_error(truth, scores),
    }
    if classes > 2:
        result["top_k"] = [metrics.top_k_accuracy_score(truth, scores, k=k, labels=labels) for k in (1, 2, 3, 9)]
    return result


def regression(name, truth, predicted):
    truth, predicted = np.asarray(truth, dtype=float), np.asarray(predicted, dtype=float)
    defined = len(truth) > 1
    return {
        "name": name, "truth": truth, "predicted": predicted,
        "scores": {
            "mean_absolute_error": metrics.mean_absolute_error(truth, predicted),
            "mean_squared_error": metrics.mean_squared_error(truth, predicted),
            "root_mean_squared_error": metrics.root_mean_squared_error(truth, predicted),
            "median_absolute_error": metrics.median_absolute_error(truth, predicted),
            "max_error": metrics.max_error(truth, predicted),
            "mean_absolute_percentage_error": metrics.mean_absolute_percentage_error(truth, predicted),
            "r2": metrics.r2_score(truth, predicted),
            "explained_variance": metrics.explained_variance_score(truth, predicted),
            "pearson": pearsonr(truth, predicted).statistic if defined else math.nan,
            "spearman": spearmanr(truth, predicted).statistic if defined else math.nan,
        },
        "residuals": np.quantile(truth - predicted, [0.05, 0.25, 0.5, 0.75, 0.95]),
    }


def ordinal(name, truth, predicted, classes):
    truth, predicted = np.asarray(truth), np.asarray(predicted)
    labels = list(range(classes))
    return {
        "name": name, "truth": truth, "predicted": predicted, "classes": classes,
        "scores": {
            "accuracy": metrics.accuracy_score(truth, predicted),
            "within_one": np.mean(np.abs(truth - predicted) <= 1),
            "mean_absolute_error": metrics.mean_absolute_error(truth, predicted),
            "quadratic_weighted_kappa": metrics.cohen_kappa_score(truth, predicted, labels=labels, weights="quadratic"),
            "linear_weighted_kappa": metrics.cohen_kappa_score(truth, predicted, labels=labels, weights="linear"),
            "spearman": spearmanr(truth, predicted).statistic if len(truth) > 1 else math.nan,
        },
    }


def temperature(truth, logits):
    """Root of the derivative of the cross entropy by 1 / temperature."""
    rows, classes = logits.shape
    own = logits[np.arange(rows), truth]

    def slope(factor):
        return np.mean((softmax(factor * logits, axis=1) * logits).sum(axis=1) - own)

    def loss(factor):
        return np.mean(logsumexp(factor * logits, axis=1) - factor * own)

    factor = brentq(slope, 1e-2, 1e2, xtol=1e-15, rtol=1e-15)
    return {
        "truth": truth, "logits": logits.ravel(), "classes": classes,
        "temperature": 1 / factor, "before": loss(1), "after": loss(factor),
    }


def main():
    rng = np.random.default_rng(31)
    grids = []
    for rows, classes in ((1, 3), (3, 2), (7, 3), (25, 4), (60, 3), (80, 10)):
        truth = rng.integers(0, classes, rows)
        logits = rng.normal(size=(rows, classes)) + 1.2 * np.eye(classes)[truth]
        grids.append(multi_class(f"random {rows}x{classes}", truth, softmax(logits, axis=1)))
        if classes == 10:
            continue
        rounded = np.round(softmax(logits, axis=1), 1)
        grids.append(multi_class(f"ties {rows}x{classes}", truth, rounded))
    third = np.full((4, 3), 1 / 3)
    right = np.eye(3)[[0, 1, 2, 1]]
    grids += [
        multi_class("constant scores", [0, 2, 1, 1], third),
        multi_class("constant prediction", [0, 2, 1, 1], np.tile([0.2, 0.5, 0.3], (4, 1))),
        multi_class("all right and certain", [0, 1, 2, 1], right),
        multi_class("all wrong and certain", [1, 2, 0, 0], right),
        multi_class("one class is true, others predicted", [1, 1, 1, 1], right),
        multi_class("one class, true and predicted", [2, 2, 2], np.tile([0.1, 0.2, 0.7], (3, 1))),
        multi_class("class absent from truth", [0, 1, 0, 1], [[0.5, 0.4, 0.1], [0.2, 0.2, 0.6], [0.7, 0.2, 0.1], [0.1, 0.8, 0.1]]),
        multi_class("class absent from both", [0, 2, 0, 2], [[0.5, 0.1, 0.4], [0.2, 0.2, 0.6], [0.4, 0.1, 0.5], [0.1, 0.1, 0.8]]),
        multi_class("one row, right", [1], [[0.2, 0.6, 0.2]]),
        multi_class("one row, wrong", [0], [[0.2, 0.6, 0.2]]),
        multi_class("on the borders of the bins", [0, 1, 2, 2, 1, 0], [
            [0.6, 0.2, 0.2], [0.4, 0.4, 0.2], [0.2, 0.2, 0.6], [0.8, 0.2, 0], [0, 1, 0], [7 / 15, 5 / 15, 3 / 15]]),
    ]

    numbers = []
    for rows, scale, offset in ((2, 1, 0), (3, 1, 0), (10, 1, 0), (51, 100, -20), (40, 1, 1e6), (40, 1e-8, 0), (40, 1e100, 0)):
        truth = rng.normal(size=rows) * scale + offset
        predicted = truth + rng.normal(size=rows) * scale * 0.5
        numbers.append(regression(f"random {rows} x {scale} + {offset}", truth, predicted))
    truth = rng.integers(0, 6, 30)
    numbers += [
        regression("ties", truth, rng.integers(0, 6, 30) * 0.5 + truth),
        regression("target 0", [0, 1, 2, 0], [0, 1.5, 2, 0.25]),
        regression("constant target, wrong", [2, 2, 2, 2], [1, 2, 3, 2.5]),
        regression("constant target, right", [2, 2, 2, 2], [2, 2, 2, 2]),
        regression("constant prediction", [1, 2, 3, 5], [2, 2, 2, 2]),
        regression("prediction of the mean", [1, 2, 3, 6], [3, 3, 3, 3]),
        regression("constant error", [1, 2, 3, 5], [3, 4, 5, 7]),
        regression("all right", [1, 2, 3, 5], [1, 2, 3, 5]),
        regression("reversed", [1, 2, 3, 4], [8, 6, 4, 2]),
        regression("one row", [3], [5]),
        regression("one row, right", [3], [3]),
    ]

    stars = []
    for rows, classes in ((2, 3), (12, 5), (60, 5), (100, 10)):
        truth = rng.integers(0, classes, rows)
        predicted = np.clip(truth + rng.integers(-2, 3, rows), 0, classes - 1)
        stars.append(ordinal(f"random {rows} of {classes}", truth, predicted, classes))
    stars += [
        ordinal("class in the middle absent", [0, 0, 2, 4, 4], [0, 2, 2, 2, 4], 5),
        ordinal("constant prediction", [0, 1, 2, 2], [1, 1, 1, 1], 3),
        ordinal("constant truth", [1, 1, 1, 1], [0, 1, 2, 1], 3),
        ordinal("one class only", [1, 1, 1], [1, 1, 1], 3),
        ordinal("constant and different", [1, 1, 1], [2, 2, 2], 3),
        ordinal("reversed", [0, 1, 2, 3], [3, 2, 1, 0], 4),
        ordinal("one row", [1], [2], 3),
    ]

    fits = []
    for rows, classes, scale in ((200, 3, 1), (60, 5, 4), (100, 2, 0.2), (40, 4, 30)):
        logits = rng.normal(size=(rows, classes)) * 1.5
        chosen = np.array([rng.choice(classes, p=p) for p in softmax(logits, axis=1)])
        fits.append(temperature(chosen, np.round(logits * scale, 4)))

    result = {"multiClass": grids, "regression": numbers, "ordinal": stars, "temperature": fits}
    target = Path(__file__).parent.parent / "fixtures" / "tasks.json"
    target.write_text(json.dumps(plain(result), separators=(",", ":")) + "\n")


main()
