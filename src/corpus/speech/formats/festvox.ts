/** Folders of festvox's voices: `NAME.wav` and `NAME.lab`, usually in folders "wav" and "lab", with names that occur once. */
import { basename } from 'node:path';
import { readFestvoxLabels } from '../labels/label-formats.js';
import { filesIn, pairedFiles } from './paired-files.js';
import { type FolderFormat, relativeTo } from './raw-utterance.js';

const LABELS = '.lab';

/** Folders that name what is in them, not who speaks. */
const CONTENTS = ['wav', 'audio'];

export const FESTVOX_FORMAT: FolderFormat = {
  files: (folder) => filesIn(folder, ['.wav', LABELS]),
  open: async (folder) => {
    const pairs = await pairedFiles(folder, { labels: LABELS, keyOf: (stem) => basename(stem) });
    return {
      utterances: pairs.map(({ key, audio, labels }) => ({
        name: key,
        speaker: speakerOf(folder, audio),
        audio,
        readLabels: (rate) => readFestvoxLabels(labels, rate),
      })),
    };
  },
};

/** Returns the folder of an audio file, without a folder "wav", as the name of its speaker. */
export function speakerOf(folder: string, audio: string): string {
  const within = relativeTo(folder, audio)
    .split('/')
    .slice(0, -1)
    .filter((part) => !CONTENTS.includes(part.toLowerCase()));
  return within.at(-1) ?? basename(folder);
}
