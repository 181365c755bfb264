import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { AudioFile } from '../../../src/corpus/speech/audio/audio-file.js';
import { UserError } from '../../../src/errors.js';
import { philoxWords } from '../../../src/ops/philox.js';
import { sharedFolder } from '../../temp-folder.js';
import { sphereBytes, tones, wavBytes, written } from './audio-files.js';

const SAMPLES = [0, 1, -1, 32767, -32768, 1234, -4321, 8];

const folder = sharedFolder();

function read(bytes: Buffer): { rate: number; samples: number[] } {
  const file = new AudioFile(written(join(folder, 'audio.wav'), bytes));
  try {
    return { rate: file.rate, samples: [...file.read()] };
  } finally {
    file.close();
  }
}

function faultOf(bytes: Buffer): UserError {
  try {
    read(bytes);
  } catch (error) {
    if (error instanceof UserError) return error;
    throw error;
  }
  throw new Error('expected a UserError, but nothing failed');
}

describe('a WAV file', () => {
  it('of 16-bit PCM has the samples that were written', () => {
    expect(read(wavBytes(SAMPLES, { rate: 8000 }))).toEqual({ rate: 8000, samples: SAMPLES });
  });

  it('of floats has the samples in the scale of 16-bit integers', () => {
    expect(read(wavBytes(SAMPLES, { kind: 'float32' })).samples).toEqual(SAMPLES);
  });

  it('of floats has silence where a number is none, or too large for a sample', () => {
    const bytes = wavBytes(SAMPLES, { kind: 'float32' });
    for (const [at, value] of [Number.NaN, Number.POSITIVE_INFINITY, 3e38].entries())
      bytes.writeFloatLE(value, 44 + 4 * at);
    expect(read(bytes).samples).toEqual([0, 0, 0, ...SAMPLES.slice(3)]);
  });

  it('of an extensible format is read', () => {
    expect(read(wavBytes(SAMPLES, { kind: 'extensible' })).samples).toEqual(SAMPLES);
  });

  it('of several channels gives the first', () => {
    const first = SAMPLES.filter((_, i) => i % 2 === 0);
    expect(read(wavBytes(SAMPLES, { channels: 2 })).samples).toEqual(first);
  });

  it('may have other chunks before the samples, of odd sizes too', () => {
    const chunks = [['LIST', Buffer.from('abc')] as const, ['junk', Buffer.alloc(10)] as const];
    expect(read(wavBytes(SAMPLES, { chunks })).samples).toEqual(SAMPLES);
  });

  it('longer than a block is read whole, and in parts', () => {
    const long = tones(200_000).map((sample) => Math.round(sample) + 0);
    const file = new AudioFile(written(join(folder, 'long.wav'), wavBytes(long)));
    expect(file.length).toBe(long.length);
    expect([...file.read()]).toEqual(long);
    expect([...file.read(65_530, 131_080)]).toEqual(long.slice(65_530, 131_080));
    file.close();
  });

  it('that is cut off is refused with the byte', () => {
    const bytes = wavBytes(SAMPLES);
    expect(faultOf(bytes.subarray(0, -2)).message).toMatch(
      /audio\.wav, byte 36: The header claims 16 bytes of samples, but 14 are left$/,
    );
    expect(faultOf(bytes.subarray(0, 30)).message).toMatch(
      /byte 12: The chunk "fmt " claims 16 bytes, but 10 are left$/,
    );
    expect(faultOf(bytes.subarray(0, 14)).message).toMatch(/byte 12: The file ends before its samples$/);
  });

  it('without samples, of another encoding, or with impossible numbers is refused', () => {
    expect(faultOf(wavBytes([])).message).toMatch(/byte 36: The file has no samples$/);
    const patched = (at: number, value: number) => {
      const bytes = wavBytes(SAMPLES);
      bytes.writeUInt16LE(value, at);
      return faultOf(bytes);
    };
    expect(patched(20, 7).message).toMatch(
      /The samples are μ-law of 16 bits, but only PCM of 16 bits and float of 32/,
    );
    expect(patched(20, 7).cures[0]).toMatch(/sox .*audio\.wav/);
    expect(patched(34, 8).message).toMatch(/The samples are PCM of 8 bits/);
    expect(patched(22, 2).message).toMatch(/byte 32: The header claims 2 bytes for 2 samples of 16 bits$/);
    expect(patched(24, 0).message).toMatch(/claims 0 samples per second$/);
    expect(patched(40, 15).message).toMatch(/15 bytes are not a whole number of 2-byte samples$/);
  });
});

