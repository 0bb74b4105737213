"""Writes fixtures/fasttext.json with the `fasttext` package: two tiny models of made-up text, whole, and what they
answer; and what the test files `lee_fasttext_new.bin` and `pang_lee_polarity_fasttext.bin` answer for a few words, at
most ten numbers each.

Usage: make_fasttext_fixture.py FOLDER_OF_VECTOR_FILES"""
import base64
import json
import pathlib
import sys
import tempfile

import fasttext

LINES = [
    "größe straße über größer sea seas seaside the the the old older oldest",
    "東京 タワー 東京タワー the sea the old city cities größe straße über",
    "naïve café cafés the sea die Straße der Größe ελληνικά μέλι μέλια",
]
UNKNOWN = ["größten", "東京都", "x", "seaward", "καλημέρα", "👩‍🚀", "citify", "İ"]


def answers(model, words):
    return {word: [float(value) for value in model.get_word_vector(word)[:10]] for word in words}


def made(folder, name, train, lines, **settings):
    text = folder / "text.txt"
    text.write_text("\n".join(lines * 5) + "\n", encoding="utf-8")
    model = train(str(text), dim=4, minCount=1, thread=1, epoch=5, verbose=0, **settings)
    file = folder / name
    model.save_model(str(file))
    words = model.get_words()
    return {
        "model": base64.b64encode(file.read_bytes()).decode(),
        "words": words,
        "known": answers(model, words),
        "unknown": answers(model, UNKNOWN),
    }


with tempfile.TemporaryDirectory() as temporary:
    folder = pathlib.Path(temporary)
    labelled = [f"__label__{index % 2} {line}" for index, line in enumerate(LINES)]
    fixture = {
        "skipgram": made(folder, "a.bin", fasttext.train_unsupervised, LINES, bucket=60, minn=2, maxn=4, lr=2),
        "supervised": made(folder, "b.bin", fasttext.train_supervised, labelled, bucket=60, wordNgrams=2),
        "files": {},
    }
vectors = pathlib.Path(sys.argv[1])
for name, known, unknown in [
    ("lee_fasttext_new.bin", ["the", "Australia", "company"], ["australia", "telephones", "rejection", "größe", "東京", "x"]),
    ("pang_lee_polarity_fasttext.bin", ["film", "best", "funny"], []),
]:
    model = fasttext.load_model(str(vectors / name))
    fixture["files"][name] = {"known": answers(model, known), "unknown": answers(model, unknown)}
target = pathlib.Path(__file__).parent.parent / "fixtures" / "fasttext.json"
target.write_text(json.dumps(fixture, ensure_ascii=False) + "\n", encoding="utf-8")
