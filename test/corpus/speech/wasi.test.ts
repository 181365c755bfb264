import { expect, it } from 'vitest';
import { compileProgram, runProgram } from '../../../src/corpus/speech/flite/wasi.js';

const [I32, I64, FUNCTION] = [0x7f, 0x7e, 0x60];

/** An unsigned number in LEB128. */
const leb = (value: number): number[] =>
  value < 128 ? [value] : [(value % 128) + 128, ...leb(Math.floor(value / 128))];
const vector = (items: readonly (readonly number[])[]) => [...leb(items.length), ...items.flat()];
const section = (id: number, body: readonly number[]) => [id, ...leb(body.length), ...body];
const name = (text: string) => [...leb(text.length), ...Buffer.from(text)];
const type = (parameters: readonly number[], results: readonly number[]) => [
  FUNCTION,
  ...vector(parameters.map((kind) => [kind])),
  ...vector(results.map((kind) => [kind])),
];
/** Signed LEB128 of a small number that is not negative. */
const constant = (value: number): number[] => {
  const more = value >= 64;
  return more ? [(value % 128) + 128, ...constant(Math.floor(value / 128))] : [value];
};
const i32 = (value: number) => [0x41, ...constant(value)];
const i64 = (value: number) => [0x42, ...constant(value)];
const call = (index: number) => [0x10, ...leb(index)];
const drop = [0x1a];
const load = [0x28, 2, 0];
const store = [0x36, 2, 0];

/**
 * A program that writes its arguments to standard output, then into the file that `path` names, twice, the second time over the
 * beginning, and ends with code 3. Where the file cannot be opened it ends with the code of the error.
 */
function programBytes(path: string): Buffer {
  const imports = ['args_sizes_get', 'args_get', 'fd_write', 'path_open', 'fd_seek', 'proc_exit'];
  const types = [
    type([I32, I32], [I32]),
    type([I32, I32, I32, I32], [I32]),
    type([I32, I32, I32, I32, I32, I64, I64, I32, I32], [I32]),
    type([I32, I64, I32, I32], [I32]),
    type([I32], []),
    type([], []),
  ];
  const typeOf = [0, 0, 1, 2, 3, 4];
  // 0: number of arguments, 4: their bytes, 8: pointers, 32: a vector of address and length, 48: result, 52: descriptor,
  // 56: position, 64: arguments, 1024: the path.
  const body = [
    ...[...i32(0), ...i32(4), ...call(0), ...drop],
    ...[...i32(8), ...i32(64), ...call(1), ...drop],
    ...[...i32(32), ...i32(64), ...store],
    ...[...i32(36), ...i32(4), ...load, ...store],
    ...[...i32(1), ...i32(32), ...i32(1), ...i32(48), ...call(2), ...drop],
    ...[...i32(3), ...i32(0), ...i32(1024), ...i32(path.length), ...i32(1)],
    ...[...i64(0), ...i64(0), ...i32(0), ...i32(52), ...call(3)],
    // An error ends the program with its number.
    ...[0x21, 0],
    ...[0x20, 0, 0x04, 0x40, 0x20, 0, ...call(5), 0x0b],
    ...[...i32(52), ...load, ...i32(32), ...i32(1), ...i32(48), ...call(2), ...drop],
    ...[...i32(52), ...load, ...i64(2), ...i32(0), ...i32(56), ...call(4), ...drop],
    ...[...i32(52), ...load, ...i32(32), ...i32(1), ...i32(48), ...call(2), ...drop],
    ...[...i32(3), ...call(5)],
    0x0b,
  ];
  const code = [...vector([[1, I32]]), ...body];
  return Buffer.from([
    ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, vector(types)),
    ...section(
      2,
      vector(
        imports.map((item, index) => [...name('wasi_snapshot_preview1'), ...name(item), 0, typeOf[index]]),
      ),
    ),
    ...section(3, vector([[5]])),
    ...section(5, vector([[0, 1]])),
    ...section(
      7,
      vector([
        [...name('memory'), 2, 0],
        [...name('_start'), 0, imports.length],
      ]),
    ),
    ...section(10, vector([[...leb(code.length), ...code]])),
    ...section(11, vector([[0, ...i32(1024), 0x0b, ...name(path)]])),
  ]);
}

it('a program gets its arguments, and leaves its output, its file and its exit code', async () => {
  const program = await compileProgram(programBytes('out.wav'));
  const result = await runProgram(program, ['flite', 'öl'], 'out.wav');
  const args = 'flite\0öl\0';
  expect(result).toMatchObject({ exitCode: 3, standardOutput: args, standardError: '' });
  // Written again from byte 2 on.
  expect(result.file.toString('utf8')).toBe(`${args.slice(0, 2)}${args}`);
});

it('a program may open no file but the one it is given', async () => {
  const program = await compileProgram(programBytes('/etc/passwd'));
  const result = await runProgram(program, ['flite'], 'out.wav');
  expect(result).toMatchObject({ exitCode: 44, standardOutput: 'flite\0' });
  expect(result.file.length).toBe(0);
});

it('runs of one program know nothing of each other', async () => {
  const program = await compileProgram(programBytes('out.wav'));
  const first = await runProgram(program, ['long', 'arguments'], 'out.wav');
  const second = await runProgram(program, ['x'], 'out.wav');
  expect(first.standardOutput).toBe('long\0arguments\0');
  expect(second.file.toString()).toBe('x\0x\0');
});
