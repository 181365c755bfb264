/** The kernels that measure what the processor can do at most. */
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import type { NativeBackend } from '../../../src/backends/native/native-backend.js';
import { rooflineMeter } from '../../../src/backends/select.js';
import { activate, BACKEND_OPTIONS, whyNot } from '../each-backend.js';

const obstacle = whyNot('native');

const native = () => tf.backend() as NativeBackend;

describe.skipIf(obstacle)(['the roofline', obstacle].filter(Boolean).join(', '), () => {
  beforeAll(() => activate('native'));

  it('multiply-adds do the work that they report, so that twice the rounds take longer', () => {
    const { multiplyAdds } = native().functions;
    const seconds = (rounds: number) => {
      const start = performance.now();
      multiplyAdds({ bf16: 0, rounds });
      return performance.now() - start;
    };
    const fastest = (rounds: number) => Math.min(...Array.from({ length: 5 }, () => seconds(rounds)));
    const [once, eight] = [fastest(200_000), fastest(1_600_000)];
    // A loop that the compiler has computed beforehand takes no time, whatever its length.
    expect(eight).toBeGreaterThan(3 * once);
    expect(multiplyAdds({ bf16: 0, rounds: 8 })).toBe(8 * multiplyAdds({ bf16: 0, rounds: 1 }));
  });

  it('reading reads every block of a tensor', () => {
    const x = new Float32Array(4096);
    // The first element of each block is in the sum that is returned, so that none is left out.
    x.fill(1);
    const sum = native().functions.read({ n: x.length, x });
    expect(sum).toBeGreaterThan(0);
    expect(native().functions.read({ n: x.length / 2, x })).toBe(sum / 2);
  });

  it('the rates are positive, and those of bfloat16 are missing where there are no units', async () => {
    const roofline = await (await rooflineMeter(BACKEND_OPTIONS))?.measure();
    expect(roofline?.f32Gflops).toBeGreaterThan(0.1);
    expect(roofline?.gigabytesPerSecond).toBeGreaterThan(0.01);
    expect(roofline?.bf16Gflops === null).toBe(native().functions.bf16Units() === 0);
    expect(roofline?.caches.map(({ level }) => level)).toEqual(
      roofline?.caches.map(({ level }) => level).sort(),
    );
  });
});
