/**
 * TIMIT's folders (LDC93S1): `DR1/FCJF0/SX37.WAV` with `SX37.PHN` beside it, one folder for each speaker. Case does not matter. The
 * sentences SA1 and SA2, which every speaker reads, are left out.
 */
import { basename } from 'node:path';
import { readTimitLabels } from '../labels/label-formats.js';
import { filesIn, pairedFiles } from './paired-files.js';
import { type FolderFormat, noUtterances, type RawUtterance } from './raw-utterance.js';

const LABELS = '.phn';

/** The two dialect sentences. */
const DIALECT = /^sa[12]$/;

export const TIMIT_FORMAT: FolderFormat = {
  files: (folder) => filesIn(folder, ['.wav', LABELS]),
  open: async (folder) => ({ utterances: await timitUtterances(folder) }),
};

async function timitUtterances(folder: string): Promise<RawUtterance[]> {
  const pairs = await pairedFiles(folder, { labels: LABELS, keyOf: (stem) => stem.toLowerCase() });
  const spoken = pairs.filter(({ key }) => !DIALECT.test(basename(key)));
  if (spoken.length === 0) throw noUtterances(folder, 'all sentences are SA1 or SA2, which are left out');
  return spoken.map(({ key, audio, labels }) => {
    const speaker = key.split('/').at(-2) ?? basename(folder).toLowerCase();
    // Sentences are read by several speakers.
    return {
      name: `${speaker}-${basename(key)}`,
      speaker,
      audio,
      readLabels: () => readTimitLabels(labels),
    };
  });
}

/** The 24 speakers of the core test set, two men and one woman of each dialect region (`TESTSET.DOC` of LDC93S1). */
export const CORE_TEST_SPEAKERS: readonly string[] = (
  'mdab0 mwbt0 felc0 mtas1 mwew0 fpas0 mjmp0 mlnt0 fpkt0 mlll0 mtls0 fjlm0 mbpm0 mklt0 fnlp0 mcmj0 mjdh0 fmgd0 mgrt0 mnjm0 ' +
  'fdhc0 mjln0 mpam0 fmld0'
).split(' ');

/**
 * The 50 speakers of the development set, who are in TIMIT's test folder and not in the core test set: A. Halberstadt,
 * *Heterogeneous acoustic measurements and multiple classifiers for speech recognition*, PhD thesis, MIT, 1998; the same as in
 * Kaldi's recipe (`egs/timit/s5/conf/dev_spk.list`).
 */
export const DEVELOPMENT_SPEAKERS: readonly string[] = (
  'faks0 fdac1 fjem0 mgwt0 mjar0 mmdb1 mmdm2 mpdf0 fcmh0 fkms0 mbdg0 mbwm0 mcsh0 fadg0 fdms0 fedw0 mgjf0 mglb0 mrtk0 mtaa0 ' +
  'mtdt0 mthc0 mwjg0 fnmr0 frew0 fsem0 mbns0 mmjr0 mdls0 mdlf0 mdvc0 mers0 fmah0 fdrw0 mrcs0 mrjm4 fcal1 mmwh0 fjsj0 majc0 ' +
  'mjsw0 mreb0 fgjd0 fjmg0 mroa0 mteb0 mjfc0 mrjr0 fmml0 mrws1'
).split(' ');

/** Returns the utterances of some speakers; undefined where one of the speakers is missing. */
export function utterancesOf(
  utterances: readonly RawUtterance[],
  speakers: readonly string[],
): RawUtterance[] | undefined {
  const present = new Set(utterances.map(({ speaker }) => speaker));
  if (!speakers.every((speaker) => present.has(speaker))) return undefined;
  const wanted = new Set(speakers);
  return utterances.filter(({ speaker }) => wanted.has(speaker));
}