describe('a SPHERE file', () => {
  it.each(['-s2 01', '-s2 10'])(
    'of byte order "%s" has the samples that were written',
    (sample_byte_format) => {
      expect(read(sphereBytes(SAMPLES, { sample_byte_format }))).toEqual({ rate: 16000, samples: SAMPLES });
    },
  );

  it('that is compressed is refused with the program that expands it', () => {
    const fault = faultOf(sphereBytes(SAMPLES, { sample_coding: '-s26 pcm,embedded-shorten-v2.00' }));
    expect(fault.message).toMatch(/byte \d+: The samples are compressed \("pcm,embedded-shorten-v2\.00"\)$/);
    expect(fault.cures[0]).toMatch(/sph2pipe -p -f wav .*audio\.wav out\.wav/);
  });

  it('with fields that are missing or lie is refused', () => {
    expect(faultOf(sphereBytes(SAMPLES, { sample_rate: null })).message).toMatch(
      /has no field "sample_rate"$/,
    );
    expect(faultOf(sphereBytes(SAMPLES, { sample_count: '-i 9' })).message).toMatch(
      /claims 18 bytes of samples, but 16 are left$/,
    );
    expect(faultOf(sphereBytes([])).message).toMatch(/The file has no samples$/);
    expect(
      faultOf(sphereBytes(SAMPLES, { sample_n_bytes: '-i 1', sample_coding: '-s4 ulaw' })).message,
    ).toMatch(/The samples are "ulaw" of 1 bytes/);
    expect(faultOf(sphereBytes(SAMPLES, { channel_count: '-i x' })).message).toMatch(
      /The field "channel_count" is "x", no whole number$/,
    );
    expect(faultOf(sphereBytes(SAMPLES).subarray(0, 1000)).message).toMatch(
      /byte 1000: The file ends within its header/,
    );
    expect(faultOf(Buffer.from('NIST_1A\n  9999999\n')).message).toMatch(/byte 8: The size of the header/);
  });
});

describe('a file that is no audio', () => {
  it.each([
    ['', /neither a WAV nor a NIST SPHERE file; it is empty$/],
    ['<html>', /it is an HTML page/],
    ['OggS\0\0\0', /neither a WAV nor a NIST SPHERE file$/],
  ])('such as %j is refused', (content, message) => {
    expect(faultOf(Buffer.from(content)).message).toMatch(message);
  });
});

describe('a damaged header', () => {
  // Each file has a few bytes replaced at random places of its header, or is cut off there.
  it.each([
    ['WAV', wavBytes(SAMPLES, { chunks: [['LIST', Buffer.from('abc')]] }), 60],
    ['SPHERE', sphereBytes(SAMPLES), 180],
  ])('of a %s file gives samples or a UserError, never anything else', (_kind, whole, header) => {
    let refused = 0;
    for (let trial = 0; trial < 300; trial++) {
      const words = philoxWords({ seed: 7, stream: 99, site: 0, step: trial }, 16);
      const bytes = Buffer.from(whole);
      for (let change = 0; change <= words[0] % 4; change++)
        bytes[words[2 * change + 1] % header] = words[2 * change + 2] % 256;
      const damaged = words[15] % 5 === 0 ? bytes.subarray(0, words[14] % bytes.length) : bytes;
      try {
        const { samples } = read(damaged);
        expect(samples.length).toBeGreaterThan(0);
        expect(samples.length).toBeLessThanOrEqual(whole.length);
        expect(samples.every(Number.isFinite)).toBe(true);
      } catch (error) {
        if (!(error instanceof UserError)) throw error;
        refused++;
      }
    }
    expect(refused).toBeGreaterThan(50);
  });
});
