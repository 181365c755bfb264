/** Chooses a word by sorting all of them, for comparison with the linear methods. */
import type { Selection } from '../../src/ops/draw.js';

/** Returns the word that a uniform number selects, the likeliest first. */
export function naiveChoice(
  logits: ArrayLike<number>,
  { temperature, topK, topP = null, banned }: Selection,
  uniform: number,
): number {
  const likeliestFirst = Array.from({ length: logits.length }, (_, id) => id)
    .filter((id) => !banned.includes(id))
    .sort((a, b) => logits[b] - logits[a] || a - b);
  const candidates = likeliestFirst.slice(0, temperature === 0 ? 1 : (topK ?? likeliestFirst.length));
  const largest = logits[candidates[0]];
  const weights = candidates.map((id) =>
    temperature === 0 ? 1 : Math.exp((logits[id] - largest) / temperature),
  );
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  if (topP !== null) candidates.length = placeOf(weights, topP * total * (1 - 1e-12)) + 1;
  const share = weights.slice(0, candidates.length).reduce((sum, weight) => sum + weight, 0);
  return candidates[placeOf(weights.slice(0, candidates.length), uniform * share)];
}

/** The first place at which the running sum passes `target`; the last, if none does. */
function placeOf(weights: readonly number[], target: number): number {
  let rest = target;
  for (let i = 0; i < weights.length; i++) {
    rest -= weights[i];
    if (rest < 0) return i;
  }
  return weights.length - 1;
}

/** Rows of logits of all kinds, by name. */
export function rowsOfLogits(random: () => number): [name: string, logits: Float32Array][] {
  const normal = () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  const row = (length: number, value: (id: number) => number) =>
    Float32Array.from({ length }, (_, id) => value(id));
  return [
    ['one word', row(1, () => 3)],
    ['two equal words', row(2, () => -1)],
    ['a few words', row(13, normal)],
    ['many words', row(10_007, () => 2.2 * normal())],
    ['a sharp distribution', row(3000, () => 30 * normal())],
    ['many equal words', row(2000, () => Math.round(2 * random()))],
    ['all equal', row(777, () => 0.25)],
    ['in order', row(1000, (id) => id / 50)],
    ['in reverse order', row(1000, (id) => -id / 50)],
    ['rising and falling', row(1000, (id) => Math.min(id, 999 - id) / 50)],
    ['from one end of the floats to the other', row(300, () => (random() - 0.5) * 6.8e38)],
    ['near zero', row(300, () => (random() - 0.5) * 1e-42)],
    ['with some that are −∞', row(500, (id) => (id % 3 ? normal() : Number.NEGATIVE_INFINITY))],
  ];
}

/** Ways to choose, by name; none bans the last word. */
export const SELECTIONS: [name: string, selection: Selection][] = [
  ...[1, 0.8, 1.3, 0.01, 1e6, 0].map((temperature): [string, Selection] => [
    `temperature ${temperature}`,
    { temperature, topK: null, banned: Int32Array.of() },
  ]),
  ...[1, 2, 40, 400, 1e9].map((topK): [string, Selection] => [
    `the ${topK} likeliest`,
    { temperature: 1.1, topK, banned: Int32Array.of() },
  ]),
];

/** A selection that also bans words, where there are enough. */
export function withBans(selection: Selection, logits: Float32Array): Selection {
  if (logits.length < 5) return selection;
  const likeliest = logits.indexOf(Math.max(...logits));
  return { ...selection, banned: Int32Array.from(new Set([0, 2, likeliest])) };
}
