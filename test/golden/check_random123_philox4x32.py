"""Checks random123_philox4x32.json against Philox4x32-10 written out from the paper (Salmon et al. 2011):

    python test/golden/check_random123_philox4x32.py
"""

import json
from pathlib import Path

MULTIPLIERS = (0xD2511F53, 0xCD9E8D57)
KEY_STEPS = (0x9E3779B9, 0xBB67AE85)
WORD = 0xFFFFFFFF


def philox4x32(counter, key, rounds=10):
    c0, c1, c2, c3 = counter
    k0, k1 = key
    for _ in range(rounds):
        product0, product1 = MULTIPLIERS[0] * c0, MULTIPLIERS[1] * c2
        c0, c1, c2, c3 = (
            (product1 >> 32) ^ c1 ^ k0,
            product1 & WORD,
            (product0 >> 32) ^ c3 ^ k1,
            product0 & WORD,
        )
        k0, k1 = (k0 + KEY_STEPS[0]) & WORD, (k1 + KEY_STEPS[1]) & WORD
    return [c0, c1, c2, c3]


for vector in json.loads(Path(__file__).with_name("random123_philox4x32.json").read_text())["vectors"]:
    counter, key, result = ([int(word, 16) for word in vector[part]] for part in ("counter", "key", "result"))
    assert philox4x32(counter, key) == result, vector
print("all vectors agree")
