/** Sentence pairs of a small grammar, so regular that a small model learns to translate them within seconds. */
import type { SentencePair } from '../src/corpus/parallel/pair-text.js';

/** English nouns with their French translation and its article. */
const NOUNS: readonly (readonly [english: string, french: string, article: 'le' | 'la'])[] = [
  ['river', 'rivière', 'la'],
  ['heron', 'héron', 'le'],
  ['boat', 'bateau', 'le'],
  ['stone', 'pierre', 'la'],
  ['mill', 'moulin', 'le'],
  ['willow', 'saule', 'le'],
  ['meadow', 'prairie', 'la'],
];

/** Adjectives follow their noun in French, and agree with it. */
const ADJECTIVES: readonly (readonly [english: string, masculine: string, feminine: string])[] = [
  ['quiet', 'calme', 'calme'],
  ['green', 'vert', 'verte'],
  ['distant', 'lointain', 'lointaine'],
  ['black', 'noir', 'noire'],
];

const VERBS: readonly (readonly [english: string, french: string])[] = [
  ['sees', 'voit'],
  ['follows', 'suit'],
  ['leaves', 'quitte'],
  ['knows', 'connaît'],
];

/** Returns pairs that are the same for the same seed. */
export function generatePairs(count: number, seed: number): SentencePair[] {
  let state = seed * 7919 + 1;
  const choose = <T>(choices: readonly T[]): T => {
    state = (state * 48271) % 2147483647;
    return choices[Math.floor((state / 2147483647) * choices.length)];
  };
  const phrase = (): [english: string, french: string] => {
    const [english, french, article] = choose(NOUNS);
    if (choose([true, false])) return [`the ${english}`, `${article} ${french}`];
    const [adjective, masculine, feminine] = choose(ADJECTIVES);
    const agreeing = article === 'la' ? feminine : masculine;
    return [`the ${adjective} ${english}`, `${article} ${french} ${agreeing}`];
  };
  return Array.from({ length: count }, () => {
    const [subject, object, verb] = [phrase(), phrase(), choose(VERBS)];
    return {
      source: `${subject[0]} ${verb[0]} ${object[0]}`,
      target: `${subject[1]} ${verb[1]} ${object[1]}`,
    };
  });
}
