import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import {
  FeatureExtractor,
  type FeatureOptions,
  featureSize,
} from '../../../src/corpus/speech/features/extractor.js';
import { PowerSpectrum } from '../../../src/corpus/speech/features/spectrum.js';

interface Golden {
  readonly signals: Readonly<Record<string, readonly number[]>>;
  readonly cases: readonly {
    readonly rate: number;
    readonly options: FeatureOptions;
    readonly samples: number;
    readonly shape: readonly [number, number];
    readonly features: readonly number[];
  }[];
}

const GOLDEN: Golden = JSON.parse(
  readFileSync(new URL('../../golden/speech/features.json', import.meta.url), 'utf8'),
);

describe('acoustic features', () => {
  it.each(GOLDEN.cases)(
    'are those of python_speech_features: $options at $rate Hz, $samples samples',
    (golden) => {
      const extractor = new FeatureExtractor(golden.rate, golden.options);
      const samples = Float32Array.from(GOLDEN.signals[golden.rate].slice(0, golden.samples));
      const features = extractor.extract(samples);
      const [frames, size] = golden.shape;
      expect(extractor.size).toBe(size);
      expect(featureSize(golden.options)).toBe(size);
      expect(extractor.framesOf(samples.length)).toBe(frames);
      expect(features.length).toBe(frames * size);
      const worst = golden.features.reduce(
        (most, value, i) => Math.max(most, Math.abs(value - features[i])),
        0,
      );
      expect(worst).toBeLessThan(2e-5);
    },
  );

  it('of one object do not depend on what it made before', () => {
    const options = { kind: 'logmel', mels: 40, energy: true, deltas: 2 } as const;
    const samples = Float32Array.from(GOLDEN.signals['16000']);
    const used = new FeatureExtractor(16000, options);
    used.extract(samples.subarray(0, 1234));
    expect(used.extract(samples)).toEqual(new FeatureExtractor(16000, options).extract(samples));
  });

  it('of a tone are largest in the filter of its frequency', () => {
    const options = { kind: 'logmel', mels: 40, energy: false, deltas: 0 } as const;
    // The center of filter 20 of 40 up to 8000 Hz, which is 2840 mel.
    const hertz = 700 * (10 ** ((2840 * 20) / 41 / 2595) - 1);
    const tone = Float32Array.from(
      { length: 1600 },
      (_, n) => 8000 * Math.sin((2 * Math.PI * hertz * n) / 16000),
    );
    const row = new FeatureExtractor(16000, options).extract(tone).subarray(40, 80);
    expect(row.indexOf(Math.max(...row))).toBe(19);
  });
});

describe('a power spectrum', () => {
  it.each([4, 8, 64, 512])('of size %i is that of the definition', (size) => {
    const signal = Float64Array.from({ length: size }, (_, n) => Math.sin(n * n + 1) + 0.1 * n);
    const power = new Float64Array(size / 2 + 1);
    new PowerSpectrum(size).compute(signal, power);
    for (let k = 0; k <= size / 2; k++) {
      let [real, imaginary] = [0, 0];
      for (let n = 0; n < size; n++) {
        real += signal[n] * Math.cos((2 * Math.PI * k * n) / size);
        imaginary -= signal[n] * Math.sin((2 * Math.PI * k * n) / size);
      }
      const expected = (real * real + imaginary * imaginary) / size;
      expect(Math.abs(power[k] - expected)).toBeLessThan(1e-9 * (1 + expected));
    }
  });
});
