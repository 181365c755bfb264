"""Makes phone_errors.json: phone sequences with the errors between them, by jiwer 3.0.5 and by a recursion of our own.

    pip install jiwer==3.0.5
    python test/golden/metrics/make_phone_errors.py > test/golden/metrics/phone_errors.json

`errors` is jiwer's number of substitutions, deletions and insertions. How it divides them depends on ties, so `counts` are by the
recursion: of the alignments with the fewest errors, those of one with the fewest insertions and deletions.
"""

import json
import random
from functools import cache

import jiwer


def fewest(spoken, recognized):
    """Returns (errors, insertions and deletions, substitutions, deletions, insertions) of the least pair of the first two."""

    @cache
    def best(i, j):
        if i == 0:
            return (j, j, 0, 0, j)
        if j == 0:
            return (i, i, 0, i, 0)
        wrong = int(spoken[i - 1] != recognized[j - 1])
        e, g, s, d, n = best(i - 1, j - 1)
        pair = (e + wrong, g, s + wrong, d, n)
        e, g, s, d, n = best(i - 1, j)
        deletion = (e + 1, g + 1, s, d + 1, n)
        e, g, s, d, n = best(i, j - 1)
        insertion = (e + 1, g + 1, s, d, n + 1)
        return min(pair, deletion, insertion, key=lambda counts: counts[:2])

    return best(len(spoken), len(recognized))


def main():
    draw = random.Random(1)
    cases = []
    for _ in range(300):
        phones = "abcdefghij"[: draw.choice([1, 2, 3, 5, 10])]
        spoken = draw.choices(phones, k=draw.randint(1, 25))
        if draw.random() < 0.5:
            recognized = draw.choices(phones, k=draw.randint(0, 25))
        else:
            # Mostly right, as of a trained network.
            kept = [phone for phone in spoken if draw.random() < 0.9]
            recognized = [draw.choice(phones) if draw.random() < 0.1 else phone for phone in kept]
        measured = jiwer.process_words(" ".join(spoken), " ".join(recognized))
        errors = measured.substitutions + measured.deletions + measured.insertions
        total, _, *counts = fewest(tuple(spoken), tuple(recognized))
        assert total == errors
        cases.append({"spoken": "".join(spoken), "recognized": "".join(recognized), "errors": errors, "counts": counts})
    lines = ",\n".join(json.dumps(case, separators=(",", ":")) for case in cases)
    print(f'{{"madeBy":"make_phone_errors.py with jiwer 3.0.5","cases":[\n{lines}\n]}}')


if __name__ == "__main__":
    main()
