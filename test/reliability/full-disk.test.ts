/**
 * A disk that becomes full at each operation in turn, for ever or for one operation, while a corpus is prepared, a network trained and
 * evaluated: the command says so in words, or does without what was refused; nothing that was there is lost; the same command, or
 * `--resume`, then ends in the same bytes. A few of the operations by default; ZLM_EVERY_WRITE=1 takes all of them (docs/reliability.md).
 */
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { type ProcessRun, spawnZlm } from '../cli/capture.js';
import { generateText } from '../small-corpus.js';
import { contentOf, useWorkplace } from '../small-runs.js';
import { CAN_PRELOAD, NEEDS_PRELOAD, usePreloaded } from './preloaded.js';

/** Without ZLM_EVERY_WRITE, so many operations are tried. */
const TRIED = process.env.ZLM_EVERY_WRITE ? Number.POSITIVE_INFINITY : 2;

const place = useWorkplace();
const library = usePreloaded('reliability/full-disk.c');
const TEXT = () => join(place.root, 'text.txt');

beforeAll(() => writeFileSync(TEXT(), generateText(60, 5)));

/** A command to try, and what it leaves. */
interface Subject {
  readonly words: () => string[];
  /** The words that go on after a failure. */
  readonly again?: () => string[];
  /** What it has made; null where it has made nothing. */
  made(): Promise<unknown>;
  /** Removes all that it has made. */
  clear(): void;
}

const FOLDERS = () => ['--data', place.data, '--runs', place.runs];

/** Returns the files of a folder without its manifest, which tells the time. */
function bytesIn(folder: string): object | null {
  if (!existsSync(folder)) return null;
  const names = readdirSync(folder)
    .sort()
    .filter((name) => name !== 'manifest.json');
  return Object.fromEntries(names.map((name) => [name, readFileSync(join(folder, name)).toString('base64')]));
}

const run = () => place.run('tried');
const TRAIN = () => [
  'train',
  place.spec,
  '--name',
  'tried',
  '--set',
  'training.epochs=1',
  ...FOLDERS(),
  '--backend',
  'cpu',
];

const SUBJECTS: Readonly<Record<string, Subject>> = {
  'zlm prepare text': {
    words: () => ['prepare', 'text', 'mine', '--text', TEXT(), '--data', place.data],
    made: async () => bytesIn(join(place.data, 'mine')),
    clear: () => rmSync(join(place.data, 'mine'), { recursive: true, force: true }),
  },
  'zlm train': {
    words: TRAIN,
    again: () =>
      existsSync(run().spec) ? ['train', '--resume', 'tried', ...FOLDERS(), '--backend', 'cpu'] : TRAIN(),
    made: async () => (existsSync(run().checkpoint('last')) ? await contentOf(run()) : null),
    clear: () => rmSync(run().path, { recursive: true, force: true }),
  },
  'zlm eval': {
    words: () => ['eval', 'whole', '--split', 'test', '--backend', 'cpu', ...FOLDERS()],
    made: async () => Object.keys(bytesIn(place.run('whole').evaluations) ?? {}),
    clear: () => rmSync(place.run('whole').evaluations, { recursive: true, force: true }),
  },
};

async function zlm(words: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<ProcessRun> {
  return await spawnZlm(words, { env: { LD_PRELOAD: library, ...env } });
}

/** Expects a message that people understand. */
function expectWords({ code, stderr }: ProcessRun, what: string): void {
  expect(stderr, what).not.toMatch(/bug in zlm|^\s+at .*:\d+:\d+/m);
  if (code !== 0) expect(stderr, what).toMatch(/no space|is full/i);
}

/** Runs a command on a disk that becomes full, then goes on where it failed. */
async function expectWhole(subject: Subject, full: NodeJS.ProcessEnv, expected: unknown, what: string) {
  const { words, again = words, made } = subject;
  const tried = await zlm(words(), full);
  expectWords(tried, what);
  // What `eval` keeps is a convenience: without room, its result is printed all the same.
  if (tried.code === 0 && subject === SUBJECTS['zlm eval']) return;
  if (tried.code !== 0) {
    const after = await zlm(again());
    expect(after.code, `${what}: ${after.stderr}`).toBe(0);
  }
  expect(await made(), what).toEqual(expected);
}

describe.skipIf(!CAN_PRELOAD)(`a disk that becomes full${NEEDS_PRELOAD}`, () => {
  beforeAll(async () => {
    const { code, stderr } = await spawnZlm([
      ...['train', place.spec, '--name', 'whole', '--set', 'training.epochs=1', '--backend', 'cpu'],
      ...FOLDERS(),
    ]);
    expect(code, stderr).toBe(0);
  }, 60_000);

  it.each(Object.entries(SUBJECTS))(
    '%s: every operation in turn',
    async (_, subject) => {
      const { words, made, clear } = subject;
      const count = join(place.root, 'count');
      const whole = await zlm(words(), { ZLM_FULL_COUNT: count });
      expect(whole.code, whole.stderr).toBe(0);
      const [operations, expected] = [Number(readFileSync(count, 'utf8')), await made()];
      expect(operations).toBeGreaterThan(3);
      for (let from = 1; from <= operations; from += Math.max(1, Math.floor(operations / TRIED))) {
        for (const refused of ['1', undefined]) {
          clear();
          const what = `operation ${from} of ${operations} and ${refused ? 'no other' : 'all others'}`;
          const full = {
            ZLM_FULL_FROM: String(from),
            ...(refused !== undefined && { ZLM_FULL_FOR: refused }),
          };
          await expectWhole(subject, full, expected, what);
        }
      }
      clear();
    },
    10_800_000,
  );
});
