/** Folders with HTK's labels: `NAME.wav` with `NAME.lab`, or with an entry "NAME.lab" in a master label file, `*.mlf`. */
import { basename, join } from 'node:path';
import { UserError } from '../../../errors.js';
import { masterEntries, parseHtkLine, readHtkLabels } from '../labels/label-formats.js';
import { type LabelLine, labelFault } from '../labels/label-lines.js';
import { ScratchValues } from '../scratch-values.js';
import { filesIn, labeledAudio, sameName, speakerOf } from './paired-files.js';
import { type FolderFormat, noUtterances, type RawFolder, type RawUtterance } from './raw-utterance.js';

const LABELS = '.lab';
const MASTER = '.mlf';

export const HTK_FORMAT: FolderFormat = {
  files: (folder) => filesIn(folder, ['.wav', LABELS, MASTER]),
  open: async (folder, scratch, prefix) => {
    const masters = await filesIn(folder, [MASTER]);
    if (masters.length > 0) return await openMasters(folder, masters, join(scratch, `${prefix}-labels`));
    return { utterances: await labeledAudio(folder, LABELS, readHtkLabels) };
  },
};

/** Where the labels of an utterance are. */
interface Entry {
  readonly path: string;
  readonly line: number;
  readonly number: number;
}

async function openMasters(folder: string, masters: readonly string[], scratch: string): Promise<RawFolder> {
  const values = new ScratchValues<readonly LabelLine[]>(scratch);
  try {
    const entries = new Map<string, Entry>();
    for (const path of masters) {
      for await (const { name, line, lines } of masterEntries(path)) {
        const other = entries.get(name);
        if (other !== undefined) throw sameName(name, `${other.path}:${other.line}`, `${path}:${line}`);
        entries.set(name, { path, line, number: values.add(lines) });
      }
    }
    values.finish();
    return { utterances: await withAudio(folder, entries, values), close: () => values.close() };
  } catch (error) {
    values.close();
    throw error;
  }
}

async function withAudio(
  folder: string,
  entries: ReadonlyMap<string, Entry>,
  values: ScratchValues<readonly LabelLine[]>,
): Promise<RawUtterance[]> {
  const audio = new Map<string, string>();
  for (const path of await filesIn(folder, ['.wav'])) {
    const name = basename(path).replace(/\.[^.]*$/, '');
    const other = audio.get(name);
    if (other !== undefined) throw sameName(name, other, path);
    if (!entries.has(name)) throw noLabels(path);
    audio.set(name, path);
  }
  if (audio.size === 0) throw noUtterances(folder, 'no file ends in ".wav"');
  for (const [name, { path, line }] of entries) {
    if (!audio.has(name)) throw labelFault(path, line, `There is no file "${name}.wav" for these labels`);
  }
  return [...audio].map(([name, path]) => {
    const { path: master, number, line } = entries.get(name) as Entry;
    return {
      name,
      speaker: speakerOf(folder, path),
      audio: path,
      readLabels: async (rate) => {
        const phones = values.read(number).map((labelLine) => parseHtkLine(master, labelLine, rate));
        if (phones.length === 0) throw labelFault(master, line, `"${name}" has no labels`);
        return { path: master, phones };
      },
    };
  });
}

function noLabels(path: string): UserError {
  return new UserError('data', `${path} has no labels in the master label file`, [
    'Add its labels, or leave the audio out.',
  ]);
}
