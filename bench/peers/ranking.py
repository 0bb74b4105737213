"""Area under the ROC curve and average precision of one label, as scikit-learn defines them."""

import numpy as np


def _counts(truth, scores):
    """True and false positives at each distinct threshold, from the highest score down."""
    order = np.argsort(-scores, kind="stable")
    ends = np.append(np.flatnonzero(np.diff(scores[order])), len(order) - 1)
    true = np.cumsum(truth[order])[ends].astype(np.float64)
    return true, ends + 1 - true


def roc_auc(truth, scores):
    true, false = (np.append(0, counts) for counts in _counts(truth, scores))
    area = np.sum(np.diff(false) * (true[1:] + true[:-1]) / 2)
    return area / (true[-1] * false[-1])


def average_precision(truth, scores):
    true, false = _counts(truth, scores)
    recall = np.append(0, true / true[-1])
    return np.sum(np.diff(recall) * true / (true + false))


def macro(metric, truth, scores):
    """Mean over the labels that have both positive and negative rows."""
    usable = [label for label in range(truth.shape[1]) if 0 < truth[:, label].sum() < len(truth)]
    return float(np.mean([metric(truth[:, label], scores[:, label]) for label in usable]))
