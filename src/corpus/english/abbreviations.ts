/** English abbreviations: whose period belongs to the word, and after which of them a sentence goes on. */

const TITLES = 'adm brig capt col dr gen gov hon lieut lt maj messrs mr mrs ms prof rep rev sen sergt sgt st';

const MONTHS = 'jan feb mar apr aug sept oct nov dec';

const REFERENCES = 'no nos pp sec vol vs';

const OTHERS = 'bros cie co corp cos dept etc ft inc inst jr ltd sens sr ult';

// Those that are not words too, as "mass", "miss" and "ill" are.
const STATES = 'ariz calif colo conn fla ga kan ky md mich minn neb nev okla tenn va wis';

/** Words before a name or a number: a period after them never ends a sentence. */
const PREFIXES = new Set([TITLES, MONTHS, REFERENCES].flatMap((list) => list.split(' ')));

const ABBREVIATIONS = new Set([...PREFIXES, ...[OTHERS, STATES].flatMap((list) => list.split(' '))]);

// "j", "u.s", "a.m", "non-u.s"
const INITIALS = /^(?:\p{L}+-)?\p{L}(?:\.\p{L})*$/u;

/** Whether `word.` (given without its period, in any case) is an abbreviation that keeps the period. */
export function isAbbreviation(word: string): boolean {
  return ABBREVIATIONS.has(word.toLowerCase()) || INITIALS.test(word);
}

/** Whether a sentence always goes on after `word.` (given without its period, in any case). */
export function expectsMore(word: string): boolean {
  return PREFIXES.has(word.toLowerCase());
}
