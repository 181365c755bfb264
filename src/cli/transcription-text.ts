/** Renders what was recognized below what was spoken. */
import type { TranscribedUtterance, Transcription } from '../decoding/transcribe.js';
import type { AlignedPhone } from '../metrics/phone-errors.js';
import { phoneErrorRate } from '../metrics/phone-errors.js';
import { visible } from '../visible.js';
import { decodingText } from './evaluation-text.js';
import { formatPercent } from './format.js';
import { wrapLine } from './text-width.js';

/** Stands where one of the two has no phone. */
const NO_PHONE = '*';

/** Columns of "spoken     " and "recognized ". */
const LABEL_WIDTH = 11;

/**
 * Renders transcriptions: for each utterance a line with its errors, then the phones spoken and recognized, one above the other; at the
 * end how they were found.
 *
 * @param width of the terminal, in columns; infinite without one
 */
export function renderTranscription(
  { utterances, decoding }: Transcription,
  width: number = Number.POSITIVE_INFINITY,
): string {
  const texts = utterances.map((utterance) => utteranceText(utterance, width));
  return [...texts, wrapLine(`Decoding: ${decodingText(decoding)}`, width).join('\n')].join('\n\n');
}

function utteranceText(utterance: TranscribedUtterance, width: number): string {
  const { name, alignment, substitutions, deletions, insertions, phones } = utterance;
  const counts = `${substitutions} substituted, ${deletions} deleted, ${insertions} inserted of ${phones}`;
  return [
    `${visible(name)}: phone error rate ${formatPercent(phoneErrorRate(utterance))}, ${counts}`,
    ...rowsOf(alignment, width).flatMap((cells) => [
      `  spoken     ${cells.map(([spoken]) => spoken).join(' ')}`.trimEnd(),
      `  recognized ${cells.map(([, recognized]) => recognized).join(' ')}`.trimEnd(),
    ]),
  ].join('\n');
}

/** Divides an alignment into rows that fit the width, its phones padded to the same columns. */
function rowsOf(alignment: readonly AlignedPhone[], width: number): [string, string][][] {
  const rows: [string, string][][] = [];
  let left = 0;
  for (const { spoken, recognized } of alignment) {
    const [above, below] = [spoken, recognized].map((phone) => visible(phone ?? NO_PHONE));
    const columns = Math.max(above.length, below.length);
    if (rows.length === 0 || columns + 1 > left) {
      rows.push([]);
      left = width - 2 - LABEL_WIDTH;
    }
    rows[rows.length - 1].push([above.padEnd(columns), below.padEnd(columns)]);
    left -= columns + 1;
  }
  return rows;
}
