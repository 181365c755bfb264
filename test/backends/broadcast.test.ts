import { expect, it } from 'vitest';
import { broadcastMatrices, broadcastOf } from '../../src/backends/broadcast.js';

/** Returns for each element where the two operands are read. */
function places(a: readonly number[], b: readonly number[]): [number, number][] | null {
  const walk = broadcastMatrices(a, b);
  if (!walk) return null;
  return Array.from({ length: walk.rows * walk.columns }, (_, at) => {
    const [i, j] = [Math.floor(at / walk.columns), at % walk.columns];
    return [i * walk.a.row + j * walk.a.column, i * walk.b.row + j * walk.b.column];
  });
}

it.each([
  ['one shape', [2, 3], [2, 3], [2, 3], [0, 1, 2, 3, 4, 5], [0, 1, 2, 3, 4, 5]],
  ['a scalar', [3], [], [3], [0, 1, 2], [0, 0, 0]],
  ['a scalar before', [1, 1], [3], [1, 3], [0, 0, 0], [0, 1, 2]],
  ['a row', [2, 3], [3], [2, 3], [0, 1, 2, 3, 4, 5], [0, 1, 2, 0, 1, 2]],
  ['a row before', [1, 3], [2, 1, 3], [2, 1, 3], [0, 1, 2, 0, 1, 2], [0, 1, 2, 3, 4, 5]],
  ['a column', [2, 3], [2, 1], [2, 3], [0, 1, 2, 3, 4, 5], [0, 0, 0, 1, 1, 1]],
  ['a column of rows', [1, 2, 2], [1, 2, 1], [1, 2, 2], [0, 1, 2, 3], [0, 0, 1, 1]],
  ['a row and a column', [2, 1], [1, 2], [2, 2], [0, 0, 1, 1], [0, 1, 0, 1]],
  ['two scalars', [], [1], [1], [0], [0]],
  ['nothing', [0, 3], [3], [0, 3], [], []],
])('broadcastMatrices finds the elements of both operands: %s', (_, a, b, shape, inA, inB) => {
  expect(broadcastMatrices(a, b)?.shape).toEqual(shape);
  expect(places(a, b)).toEqual(inA.map((at, i) => [at, inB[i]]));
  expect(places(b, a)).toEqual(inB.map((at, i) => [at, inA[i]]));
});

it.each([
  ['a repeated dimension between others', [2, 1, 3], [2, 4, 3]],
  ['shapes that do not fit', [2, 3], [2]],
])('broadcastMatrices returns null for %s', (_, a, b) => {
  expect(broadcastMatrices(a, b)).toBeNull();
});

it('broadcastMatrices joins the shapes of a training into a matrix with long rows', () => {
  expect(broadcastMatrices([35, 20, 650], [35, 20, 1])).toMatchObject({ rows: 700, columns: 650 });
  expect(broadcastMatrices([700, 650], [650])).toMatchObject({ rows: 700, columns: 650 });
  expect(broadcastMatrices([35, 20, 650], [35, 20, 650])).toMatchObject({ rows: 1, columns: 455_000 });
});

it('broadcastOf walks over more dimensions than a matrix, the last one first', () => {
  expect(broadcastOf([2, 1, 3], [2, 4, 3])).toEqual({
    shape: [2, 4, 3],
    walk: [
      { size: 3, strides: [1, 1] },
      { size: 4, strides: [0, 3] },
      { size: 2, strides: [3, 12] },
    ],
  });
});
