# Writes ../fixtures/scikit-learn.json: generated texts, and the probabilities of scikit-learn 1.9.1's
# TfidfVectorizer + LogisticRegression for them.
import json
from pathlib import Path

import numpy as np
import sklearn
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression

assert sklearn.__version__ == "1.9.1", sklearn.__version__

rng = np.random.default_rng(4)
syllables = ["ka", "Lo", "mi", "ne", "ru", "ta", "so", "vi"]
vocabulary = [a + b for a in syllables for b in syllables] + ["a", "I"]


def text(truth):
    """Words 0..9 point to label 0, 10..19 to label 1, 20..29 to label 2."""
    words = list(rng.choice(vocabulary, size=rng.integers(3, 14)))
    for label in np.flatnonzero(truth):
        words += list(rng.choice(vocabulary[10 * label : 10 * label + 10], size=2))
    rng.shuffle(words)
    return ", ".join(words[:4]) + ". " + " ".join(words[4:])


truth = (rng.random((90, 3)) < (0.5, 0.3, 0.15)).astype(int)
texts = [text(row) for row in truth]
texts[3] = ""
train, test = texts[:60], texts[60:] + ["", "unknownword"]
vectoriser = TfidfVectorizer(ngram_range=(1, 2), min_df=2, sublinear_tf=True, token_pattern=r"(?u)\b\w+\b")
inputs = vectoriser.fit_transform(train)
scores = {}
for c in (1.0, 10.0):
    models = [LogisticRegression(C=c, tol=1e-10, max_iter=10_000).fit(inputs, truth[:60, label]) for label in range(3)]
    scores[str(int(c))] = np.stack(
        [model.predict_proba(vectoriser.transform(test))[:, 1] for model in models], axis=1
    ).tolist()
target = Path(__file__).parent.parent / "fixtures" / "scikit-learn.json"
target.write_text(
    json.dumps(
        {
            "train": train,
            "test": test,
            "truth": truth[:60].tolist(),
            "features": len(vectoriser.vocabulary_),
            "scores": scores,
        },
        separators=(",", ":"),
    )
    + "\n"
)
