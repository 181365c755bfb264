import { describe, expect, it } from 'vitest';
import { UserError } from '../../src/errors.js';
import { decodeSafetensors, encodeSafetensors } from '../../src/storage/safetensors.js';

const PATH = 'runs/x/checkpoints/last.safetensors';

const WHOLE = Buffer.concat(
  encodeSafetensors(
    [
      { name: 'weight', shape: [2, 2], data: Float32Array.of(1, 2, 3, 4) },
      { name: 'ids', shape: [3], data: Int32Array.of(5, 6, 7) },
    ],
    { step: '3' },
  ),
);

/** A file with any header, and `dataLength` bytes after it. */
function file(header: string | Uint8Array | object, dataLength = 0): Buffer {
  const isRaw = typeof header === 'string' || header instanceof Uint8Array;
  const bytes = Buffer.from(isRaw ? header : JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(bytes.length));
  return Buffer.concat([length, bytes, Buffer.alloc(dataLength)]);
}

function faultOf(bytes: Uint8Array): UserError {
  try {
    decodeSafetensors(bytes, PATH);
  } catch (error) {
    if (error instanceof UserError) return error;
    throw error;
  }
  throw new Error('the file was accepted');
}

const entry = (shape: unknown, data_offsets: unknown, dtype: unknown = 'F32') => ({
  dtype,
  shape,
  data_offsets,
});

const FAULTS: Record<string, [Buffer, RegExp]> = {
  'a header length over the end': [Buffer.from('ff00000000000000', 'hex'), /claims 255 bytes, but 0 follow/],
  'a header length of 2^64 - 1': [
    Buffer.from('ffffffffffffffff', 'hex'),
    /claims 18446744073709552000 bytes/,
  ],
  'no header': [file(''), /not JSON/],
  'a header that is not UTF-8': [file(Uint8Array.of(0x7b, 0xff, 0x7d)), /not UTF-8/],
  'a header with a byte order mark': [file('\uFEFF{}'), /not JSON/],
  'a header that is not JSON': [file('{"a": }'), /not JSON/],
  'a list as header': [file('[]'), /not a JSON object/],
  'null as header': [file('null'), /not a JSON object/],
  'a tensor twice': [
    file(
      '{"a":{"dtype":"F32","shape":[],"data_offsets":[0,4]},"\\u0061":{"dtype":"F32","shape":[],"data_offsets":[0,4]}}',
      4,
    ),
    /the key "a" twice/,
  ],
  'a property twice': [
    file('{"a":{"dtype":"I32","dtype":"F32","shape":[],"data_offsets":[0,4]}}', 4),
    /"dtype" twice/,
  ],
  'metadata twice': [file('{"__metadata__":{},"__metadata__":{}}'), /"__metadata__" twice/],
  'metadata that is a list': [file({ __metadata__: ['x'] }), /__metadata__ is not a table of texts/],
  'metadata with a number': [file({ __metadata__: { step: 3 } }), /__metadata__ is not a table of texts/],
  'a tensor that is null': [file({ a: null }), /"a" is not described by a JSON object/],
  'a type of numbers that zlm does not read': [
    file({ a: entry([2], [0, 4], 'BF16') }, 4),
    /"a" has the type "BF16"/,
  ],
  'no type': [file({ a: { shape: [1], data_offsets: [0, 4] } }, 4), /"a" has the type \(none\)/],
  'a negative dimension': [file({ a: entry([-1, -1], [0, 4]) }, 4), /impossible shape \[-1,-1\]/],
  'a fractional dimension': [file({ a: entry([0.5, 2], [0, 4]) }, 4), /impossible shape \[0.5,2\]/],
  'a dimension in quotes': [file({ a: entry(['1'], [0, 4]) }, 4), /impossible shape \["1"\]/],
  'a shape that is a number': [file({ a: entry(1, [0, 4]) }, 4), /impossible shape 1/],
  'a shape whose product overflows': [
    file({ a: entry(Array(9).fill(2 ** 50), [0, 4]) }, 4),
    /impossible shape .{60}\.\.\./,
  ],
  'a shape nested without end': [
    file(`{"a":{"dtype":"F32","shape":[${'['.repeat(999)}${']'.repeat(999)}],"data_offsets":[0,0]}}`),
    /impossible shape/,
  ],
  'no offsets': [file({ a: { dtype: 'F32', shape: [1] } }, 4), /data_offsets \(none\)/],
  'one offset': [file({ a: entry([1], [4]) }, 4), /impossible data_offsets \[4\]/],
  'offsets that run backwards': [file({ a: entry([1], [4, 0]) }, 4), /impossible data_offsets \[4,0\]/],
  'negative offsets': [file({ a: entry([1], [-4, 0]) }, 4), /impossible data_offsets/],
  'a size that does not fit the shape': [
    file({ a: entry([2], [0, 4]) }, 4),
    /"a" needs 8 bytes for its shape, but has 4/,
  ],
  'a hole': [
    file({ a: entry([1], [0, 4]), b: entry([1], [8, 12]) }, 12),
    /4 bytes of no tensor before tensor "b"/,
  ],
  'an overlap': [file({ a: entry([2], [0, 8]), b: entry([1], [4, 8]) }, 8), /tensor "b" overlaps/],
  'the same bytes twice': [file({ a: entry([1], [0, 4]), b: entry([1], [0, 4]) }, 4), /overlaps/],
  'too few bytes of data': [file({ a: entry([2], [0, 8]) }, 6), /it is 2 bytes too short/],
  'too many bytes of data': [file({ a: entry([1], [0, 4]) }, 5), /1 byte too many at its end/],
  'a checksum that is not one': [file({ __metadata__: { 'zlm.sha256': '' } }), /checksum/],
};

describe('decodeSafetensors refuses', () => {
  it.each(Object.entries(FAULTS))('decodeSafetensors refuses a file with %s', (_, [bytes, message]) => {
    const fault = faultOf(bytes);
    expect(fault.message).toMatch(message);
    expect(fault.message).toContain(PATH);
    expect(fault.kind).toBe('data');
    expect(fault.cures).toHaveLength(1);
  });

  it('decodeSafetensors refuses a file that is cut off at any length', () => {
    for (let length = 0; length < WHOLE.length; length++) {
      const fault = faultOf(WHOLE.subarray(0, length));
      expect(fault.message, `cut at ${length}`).toContain(PATH);
    }
  });

  it('decodeSafetensors refuses a file with one more byte', () => {
    expect(faultOf(Buffer.concat([WHOLE, Buffer.alloc(1)])).message).toContain('1 byte too many at its end');
  });

  it('decodeSafetensors refuses a file with any bit flipped, except in the name of the checksum itself', () => {
    const nameAt = WHOLE.indexOf('zlm.sha256');
    const spared = (at: number) => at >= nameAt && at < nameAt + 'zlm.sha256'.length;
    for (let bit = 0; bit < WHOLE.length * 8; bit++) {
      const at = bit >> 3;
      if (spared(at)) continue;
      const damaged = Buffer.from(WHOLE);
      damaged[at] ^= 1 << (bit & 7);
      expect(() => faultOf(damaged), `bit ${bit & 7} of byte ${at}`).not.toThrow();
    }
  });

  it('decodeSafetensors reports damaged data as damaged', () => {
    const damaged = Buffer.from(WHOLE);
    damaged[damaged.length - 1] ^= 1;
    expect(faultOf(damaged).message).toContain('does not match its checksum');
  });
});
