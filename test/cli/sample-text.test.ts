import { Writable } from 'node:stream';
import { expect, it } from 'vitest';
import { SampleText } from '../../src/cli/sample-text.js';

/** A stream that takes one piece at a time, each after a while. */
class SlowStream extends Writable {
  readonly pieces: string[] = [];

  constructor() {
    super({ highWaterMark: 1, decodeStrings: false });
  }

  override _write(piece: string, _encoding: string, done: () => void): void {
    this.pieces.push(piece);
    setTimeout(done, 1);
  }
}

it('samples are separated by an empty line and the last line ends', async () => {
  const stream = new SlowStream();
  const text = new SampleText(stream);
  for (const [piece, sample] of [
    ['a', 0],
    [' b', 0],
    ['', 1],
    ['c', 2],
    ['\n', 2],
  ] as const) {
    await text.write(piece, sample);
  }
  await text.end();
  await text.end();
  expect(stream.pieces.join('')).toBe('a b\n\n\n\nc\n');
});

it.each([
  [['a', '\n'], 'a\n'],
  [['a\n'], 'a\n'],
  [['\n'], '\n'],
  [['a', '\n', 'b'], 'a\nb\n'],
  [['a', '\n', '\n'], 'a\n\n'],
  [['a', '\n', '', 'b', '\n'], 'a\nb\n'],
])('%j ends in one line feed, whatever the sample ends in', async (pieces, shown) => {
  const stream = new SlowStream();
  const text = new SampleText(stream);
  for (const piece of pieces) await text.write(piece, 0);
  await text.end();
  expect(stream.pieces.join('')).toBe(shown);
});

it.each([
  ['a', 'b'],
  ['a\n', 'b'],
  ['a', 'b\n'],
  ['a\n', 'b\n'],
])('%j and %j have one empty line between them', async (first, second) => {
  const stream = new SlowStream();
  const text = new SampleText(stream);
  await text.write(first, 0);
  await text.write(second, 1);
  await text.end();
  expect(stream.pieces.join('')).toBe('a\n\nb\n');
});

it('nothing is written when no sample was begun', async () => {
  const stream = new SlowStream();
  await new SampleText(stream).end();
  expect(stream.pieces).toEqual([]);
});

it('the writer waits for a slow reader', async () => {
  const stream = new SlowStream();
  const text = new SampleText(stream);
  for (let i = 0; i < 20; i++) {
    await text.write('word ', 0);
    expect(stream.writableLength).toBe(0);
  }
});
