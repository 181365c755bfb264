"""Makes features.json: features of a made-up signal by python_speech_features 0.6, for test/corpus/speech/extractor.test.ts.

    python -m venv /tmp/golden && /tmp/golden/bin/pip install numpy==2.4.6 scipy==1.17.1 python_speech_features==0.6
    /tmp/golden/bin/python test/golden/speech/make_features.py > test/golden/speech/features.json

The signal is drawn here and stored as whole numbers. Coefficients are rounded to seven digits.
"""

import json

import numpy
import python_speech_features as reference

SAMPLES = 4000


def signal(rate, seed):
    """A gliding tone with harmonics, in noise, that begins with digital silence."""
    random = numpy.random.default_rng(seed)
    time = numpy.arange(SAMPLES) / rate
    phase = 2 * numpy.pi * (150 * time + 400 * time**2)
    tone = sum(numpy.sin(k * phase) / k for k in range(1, 9))
    loudness = 3000 * numpy.sin(numpy.pi * time * rate / SAMPLES) ** 2
    samples = loudness * tone + 50 * random.standard_normal(SAMPLES)
    samples[: rate // 20] = 0
    return numpy.round(samples).astype(numpy.int16)


def with_deltas(statics, orders):
    parts = [statics]
    for _ in range(orders):
        parts.append(reference.delta(parts[-1], 2))
    return numpy.concatenate(parts, axis=1)


def rounded(values):
    return [float(f"{value:.7g}") for value in values.ravel()]


def logmel(samples, rate, size, mels, energy):
    bank, total = reference.fbank(
        samples, rate, nfilt=mels, nfft=size, winfunc=numpy.hamming
    )
    statics = numpy.log(bank)
    if energy:
        statics = numpy.concatenate([statics, numpy.log(total)[:, None]], axis=1)
    return statics


def mfcc(samples, rate, size, mels, energy):
    return reference.mfcc(
        samples, rate, nfilt=mels, nfft=size, appendEnergy=energy, winfunc=numpy.hamming
    )


KINDS = {"logmel": logmel, "mfcc": mfcc}
CASES = [
    # rate, kind, mels, energy, deltas, samples
    (16000, "logmel", 40, True, 2, 4000),
    (16000, "logmel", 26, False, 0, 3999),
    (16000, "mfcc", 26, True, 2, 3920),
    (16000, "mfcc", 40, False, 1, 3921),
    (8000, "logmel", 24, True, 1, 2500),
    (22050, "mfcc", 30, True, 1, 4000),
    (16000, "logmel", 40, True, 2, 400),
    (16000, "mfcc", 26, True, 2, 561),
]

cases = []
for rate, kind, mels, energy, deltas, length in CASES:
    samples = signal(rate, 1)[:length]
    size = 2 ** int(numpy.ceil(numpy.log2(0.025 * rate)))
    statics = KINDS[kind](samples, rate, size, mels, energy)
    features = with_deltas(statics, deltas)
    cases.append(
        {
            "rate": rate,
            "options": {"kind": kind, "mels": mels, "energy": energy, "deltas": deltas},
            "samples": length,
            "shape": list(features.shape),
            "features": rounded(features),
        }
    )
signals = {str(rate): signal(rate, 1).tolist() for rate in (8000, 16000, 22050)}
print(json.dumps({"signals": signals, "cases": cases}, separators=(",", ":")))
