/** From the phones of an utterance to a class for each frame, and to the sequence of classes. */
import type { SpokenPhone, SpokenPhones } from './label-formats.js';
import { labelFault } from './label-lines.js';
import type { PhoneClasses } from './phone-sets.js';

/** Where the frames of an utterance are, in samples. */
export interface FrameGrid {
  readonly frames: number;
  readonly window: number;
  readonly step: number;
  /** Length of the audio. */
  readonly samples: number;
}

/** Classes of an utterance. */
export interface AlignedPhones {
  /** [frames]; null where the labels have no times. */
  readonly labels: Int32Array | null;
  /** Each phone spoken, those that are left out excepted. */
  readonly phones: Int32Array;
}

/** A phone of a known class; null is left out. */
interface ClassSpan {
  readonly id: number | null;
  readonly from: number;
  readonly to: number;
}

/**
 * Returns the class of each frame, which is that of the phone at its center, and the sequence of classes. The frames of a phone
 * that is left out, such as TIMIT's q, are divided between its neighbors at its middle. Labels may miss each other, the beginning
 * and the end by one frame.
 *
 * @throws UserError('data') that names file and line for a phone that is unknown, for labels past the end of the audio, out of
 *   order, or with gaps, and for an utterance without phones
 */
export function alignPhones(spoken: SpokenPhones, classes: PhoneClasses, grid: FrameGrid): AlignedPhones {
  const { path, phones } = spoken;
  if (phones.length === 0) throw labelFault(path, 0, 'The utterance has no phones');
  const ids = phones.map((phone) => classOf(path, phone, classes));
  const kept = ids.filter((id) => id !== null);
  if (kept.length === 0) throw labelFault(path, 0, 'All phones of the utterance are left out');
  if (phones[0].span === undefined) return { labels: null, phones: Int32Array.from(kept) };
  const spans = checkedSpans(spoken, ids, grid);
  return { labels: frameClasses(withoutLeftOut(spans), grid), phones: Int32Array.from(kept) };
}

function classOf(path: string, { label, line }: SpokenPhone, classes: PhoneClasses): number | null {
  const id = classes.idOf(label);
  if (id !== undefined) return id;
  throw labelFault(
    path,
    line,
    `The phone "${label}" is not among the ${classes.phones.length} that are known`,
    [
      'Correct the label.',
      'If the phones are not those of TIMIT, take them as they are: --phones as-is. Each of them must occur in train.',
    ],
  );
}

/** Checks that the spans follow each other and end with the audio. */
function checkedSpans(
  { path, phones }: SpokenPhones,
  ids: readonly (number | null)[],
  grid: FrameGrid,
): ClassSpan[] {
  const { samples, step } = grid;
  let end = 0;
  const spans = phones.map(({ label, line, span }, index) => {
    if (span === undefined) throw labelFault(path, line, 'The line has no times, but others have');
    const { from, to } = span;
    if (to < from) throw labelFault(path, line, `The phone "${label}" ends before it begins`, CORRECT);
    if (from > end + step)
      throw labelFault(path, line, `There is a gap of ${shown(from - end)} before "${label}"`, CORRECT);
    if (from < end - step)
      throw labelFault(
        path,
        line,
        `"${label}" begins ${shown(end - from)} before the end of the label before`,
        CORRECT,
      );
    if (to > samples + step) {
      const fault = `The label "${label}" ends ${shown(to - samples)} past the end of the audio, which has ${shown(samples)}`;
      throw labelFault(path, line, fault, ['Check that labels and audio belong together.']);
    }
    end = to;
    return { id: ids[index], from, to };
  });
  if (end >= samples - LONGEST_END * step) return spans;
  const last = phones[phones.length - 1];
  throw labelFault(path, last.line, `The labels end ${shown(samples - end)} before the audio`, [
    'Check that labels and audio belong together.',
  ]);
}

/** The cure for labels that contradict each other. */
const CORRECT = ['Correct the labels, or leave the utterance out.'];

/** Frames at the end of the audio that may be without a label: they belong to the last phone. */
const LONGEST_END = 10;

function shown(samples: number): string {
  return `${Math.round(samples)} samples`;
}

/** Divides the spans that are left out between their neighbors. */
function withoutLeftOut(spans: readonly ClassSpan[]): { readonly id: number; readonly to: number }[] {
  const kept: { id: number; to: number }[] = [];
  /** Where what is left out begins, since the last one that is kept. */
  let open: number | undefined;
  for (const { id, from, to } of spans) {
    if (id === null) {
      open ??= from;
      continue;
    }
    const before = kept.at(-1);
    if (open !== undefined && before !== undefined) before.to = (open + from) / 2;
    open = undefined;
    kept.push({ id, to });
  }
  return kept;
}

function frameClasses(
  spans: readonly { readonly id: number; readonly to: number }[],
  grid: FrameGrid,
): Int32Array {
  const labels = new Int32Array(grid.frames);
  let at = 0;
  for (let frame = 0; frame < grid.frames; frame++) {
    const center = frame * grid.step + grid.window / 2;
    while (at < spans.length - 1 && center >= spans[at].to) at++;
    labels[frame] = spans[at].id;
  }
  return labels;
}
