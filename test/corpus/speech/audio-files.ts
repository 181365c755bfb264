/** Audio files made for tests. */
import { writeFileSync } from 'node:fs';

/** Choices of a WAV file, each with a default. */
export interface WavChoices {
  readonly rate?: number;
  /** Interleaved. */
  readonly channels?: number;
  readonly kind?: 'pcm16' | 'float32' | 'extensible';
  /** Chunks before the samples. */
  readonly chunks?: readonly (readonly [name: string, bytes: Buffer])[];
}

/** Returns the bytes of a WAV file. @param samples in the scale of 16-bit integers, interleaved */
export function wavBytes(samples: readonly number[], choices: WavChoices = {}): Buffer {
  const { rate = 16000, channels = 1, kind = 'pcm16', chunks = [] } = choices;
  const isFloat = kind === 'float32';
  const width = isFloat ? 4 : 2;
  const format = Buffer.alloc(kind === 'extensible' ? 40 : 16);
  format.writeUInt16LE(kind === 'extensible' ? 0xfffe : isFloat ? 3 : 1, 0);
  format.writeUInt16LE(channels, 2);
  format.writeUInt32LE(rate, 4);
  format.writeUInt32LE(rate * channels * width, 8);
  format.writeUInt16LE(channels * width, 12);
  format.writeUInt16LE(8 * width, 14);
  if (kind === 'extensible') format.writeUInt16LE(1, 24);
  const data = Buffer.alloc(samples.length * width);
  for (const [i, sample] of samples.entries()) {
    if (isFloat) data.writeFloatLE(sample / 2 ** 15, i * width);
    else data.writeInt16LE(Math.round(sample), i * width);
  }
  const all = [...chunks, ['fmt ', format] as const, ['data', data] as const];
  const body = Buffer.concat(all.map(([name, bytes]) => chunk(name, bytes)));
  const header = Buffer.from('RIFF....WAVE', 'latin1');
  header.writeUInt32LE(4 + body.length, 4);
  return Buffer.concat([header, body]);
}

function chunk(name: string, bytes: Buffer): Buffer {
  const header = Buffer.alloc(8);
  header.write(name, 'latin1');
  header.writeUInt32LE(bytes.length, 4);
  return Buffer.concat([header, bytes, Buffer.alloc(bytes.length % 2)]);
}

/** Returns the bytes of a SPHERE file. @param fields replace or add lines of the header; null removes one */
export function sphereBytes(samples: readonly number[], fields: Record<string, string | null> = {}): Buffer {
  const isBig = fields.sample_byte_format === '-s2 10';
  const all: Record<string, string | null> = {
    database_id: '-s5 TIMIT',
    channel_count: '-i 1',
    sample_count: `-i ${samples.length}`,
    sample_rate: '-i 16000',
    sample_n_bytes: '-i 2',
    sample_byte_format: '-s2 01',
    ...fields,
  };
  const lines = Object.entries(all).flatMap(([name, value]) => (value === null ? [] : [`${name} ${value}`]));
  const header = Buffer.alloc(1024, ' ');
  header.write(`NIST_1A\n   1024\n${lines.join('\n')}\nend_head\n`, 'latin1');
  const data = Buffer.alloc(2 * samples.length);
  for (const [i, sample] of samples.entries()) {
    if (isBig) data.writeInt16BE(Math.round(sample), 2 * i);
    else data.writeInt16LE(Math.round(sample), 2 * i);
  }
  return Buffer.concat([header, data]);
}

/** Returns a signal in which every part of `length / phones` samples has a tone of its own. */
export function tones(length: number, phones = 4): number[] {
  return Array.from({ length }, (_, n) => {
    const part = Math.floor((n * phones) / length);
    return 5000 * Math.sin((2 * Math.PI * (300 + 400 * part) * n) / 16000);
  });
}

/** Writes a file and returns its path. */
export function written(path: string, bytes: Buffer | string): string {
  writeFileSync(path, bytes);
  return path;
}
