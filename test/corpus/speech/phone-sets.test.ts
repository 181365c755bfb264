import { expect, it } from 'vitest';
import { CORE_TEST_SPEAKERS, DEVELOPMENT_SPEAKERS } from '../../../src/corpus/speech/formats/timit.js';
import { foldTo39, foldTo48, phoneClasses, TIMIT_61 } from '../../../src/corpus/speech/labels/phone-sets.js';

/** The 39 of Lee and Hon (1989), written out. */
const THE_39 =
  'aa ae ah aw ay b ch d dh dx eh er ey f g hh ih iy jh k l m n ng ow oy p r s sh sil t th uh uw v w y z'.split(
    ' ',
  );

it('TIMIT has 61 phones, which fold to 48 and to 39, without the glottal stop', () => {
  expect(new Set(TIMIT_61).size).toBe(61);
  expect(new Set(TIMIT_61.map(foldTo48)).size - 1).toBe(48);
  expect([...new Set(TIMIT_61.map(foldTo39))].filter((phone) => phone !== null).sort()).toEqual(THE_39);
  expect([foldTo48('q'), foldTo39('q')]).toEqual([null, null]);
});

it('folding twice is folding once', () => {
  for (const phone of TIMIT_61) {
    const folded = foldTo48(phone);
    if (folded === null) continue;
    expect(foldTo48(folded)).toBe(folded);
    expect(foldTo39(folded)).toBe(foldTo39(phone));
  }
});

it.each([
  ['tcl', 'cl', 'sil'],
  ['gcl', 'vcl', 'sil'],
  ['epi', 'epi', 'sil'],
  ['h#', 'sil', 'sil'],
  ['ax-h', 'ax', 'ah'],
  ['ix', 'ix', 'ih'],
  ['ao', 'ao', 'aa'],
  ['zh', 'zh', 'sh'],
  ['ux', 'uw', 'uw'],
  ['el', 'el', 'l'],
  ['em', 'm', 'm'],
  ['nx', 'n', 'n'],
  ['hv', 'hh', 'hh'],
  ['axr', 'er', 'er'],
  ['dx', 'dx', 'dx'],
])('%s is %s of the 48 and %s of the 39', (phone, of48, of39) => {
  expect([foldTo48(phone), foldTo39(phone)]).toEqual([of48, of39]);
});

it('classes of the 61 score the glottal stop as left out, and know no other phone', () => {
  const { phones, scoring, idOf } = phoneClasses('timit61', [], true);
  expect(scoring.classes[phones.indexOf('q')]).toBeNull();
  expect(idOf('q')).toBe(phones.indexOf('q'));
  expect(idOf('cl')).toBeUndefined();
  expect(phoneClasses('timit48', [], true).idOf('q')).toBeNull();
});

it('the core test set has 24 speakers and the development set 50 others', () => {
  expect(new Set(CORE_TEST_SPEAKERS).size).toBe(24);
  expect(new Set([...CORE_TEST_SPEAKERS, ...DEVELOPMENT_SPEAKERS]).size).toBe(74);
  // Two men and one woman of each of eight regions.
  expect(CORE_TEST_SPEAKERS.filter((speaker) => speaker.startsWith('m')).length).toBe(16);
});
