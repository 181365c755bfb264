/** The label files of TIMIT, HTK and festvox. */
import { type LabelLine, labelFault, labelLines, parseTime } from './label-lines.js';

/** A phone as it is written in a label file. */
export interface SpokenPhone {
  readonly label: string;
  /** Line of the file, from 1. */
  readonly line: number;
  /** First and last moment in samples; undefined where the file has no times. */
  readonly span?: { readonly from: number; readonly to: number };
}

/** The phones of an utterance in the order in which they are spoken. */
export interface SpokenPhones {
  /** The file, for messages. */
  readonly path: string;
  readonly phones: readonly SpokenPhone[];
}

/**
 * Reads TIMIT's `.PHN`: a line has the first sample, the sample after the last, and the phone.
 *
 * @throws UserError('data') that names file and line when a line is different
 */
export async function readTimitLabels(path: string): Promise<SpokenPhones> {
  const phones: SpokenPhone[] = [];
  for await (const { line, text } of labelLines(path)) {
    const words = text.split(/\s+/);
    if (words.length !== 3)
      throw labelFault(path, line, `Expected "FIRST LAST PHONE", but the line has ${words.length} words`);
    const [from, to] = [words[0], words[1]].map((word) => parseTime(path, line, word));
    phones.push({ label: words[2], line, span: { from, to } });
  }
  return { path, phones };
}

/**
 * Reads festvox's `.lab` (Xwaves): a header that ends with a line "#", then lines with the end in seconds, a color, and the phone,
 * which begins where the one before ends.
 *
 * @param rate samples per second
 * @throws UserError('data') that names file and line when a line is different
 */
export async function readFestvoxLabels(path: string, rate: number): Promise<SpokenPhones> {
  const phones: SpokenPhone[] = [];
  let inHeader = true;
  let from = 0;
  for await (const { line, text } of labelLines(path)) {
    if (inHeader) {
      inHeader = text !== '#';
      continue;
    }
    const words = text.split(/\s+/);
    if (words.length !== 3)
      throw labelFault(path, line, `Expected "END COLOR PHONE", but the line has ${words.length} words`);
    const to = rate * parseTime(path, line, words[0]);
    phones.push({ label: words[2], line, span: { from, to } });
    from = to;
  }
  if (inHeader) throw labelFault(path, 0, 'There is no line "#", after which the labels begin');
  return { path, phones };
}

/** HTK's unit of time is 100 ns. */
const HTK_UNITS_PER_SECOND = 1e7;

/**
 * Reads a line of HTK's labels: "[START [END]] NAME [SCORE]", times in 100 ns. Whatever follows the name is ignored.
 *
 * @throws UserError('data') that names file and line when there is no name, or a start without an end
 */
export function parseHtkLine(path: string, { line, text }: LabelLine, rate: number): SpokenPhone {
  const words = text.split(/\s+/);
  const times = words.findIndex((word) => !/^\d+$/.test(word));
  if (times === 0) return { label: unquoted(words[0]), line };
  if (times < 0 || times === 1)
    throw labelFault(path, line, 'Expected "START END PHONE" with times in units of 100 ns');
  const [from, to] = [words[0], words[1]].map(
    (word) => (rate * parseTime(path, line, word)) / HTK_UNITS_PER_SECOND,
  );
  return { label: unquoted(words[2]), line, span: { from, to } };
}

/** Ends the first of several alternative transcriptions. */
const ALTERNATIVE = '///';

/** Reads one HTK label file; only the first of several alternatives. See {@link parseHtkLine}. */
export async function readHtkLabels(path: string, rate: number): Promise<SpokenPhones> {
  const phones: SpokenPhone[] = [];
  for await (const labelLine of labelLines(path)) {
    if (labelLine.text === ALTERNATIVE) break;
    phones.push(parseHtkLine(path, labelLine, rate));
  }
  return { path, phones };
}

/** The lines of one entry of a master label file. */
export interface MasterEntry {
  /** Base name without extension, of a pattern that ends in it. */
  readonly name: string;
  /** Line of the pattern. */
  readonly line: number;
  readonly lines: readonly LabelLine[];
}

const MASTER_HEADER = '#!MLF!#';

/**
 * Yields the entries of an HTK master label file: a pattern in quotation marks, its labels, and a line with a dot.
 *
 * @throws UserError('data') that names file and line when it is none
 */
export async function* masterEntries(path: string): AsyncGenerator<MasterEntry> {
  let isFirst = true;
  let open: { name: string; line: number; lines: LabelLine[]; isOver: boolean } | undefined;
  for await (const labelLine of labelLines(path)) {
    const { line, text } = labelLine;
    if (isFirst) {
      if (text !== MASTER_HEADER) throw labelFault(path, line, `The first line is not "${MASTER_HEADER}"`);
      isFirst = false;
    } else if (open === undefined) {
      const pattern = /^"(.+)"$/.exec(text)?.[1];
      if (pattern === undefined)
        throw labelFault(path, line, 'Expected the name of a label file in quotation marks');
      const name = pattern.replace(/^.*[/\\]/, '').replace(/\.[^.]*$/, '');
      open = { name, line, lines: [], isOver: false };
    } else if (text === '.') {
      yield open;
      open = undefined;
    } else if (text === ALTERNATIVE) open.isOver = true;
    else if (!open.isOver) open.lines.push(labelLine);
  }
  if (open !== undefined)
    throw labelFault(path, open.line, `No line with a dot ends the labels of "${open.name}"`);
}

function unquoted(word: string): string {
  return word.replace(/^"(.*)"$/, '$1');
}
