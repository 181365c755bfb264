import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { decodeSafetensors, encodeSafetensors, type NamedArray } from '../../src/storage/safetensors.js';
import { findPython, runPython } from '../python.js';
import { tempFolder } from '../temp-folder.js';

const TENSORS: NamedArray[] = [
  { name: 'layers.0.bias', shape: [3], data: Float32Array.of(0.1, -0, Number.NaN) },
  { name: 'tokens', shape: [2, 2], data: Int32Array.of(1, -2, 2147483647, -2147483648) },
  { name: 'scalar', shape: [], data: Float32Array.of(Number.NEGATIVE_INFINITY) },
  { name: 'empty', shape: [0, 5], data: new Float32Array(0) },
  { name: 'naïve "name"', shape: [1], data: Float32Array.of(1e-45) },
];
const METADATA = { step: '12', note: 'a "quoted" text\nof two lines' };

describe('a safetensors file', () => {
  it('a safetensors file is unchanged after writing and reading, bit for bit', () => {
    const { tensors, metadata } = decodeSafetensors(Buffer.concat(encodeSafetensors(TENSORS, METADATA)), 'x');
    expect([...tensors.values()]).toEqual(TENSORS);
    expect([...tensors.keys()]).toEqual(TENSORS.map(({ name }) => name));
    expect(metadata).toEqual(METADATA);
  });

  it('a safetensors file may have no tensors', () => {
    const { tensors, metadata } = decodeSafetensors(Buffer.concat(encodeSafetensors([], {})), 'x');
    expect([tensors.size, metadata]).toEqual([0, {}]);
  });

  it('a safetensors file has its data at a multiple of 8, and views are written without a copy', () => {
    const data = Float32Array.of(9, 1, 2, 9).subarray(1, 3);
    const [length, header, piece] = encodeSafetensors([{ name: 'view', shape: [2], data }], {});
    expect((length.length + header.length) % 8).toBe(0);
    expect(piece.buffer).toBe(data.buffer);
    expect([...new Float32Array(piece.slice().buffer)]).toEqual([1, 2]);
  });

  it('a safetensors file is read at any offset in memory, into new arrays', () => {
    const file = Buffer.concat(encodeSafetensors(TENSORS, METADATA));
    const shifted = new Uint8Array(file.length + 1);
    shifted.set(file, 1);
    const { tensors } = decodeSafetensors(shifted.subarray(1), 'x');
    shifted.fill(0);
    expect([...tensors.values()]).toEqual(TENSORS);
  });

  it('a safetensors file cannot be made of inconsistent arrays', () => {
    const tensor = TENSORS[0];
    expect(() => encodeSafetensors([tensor, tensor], {})).toThrow('"layers.0.bias" is taken');
    expect(() => encodeSafetensors([{ ...tensor, name: '__metadata__' }], {})).toThrow('is taken');
    expect(() => encodeSafetensors([{ ...tensor, shape: [4] }], {})).toThrow('cannot have 3 elements');
    expect(() => encodeSafetensors([], { 'zlm.sha256': '' })).toThrow('reserved');
  });
});

describe("Python's safetensors", () => {
  const python = findPython('safetensors', 'numpy');

  it.skipIf(!python.path)(`Python's safetensors reads the files that we write${python.note}`, () => {
    const path = join(tempFolder(), 'ours.safetensors');
    writeFileSync(path, Buffer.concat(encodeSafetensors(TENSORS, METADATA)));
    const script = `
import json, sys
from safetensors import safe_open
with safe_open(sys.argv[1], 'np') as file:
    tensors = {name: file.get_tensor(name) for name in file.keys()}
    print(json.dumps({
        'metadata': file.metadata(),
        'tensors': {n: [str(t.dtype), list(t.shape), t.tobytes().hex()] for n, t in tensors.items()},
    }))`;
    const hex = ({ data }: NamedArray) => Buffer.from(data.buffer).toString('hex');
    const type = ({ data }: NamedArray) => (data instanceof Float32Array ? 'float32' : 'int32');
    expect(runPython(python, script, path)).toEqual({
      metadata: { ...METADATA, 'zlm.sha256': expect.stringMatching(/^[0-9a-f]{64}$/) },
      tensors: Object.fromEntries(
        TENSORS.map((tensor) => [tensor.name, [type(tensor), tensor.shape, hex(tensor)]]),
      ),
    });
  });

  it.skipIf(!python.path)(`we read the files that Python's safetensors writes${python.note}`, () => {
    const script = `
import base64, json, numpy
from safetensors.numpy import save
tensors = {
    'b.half': numpy.array([[0.5, -1.5, 2.5]], dtype=numpy.float32),
    'a.ids': numpy.arange(-2, 2, dtype=numpy.int32),
    'none': numpy.zeros((2, 0), dtype=numpy.float32),
}
print(json.dumps(base64.b64encode(save(tensors, metadata={'by': 'Python'})).decode()))`;
    const file = Buffer.from(runPython(python, script) as string, 'base64');
    const { tensors, metadata } = decodeSafetensors(file, 'theirs');
    expect(metadata).toEqual({ by: 'Python' });
    expect(tensors.size).toBe(3);
    expect(tensors.get('b.half')).toMatchObject({ shape: [1, 3], data: Float32Array.of(0.5, -1.5, 2.5) });
    expect(tensors.get('a.ids')).toMatchObject({ shape: [4], data: Int32Array.of(-2, -1, 0, 1) });
    expect(tensors.get('none')).toMatchObject({ shape: [2, 0], data: new Float32Array(0) });
  });

  it.skipIf(!python.path)(`we refuse types of Python's safetensors by name${python.note}`, () => {
    const script = `
import base64, json, numpy
from safetensors.numpy import save
print(json.dumps(base64.b64encode(save({'weight': numpy.zeros(2, dtype=numpy.float16)})).decode()))`;
    const file = Buffer.from(runPython(python, script) as string, 'base64');
    expect(() => decodeSafetensors(file, 'theirs')).toThrow(
      /theirs.*"weight" has the type "F16"; zlm reads F32 and I32/,
    );
  });
});
