/** Folders of festvox's voices: `NAME.wav` and `NAME.lab`, usually in folders "wav" and "lab", with names that occur once. */
import { readFestvoxLabels } from '../labels/label-formats.js';
import { filesIn, labeledAudio } from './paired-files.js';
import type { FolderFormat } from './raw-utterance.js';

const LABELS = '.lab';

export const FESTVOX_FORMAT: FolderFormat = {
  files: (folder) => filesIn(folder, ['.wav', LABELS]),
  open: async (folder) => ({ utterances: await labeledAudio(folder, LABELS, readFestvoxLabels) }),
};
