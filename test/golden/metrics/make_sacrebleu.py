"""Writes sacrebleu.json: scores of sacreBLEU on generated translations, for test/metrics/sacrebleu.test.ts.

    pip install sacrebleu==2.6.0
    python test/golden/metrics/make_sacrebleu.py

The sentences are made of words, numbers, entities and marks that the 13a tokenizer treats in different ways. A hypothesis
is its reference with random edits, so that some are equal, some share nothing, and some are empty.
"""

import json
import random
from pathlib import Path

from sacrebleu.metrics import BLEU, CHRF

ATOMS = (
    "the file menu Open l'aide d'un fichier fenêtre naïve Straße 東京 привет 😀 e\u0301tude "
    "don't x-ray 10-year 3.14 1,000,000 50% $9.99 1861-62 12- .5 a.m. U.S. Mr. e.g., etc... "
    "(see [Files] {x} <tag> &quot;quoted&quot; &amp; &lt;b&gt; A&B a/b C:\\dir user@host #1 *bold* `code` ~ ^ _under_ "
    "! ? ; : -- – — « » “ ” … ' \" = + | <skipped> &gt;&amp;lt; \u00a0: x\u00a0y 5.) ,6 7, . , - 2.-3 v1.2.3"
).split(" ")


def sentence(generator):
    count = generator.choice((1, 2, 3, 4, 5, 8, 13))
    text = ""
    for _ in range(count):
        text += generator.choice((" ", " ", " ", "", "  ")) + generator.choice(ATOMS)
    return text


def edited(generator, reference):
    kind = generator.random()
    if kind < 0.03:
        return ""
    if kind < 0.2:
        return reference
    if kind < 0.3:
        return sentence(generator)
    words = reference.split(" ")
    for _ in range(generator.randint(1, 3)):
        at = generator.randrange(len(words) + 1)
        action = generator.random()
        if action < 0.3:
            words[at : at + 1] = []
        elif action < 0.6:
            words.insert(at, generator.choice(ATOMS))
        elif action < 0.8:
            words[at : at + 1] = [generator.choice(ATOMS)]
        else:
            words[at:] = words[at:][::-1]
    text = " ".join(words)
    return text.upper() if generator.random() < 0.05 else text + generator.choice(("", "", " ", "\u00a0"))


def scores(hypotheses, references, lowercase):
    bleu, chrf = BLEU(lowercase=lowercase), CHRF(lowercase=lowercase)
    result = bleu.corpus_score(hypotheses, [references])
    character = chrf.corpus_score(hypotheses, [references])
    case = {
        "lowerCase": lowercase,
        "bleu": result.score,
        "counts": result.counts,
        "totals": result.totals,
        "bleuText": result.format(),
        "chrf": character.score,
        "chrfText": character.format(),
    }
    return case, (str(bleu.get_signature()), str(chrf.get_signature()))


def main():
    generator = random.Random(1)
    references = [sentence(generator) for _ in range(400)]
    hypotheses = [edited(generator, reference) for reference in references]
    sizes = [1] * 250 + [2] * 20 + [5] * 10 + [10] * 6
    corpora, start = [], 0
    for size in sizes:
        corpora.append((start, start + size))
        start += size
    assert start == len(references)
    corpora.append((0, len(references)))
    cases, signatures = [], set()
    for first, end in corpora:
        for lowercase in (False, True) if end - first > 5 else (False,):
            case, signature = scores(hypotheses[first:end], references[first:end], lowercase)
            cases.append({"first": first, "end": end, **case})
            signatures.add((lowercase, *signature))
    tokenizer = BLEU().tokenizer
    golden = {
        "pairs": list(zip(hypotheses, references)),
        "tokens": [tokenizer(reference.rstrip()) for reference in references],
        "signatures": sorted(signatures),
        "cases": cases,
    }
    path = Path(__file__).with_name("sacrebleu.json")
    lines = ",\n".join(
        f' "{key}": [\n' + ",\n".join("  " + json.dumps(value, ensure_ascii=False) for value in values) + "\n ]"
        for key, values in golden.items()
    )
    path.write_text("{\n" + lines + "\n}\n", encoding="utf-8")


if __name__ == "__main__":
    main()
