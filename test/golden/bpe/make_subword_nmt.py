"""Writes subword_nmt.json: merges and pieces of subword-nmt, for test/corpus/parallel/bpe.test.ts.

    pip install subword-nmt==0.3.8
    python test/golden/bpe/make_subword_nmt.py

The words are made of syllables with Zipf's frequencies, so that many pairs have the same count, letters repeat, and some
characters have accents, are joiners, or lie beyond U+FFFF.
"""

import io
import json
import random
from pathlib import Path

from subword_nmt.apply_bpe import BPE
from subword_nmt.learn_bpe import learn_bpe

SYLLABLES = "aa a ba bab an na nan ti it tit é ée fen être ou rou \uffed. \uffed' s \U0001f600 x-y 東京 京 1 11 ss sss".split()


def word(generator):
    return "".join(generator.choice(SYLLABLES) for _ in range(generator.choice((1, 1, 2, 2, 3, 4, 6))))


def main():
    generator = random.Random(1)
    known = list(dict.fromkeys(word(generator) for _ in range(600)))
    counts = {text: 1 + 400 // (rank + 1) for rank, text in enumerate(known)}
    text = "\n".join(" ".join([word] * count) for word, count in counts.items()) + "\n"
    golden = {"words": list(counts.items()), "cases": []}
    unseen = list(dict.fromkeys(word(generator) for _ in range(60)))
    for merges in (30, 250, 4000):
        codes = io.StringIO()
        learn_bpe(io.StringIO(text), codes, merges)
        bpe = BPE(io.StringIO(codes.getvalue()))
        words = known[::10] + unseen + ["z", "ženatý", "<", "aaaaaaa"]
        golden["cases"].append(
            {
                "merges": merges,
                "codes": codes.getvalue() if merges != 30 else None,
                "pieces": [[word, " ".join(bpe.segment_tokens([word]))] for word in words] if merges != 4000 else [],
            }
        )
    path = Path(__file__).with_name("subword_nmt.json")
    path.write_text(json.dumps(golden, ensure_ascii=False, indent=0).replace(",\n", ",").replace("[\n", "[") + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
