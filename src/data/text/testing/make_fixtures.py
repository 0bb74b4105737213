"""Writes fixtures/scikit-learn.json: terms, document frequencies, smooth idf and the terms of each text, by scikit-learn."""
import json
import pathlib

import sklearn
from sklearn.feature_extraction.text import TfidfVectorizer

TEXTS = [
    "A young detective hunts a killer in the old city.",
    "The killer hunts the young detective; nobody in the city can help.",
    "An old sailor can't forget the sea.",
    "",
    "The sea takes an old city in the night, and the night takes a sailor.",
    "Two friends run the old city bakery. The bakery burns; they can't run.",
    "Nobody can help the two friends in the old city, and they can't forget.",
]

vectorizer = TfidfVectorizer(token_pattern=r"[a-z0-9]+(?:'[a-z0-9]+)*", ngram_range=(1, 2), min_df=2)
matrix = vectorizer.fit_transform([text for text in TEXTS if text])
terms = vectorizer.get_feature_names_out().tolist()
rows = [sorted(terms[column] for column in row.indices) for row in matrix]
fixture = {
    "made_with": f"scikit-learn {sklearn.__version__}",
    "texts": TEXTS,
    "idf": dict(zip(terms, vectorizer.idf_.tolist())),
    "terms": rows,
}
target = pathlib.Path(__file__).parent.parent / "fixtures" / "scikit-learn.json"
target.write_text(json.dumps(fixture, indent=1) + "\n")
