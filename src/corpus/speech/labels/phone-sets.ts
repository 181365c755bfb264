/**
 * TIMIT's phones and how they are folded: the 61 of its transcriptions, the 48 on which models are trained, and the 39 by which
 * errors are counted. Source: K.-F. Lee and H.-W. Hon, *Speaker-independent phone recognition using hidden Markov models*, IEEE
 * Transactions on Acoustics, Speech, and Signal Processing 37(11), 1989, tables I and II.
 */
import type { Scoring } from '../manifest.js';

/** TIMIT's 61 phones. */
export const TIMIT_61: readonly string[] = (
  'aa ae ah ao aw ax ax-h axr ay b bcl ch d dcl dh dx eh el em en eng epi er ey f g gcl h# hh hv ih ix iy jh k kcl l m n ng nx ow ' +
  'oy p pau pcl q r s sh t tcl th uh uw ux v w y z zh'
).split(' ');

/** The glottal stop, which is left out of the 48 and of the 39. */
export const GLOTTAL_STOP = 'q';

/** Phones that have another name among the 48: closures, silence, and variants of one phone. */
const TO_48: Readonly<Record<string, string>> = {
  ...folded('cl', 'pcl tcl kcl'),
  ...folded('vcl', 'bcl dcl gcl'),
  ...folded('sil', 'h# pau'),
  'ax-h': 'ax',
  axr: 'er',
  em: 'm',
  eng: 'ng',
  hv: 'hh',
  nx: 'n',
  ux: 'uw',
};

/** Phones of the 48 among which confusions are not counted. */
const TO_39: Readonly<Record<string, string>> = {
  ...folded('sil', 'cl vcl epi'),
  el: 'l',
  en: 'n',
  zh: 'sh',
  ao: 'aa',
  ix: 'ih',
  ax: 'ah',
};

function folded(to: string, from: string): Record<string, string> {
  return Object.fromEntries(from.split(' ').map((phone) => [phone, to]));
}

/** Returns the name of one of the 61 among the 48; null for the glottal stop, which is left out. */
export function foldTo48(phone: string): string | null {
  return phone === GLOTTAL_STOP ? null : (TO_48[phone] ?? phone);
}

/** Returns the name of one of the 61 or the 48 among the 39; null for the glottal stop, which is left out. */
export function foldTo39(phone: string): string | null {
  const folded = foldTo48(phone);
  return folded === null ? null : (TO_39[folded] ?? folded);
}

/** Choices of the classes that a model predicts. */
export type PhoneChoice = 'timit48' | 'timit39' | 'timit61' | 'as-is';

/** The classes that a model predicts, and how labels become classes. */
export interface PhoneClasses {
  /** By id. */
  readonly phones: readonly string[];
  readonly scoring: Scoring;
  /** Returns the id of a label; null for one that is left out; undefined for one that is unknown. */
  idOf(label: string): number | null | undefined;
}

const FOLDS: Readonly<Record<Exclude<PhoneChoice, 'as-is'>, (phone: string) => string | null>> = {
  timit61: (phone) => phone,
  timit48: foldTo48,
  timit39: foldTo39,
};

/**
 * Returns the classes of a choice.
 *
 * @param labels  the labels that occur in train; only used by `as-is`, whose classes they are
 * @param isTimit whether the labels are TIMIT's even `as-is`, so that they are scored by the 39 if all of them are known
 */
export function phoneClasses(choice: PhoneChoice, labels: Iterable<string>, isTimit: boolean): PhoneClasses {
  if (choice === 'as-is') return classesOf([...new Set(labels)].sort(), (phone) => phone, isTimit);
  const fold = FOLDS[choice];
  const known = new Set(TIMIT_61);
  const phones = new Set(TIMIT_61.map(fold).filter((phone) => phone !== null));
  return classesOf([...phones].sort(), (phone) => (known.has(phone) ? fold(phone) : undefined), true);
}

function classesOf(
  phones: readonly string[],
  fold: (label: string) => string | null | undefined,
  isTimit: boolean,
): PhoneClasses {
  const ids = new Map(phones.map((phone, id) => [phone, id]));
  const timit = new Set([...TIMIT_61, ...TIMIT_61.map(foldTo48)]);
  const scoring: Scoring =
    isTimit && phones.every((phone) => timit.has(phone))
      ? { folding: 'timit', classes: phones.map(foldTo39) }
      : { folding: 'none', classes: phones };
  return {
    phones,
    scoring,
    idOf: (label) => {
      const phone = fold(label);
      return phone === null ? null : phone === undefined ? undefined : ids.get(phone);
    },
  };
}
