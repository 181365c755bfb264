import { join } from 'node:path';
import { expect, it } from 'vitest';
import { alignPhones } from '../../../src/corpus/speech/labels/align.js';
import {
  masterEntries,
  readFestvoxLabels,
  readHtkLabels,
  readTimitLabels,
  type SpokenPhones,
} from '../../../src/corpus/speech/labels/label-formats.js';
import { phoneClasses } from '../../../src/corpus/speech/labels/phone-sets.js';
import { UserError } from '../../../src/errors.js';
import { philoxWords } from '../../../src/ops/philox.js';
import { sharedFolder } from '../../temp-folder.js';
import { written } from './audio-files.js';
import { festvoxText, htkText, phnText, SAMPLES } from './folders.js';

const folder = sharedFolder();

const PHONES = ['sil', 'a', 't', 'i', 'sil'];

const GRID = { frames: 49, window: 400, step: 160, samples: SAMPLES };

const CLASSES = phoneClasses('as-is', PHONES, false);

async function readMaster(path: string): Promise<SpokenPhones> {
  for await (const { lines } of masterEntries(path))
    return { path, phones: lines.map(({ line, text }) => ({ label: text, line })) };
  return { path, phones: [] };
}

// A few bytes are replaced or removed, by those that label files have and some that they have not.
const BYTES = Buffer.from('0159 \n\t.-+ex#"/\r\0\xff\xc3', 'latin1');

it.each<[string, string, (path: string) => Promise<SpokenPhones>]>([
  ['.PHN', phnText(PHONES), readTimitLabels],
  ['HTK', htkText(PHONES), (path) => readHtkLabels(path, 16000)],
  ['master', `#!MLF!#\n"*/a.lab"\n${htkText(PHONES, false)}.\n`, readMaster],
  ['festvox', festvoxText(PHONES), (path) => readFestvoxLabels(path, 16000)],
])(
  'damaged labels (%s) give classes of all frames or a UserError, never anything else',
  async (_, text, read) => {
    const outcomes = { labels: 0, refused: 0 };
    for (let trial = 0; trial < 120; trial++) {
      const words = philoxWords({ seed: 11, stream: 99, site: 0, step: trial }, 12);
      const bytes = Buffer.from(text);
      for (let change = 0; change <= words[0] % 3; change++)
        bytes[words[2 * change + 1] % bytes.length] = BYTES[words[2 * change + 2] % BYTES.length];
      const kept = words[10] % 3 === 0 ? bytes.subarray(0, words[11] % bytes.length) : bytes;
      try {
        const { labels, phones } = alignPhones(
          await read(written(join(folder, 'labels'), kept)),
          CLASSES,
          GRID,
        );
        expect(phones.length).toBeGreaterThan(0);
        for (const id of [...(labels ?? []), ...phones]) expect(CLASSES.phones[id]).toBeDefined();
        if (labels !== null) expect(labels.length).toBe(GRID.frames);
        outcomes.labels++;
      } catch (error) {
        if (!(error instanceof UserError)) throw error;
        expect(error.message).toContain(join(folder, 'labels'));
        outcomes.refused++;
      }
    }
    expect(outcomes.refused).toBeGreaterThan(30);
    expect(outcomes.labels).toBeGreaterThan(5);
  },
);
