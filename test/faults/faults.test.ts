/**
 * Runs a real command in each bad situation. It must say what is wrong and what to do, end with
 * the exit code of its kind, and never show a stack trace. The golden file has all that is printed, to be read as
 * prose; after a wanted change: `npx vitest run test/faults --update`.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TrainedFolder } from '../trained-folder.js';
import { CHECKPOINT_FAULTS } from './checkpoints.js';
import { COMMAND_LINE_FAULTS } from './command-lines.js';
import { CORPUS_FAULTS } from './corpora.js';
import { type Fault, meet, type Outcome } from './fault.js';
import { RUN_FOLDER_FAULTS } from './run-folders.js';
import { RUN_RECORD_FAULTS } from './run-records.js';
import { SOURCE_FAULTS } from './sources.js';
import { SPEC_FAULTS } from './specs.js';

const FAMILIES: Readonly<Record<string, readonly Fault[]>> = {
  specs: SPEC_FAULTS,
  'command lines': COMMAND_LINE_FAULTS,
  corpora: CORPUS_FAULTS,
  'texts and archives': SOURCE_FAULTS,
  'run folders': RUN_FOLDER_FAULTS,
  'records of runs': RUN_RECORD_FAULTS,
  checkpoints: CHECKPOINT_FAULTS,
};

let folder: TrainedFolder;
const outcomes = new Map<Fault, Outcome>();

beforeAll(async () => {
  folder = await TrainedFolder.make();
});

afterAll(() => folder.remove());

for (const [family, faults] of Object.entries(FAMILIES)) {
  describe(family, () => {
    it.each(faults)('zlm explains $what', async (fault) => {
      const outcome = await meet(fault, folder.path);
      outcomes.set(fault, outcome);
      expect(outcome.text).toContain(fault.says);
      expect(outcome.text).toContain(fault.cure);
      expect(outcome.text).not.toMatch(/^ +at /m);
      expect(outcome.exitCode).toBe(fault.exitCode);
    });
  });
}

it('the messages of all faults equal the golden file', { timeout: 120_000 }, async () => {
  const families: string[] = [];
  for (const [family, faults] of Object.entries(FAMILIES)) {
    const transcripts: string[] = [];
    for (const fault of faults) transcripts.push(await transcript(fault));
    families.push([`══ ${family}\n`, ...transcripts].join('\n'));
  }
  await expect(families.join('\n')).toMatchFileSnapshot('../golden/cli/faults.txt');
});

async function transcript(fault: Fault): Promise<string> {
  // A fault whose own test was skipped, under -t, is run here.
  const outcome = outcomes.get(fault) ?? (await meet(fault, folder.path));
  const text = withoutMoment(outcome.text);
  return `── ${fault.what}\n$ zlm ${fault.command}\n${text}[exit code ${outcome.exitCode}]\n`;
}

/** Replaces what differs each time: durations, the length of a header with one in it, process, time. */
function withoutMoment(text: string): string {
  return text
    .replace(/ in \S+ s;/, ' in <duration>;')
    .replace(/process \d+ on \S+, since \S+$/m, 'process <pid> on <host>, since <time>')
    .replace(/claims \d+ bytes, but \d+ follow/, 'claims <n> bytes, but <n> follow')
    .replace(/kill \d+/, 'kill <pid>')
    .replace(/(?<=tfevents\.)[^:\s]+/, '<time>.<host>.<pid>');
}
