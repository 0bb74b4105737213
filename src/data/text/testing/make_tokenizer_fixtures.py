"""Writes fixtures/tokenizers.json with the `tokenizers` package: three tiny tokenizers trained on made-up text, whole, with
the tokens they cut texts into, and the ids and tokens of the MiniLM tokenizer of the test data for the same texts.

Usage: make_tokenizer_fixtures.py TOKENIZER_JSON_OF_MINILM"""
import json
import pathlib
import sys

import tokenizers
from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, trainers

LINES = [
    "the old detective hunts a killer in the old city",
    "größe straße über größer, naïve café cafés",
    "東京 タワー 東京タワー unbelievable believer believing",
    "the sea takes an old sailor, and the night takes the sea",
]
TEXTS = LINES + [
    "Don't look up! Unbelievable detectives' re-believing...",
    "  Größen  straßen\n\tΩ unheard ☃ 👩‍🚀 ",
    "",
    "ISTANBUL İzmir É e\u0301 ﬁ 1,234.5 [UNK]",
]


def trained(model, trainer, normalizer, pre_tokenizer):
    tokenizer = Tokenizer(model)
    tokenizer.normalizer = normalizer
    tokenizer.pre_tokenizer = pre_tokenizer
    tokenizer.train_from_iterator(LINES, trainer)
    return tokenizer


def answers(tokenizer):
    encoded = [tokenizer.encode(text, add_special_tokens=False) for text in TEXTS]
    return {"tokens": [each.tokens for each in encoded], "ids": [each.ids for each in encoded]}


minilm = Tokenizer.from_file(sys.argv[1])
minilm.no_padding()
minilm.no_truncation()
made = {
    "WordPiece": trained(
        models.WordPiece(unk_token="[UNK]"),
        trainers.WordPieceTrainer(vocab_size=120, special_tokens=["[PAD]", "[UNK]"], show_progress=False),
        normalizers.BertNormalizer(),
        pre_tokenizers.BertPreTokenizer(),
    ),
    "BPE of bytes": trained(
        models.BPE(),
        trainers.BpeTrainer(
            vocab_size=320, show_progress=False, initial_alphabet=pre_tokenizers.ByteLevel.alphabet()
        ),
        normalizers.NFC(),
        pre_tokenizers.ByteLevel(add_prefix_space=False),
    ),
    "Unigram": trained(
        models.Unigram(),
        trainers.UnigramTrainer(vocab_size=80, unk_token="<unk>", special_tokens=["<unk>"], show_progress=False),
        normalizers.NFKC(),
        pre_tokenizers.Metaspace(),
    ),
}
fixture = {
    "made_with": f"tokenizers {tokenizers.__version__}",
    "texts": TEXTS,
    "made": {name: {"tokenizer": json.loads(each.to_str()), **answers(each)} for name, each in made.items()},
    "minilm": answers(minilm),
}
target = pathlib.Path(__file__).parent.parent / "fixtures" / "tokenizers.json"
target.write_text(json.dumps(fixture, ensure_ascii=False) + "\n", encoding="utf-8")
