/** Tries every cure: the advice of a message is followed, and the command must then work. */
import { execSync } from 'node:child_process';
import {
  appendFileSync,
  cpSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { lockFolder } from '../../src/storage/folder-lock.js';
import { TrainedFolder, train } from '../trained-folder.js';
import { inCopyOf, run } from './fault.js';

const RUN = 'runs/tiny';
const LAST = `${RUN}/checkpoints/last.safetensors`;
const BEST = `${RUN}/checkpoints/best.safetensors`;
const BOOK = '--text data/small-text/train';

let folder: TrainedFolder;

beforeAll(async () => {
  folder = await TrainedFolder.make();
});

afterAll(() => folder.remove());

interface Situation {
  readonly what: string;
  readonly make: () => unknown;
  readonly command: string;
  /** The advice: a command, or a flag to add. Capital letters and dots are placeholders for the reader. */
  readonly advice: string;
}

const SITUATIONS: readonly Situation[] = [
  {
    what: 'an evaluation of a run that was stopped before its first checkpoint',
    make: begunOnly,
    command: 'eval tiny',
    advice: 'zlm train --resume tiny',
  },
  {
    what: 'a run in another folder without a checkpoint',
    make: () => {
      begunOnly();
      renameSync('runs', 'others');
      renameSync('data', 'texts');
    },
    command: 'sample tiny --runs others --data texts',
    advice: 'zlm train --resume tiny --runs others --data texts',
  },
  {
    what: 'a run named by its path without a checkpoint',
    make: () => {
      begunOnly();
      renameSync('runs', 'others');
    },
    command: 'eval ./others/tiny',
    advice: 'zlm train --resume ./others/tiny',
  },
  {
    what: 'a name that is taken',
    make: () => {},
    command: 'train tiny.yaml --name tiny',
    advice: 'zlm train --resume tiny',
  },
  {
    what: 'a run that has lost all checkpoints',
    make: () => rmSync(`${RUN}/checkpoints`, { recursive: true }),
    command: 'eval tiny',
    advice: 'zlm train <tmp>/runs/tiny/spec.yaml',
  },
  {
    what: 'resuming a run that has lost all checkpoints',
    make: () => rmSync(`${RUN}/checkpoints`, { recursive: true }),
    command: 'train --resume tiny',
    advice: 'zlm train <tmp>/runs/tiny/spec.yaml',
  },
  {
    what: 'a run whose two checkpoints are damaged, one after the other',
    make: () => {
      truncateSync(BEST, 100);
      rmSync(LAST);
    },
    command: 'eval tiny',
    advice: 'zlm train <tmp>/runs/tiny/spec.yaml',
  },
  {
    what: 'a lost best checkpoint',
    make: () => rmSync(BEST),
    command: 'eval tiny',
    advice: '--checkpoint last',
  },
  {
    what: 'a damaged best checkpoint',
    make: () => truncateSync(BEST, 100),
    command: 'eval tiny',
    advice: '--checkpoint last',
  },
  {
    what: 'resuming from a damaged last checkpoint',
    make: () => truncateSync(LAST, 100),
    command: 'train --resume tiny',
    advice: `cp <tmp>/${BEST} <tmp>/${LAST}`,
  },
  {
    what: 'resuming without the last checkpoint',
    make: () => rmSync(LAST),
    command: 'train --resume tiny',
    advice: `cp <tmp>/${BEST} <tmp>/${LAST}`,
  },
  {
    what: 'a damaged best checkpoint of a run to begin with',
    make: () => truncateSync(BEST, 100),
    command: "train tiny.yaml --set 'model.init={from: tiny}' --set training.epochs=1",
    advice: `cp <tmp>/${LAST} <tmp>/${BEST}`,
  },
  {
    what: 'a damaged status',
    make: () => truncateSync(`${RUN}/status.json`, 10),
    command: 'runs',
    advice: 'zlm train --resume tiny',
  },
  {
    what: 'a lost spec',
    make: () => rmSync(`${RUN}/spec.yaml`),
    command: 'train --resume tiny',
    advice: `zlm spec show <tmp>/tiny.yaml > ${RUN}/spec.yaml`,
  },
  {
    what: 'a damaged spec of a run that was trained with overrides',
    make: async () => {
      await train('tiny.yaml', '--name', 'other', '--set', 'training.epochs=1', '--set', 'dropout={}');
      appendFileSync('runs/other/spec.yaml', 'no spec');
    },
    command: 'train --resume other',
    advice:
      "zlm spec show <tmp>/tiny.yaml --set training.epochs=1 --set 'dropout={}' > <tmp>/runs/other/spec.yaml",
  },
  {
    what: 'a spec that is lost, of a run that an older zlm trained',
    make: () => {
      const record = JSON.parse(readFileSync(`${RUN}/environment.json`, 'utf8'));
      for (const session of record.sessions) delete session.spec;
      writeFileSync(`${RUN}/environment.json`, JSON.stringify(record));
      rmSync(`${RUN}/spec.yaml`);
    },
    command: 'eval tiny',
    advice: `zlm spec show SPEC.yaml > ${RUN}/spec.yaml`,
  },
  {
    what: 'a spec that is lost, of a run whose spec file has changed since',
    make: async () => {
      cpSync('tiny.yaml', 'changing.yaml');
      await train('changing.yaml', '--name', 'other', '--set', 'training.epochs=1');
      writeFileSync(
        'changing.yaml',
        readFileSync('changing.yaml', 'utf8').replace('embedding: 8', 'embedding: 9'),
      );
      rmSync('runs/other/spec.yaml');
    },
    command: 'eval other',
    advice: 'zlm spec show SPEC.yaml --set training.epochs=1 > runs/other/spec.yaml',
  },
  ...['eval tiny', 'eval tiny --checkpoint last', 'sample tiny', 'train --resume tiny'].map((command) => ({
    what: `a spec that was edited to another size: ${command}`,
    make: editSize,
    command,
    advice: `zlm spec show <tmp>/tiny.yaml > <tmp>/${RUN}/spec.yaml`,
  })),
  {
    what: 'a spec that was edited to another size, of a run to begin with',
    make: editSize,
    command: "train tiny.yaml --set 'model.init={from: tiny}' --set training.epochs=1",
    advice: `zlm spec show <tmp>/tiny.yaml > <tmp>/${RUN}/spec.yaml`,
  },
  {
    what: 'a spec that was edited to another size, where the edited file is what is wanted',
    make: editSize,
    command: 'eval tiny',
    advice: `zlm train <tmp>/${RUN}/spec.yaml`,
  },
  {
    what: 'a spec that was edited to another order, of an n-gram model',
    make: async () => {
      writeFileSync('ngram.yaml', 'corpus: small\nmodel: { ngram: { order: 3 } }\n');
      await train('ngram.yaml', '--name', 'counts');
      const text = readFileSync('runs/counts/spec.yaml', 'utf8');
      writeFileSync('runs/counts/spec.yaml', text.replace('order: 3', 'order: 4'));
    },
    command: 'eval counts',
    advice: 'zlm spec show <tmp>/ngram.yaml > <tmp>/runs/counts/spec.yaml',
  },
  {
    what: 'the last checkpoint of a run with another dropout, resumed',
    make: async () => {
      await train('tiny.yaml', '--name', 'other', '--set', 'dropout.output.rate=0.5');
      cpSync('runs/other/checkpoints/last.safetensors', LAST);
    },
    command: 'train --resume tiny',
    advice: `cp <tmp>/${BEST} <tmp>/${LAST}`,
  },
  {
    what: 'an override that may not change',
    make: () => {},
    command: 'train --resume tiny --set training.seed=2',
    advice: 'zlm train --resume tiny',
  },
  {
    what: 'too few epochs for a run',
    make: () => {},
    command: 'train --resume tiny --set training.epochs=2',
    advice: '--set training.epochs=3',
  },
  {
    what: 'a folder that has a spec but is not a run',
    make: () => {
      mkdirSync('runs/mine');
      writeFileSync('runs/mine/spec.yaml', readFileSync('tiny.yaml'));
    },
    command: 'train --resume mine',
    advice: 'zlm train <tmp>/runs/mine/spec.yaml',
  },
  {
    what: 'a damaged manifest',
    make: async () => {
      await prepareBook();
      truncateSync('data/book/manifest.json', 40);
    },
    command: 'prepare topics book --topics 2 --iterations 1',
    advice: 'zlm prepare text book …',
  },
  {
    what: 'a manifest of another version',
    make: async () => {
      await prepareBook();
      const text = readFileSync('data/book/manifest.json', 'utf8');
      writeFileSync('data/book/manifest.json', text.replace('"formatVersion": 1', '"formatVersion": 2'));
    },
    command: 'prepare topics book --topics 2 --iterations 1',
    advice: 'zlm prepare text book … --force',
  },
  {
    what: 'a damaged vocabulary',
    make: async () => {
      await prepareBook();
      truncateSync('data/book/vocabulary.txt', 41);
    },
    command: 'prepare topics book --topics 2 --iterations 1',
    advice: 'zlm prepare text book …',
  },
  {
    what: 'damaged token ids',
    make: async () => {
      await prepareBook();
      truncateSync('data/book/train.bin', 40);
    },
    command: 'prepare topics book --topics 2 --iterations 1',
    advice: `zlm prepare text book ${BOOK}`,
  },
  {
    what: 'a missing corpus in another data folder',
    make: () => {},
    command: 'prepare topics book --topics 2 --iterations 1 --data texts',
    advice: 'zlm prepare text book … --data texts',
  },
  {
    what: 'missing topics',
    make: prepareBook,
    command: "train tiny.yaml --set corpus=book --set 'model.context={topics: 2}' --set training.epochs=1",
    advice: 'zlm prepare topics book --topics 2',
  },
];

it.each(SITUATIONS)('the cure works for $what', async ({ make, command, advice }) => {
  await inCopyOf(folder.path, async () => {
    await make();
    const { text } = await run(command);
    expect(text).toContain(`\`${advice}\``);
    expect((await follow(advice, command)).exitCode, text).toBe(0);
  });
});

it.each([
  ['eval tiny', begunOnly],
  ['sample tiny --checkpoint last', begunOnly],
  ["train tiny.yaml --set 'model.init={from: tiny}'", begunOnly],
  ['train tiny.yaml --name tiny', () => {}],
])('%s tells the user of a run in training to wait, and not to resume it', async (command, make) => {
  await inCopyOf(folder.path, async () => {
    make();
    const lock = await lockFolder(RUN);
    const { text, exitCode } = await run(command);
    await lock.release();
    expect(exitCode).toBe(4);
    expect(text).toContain('  → It is training now: wait, or watch it with `zlm runs --watch`.\n');
    expect(text).not.toContain('--resume');
  });
});

it.each(['eval tiny', 'eval tiny --checkpoint last', 'sample tiny', 'train --resume tiny'])(
  '%s does not advise the other checkpoint where the spec was edited, which fits none',
  async (command) => {
    await inCopyOf(folder.path, async () => {
      editSize();
      const { text, exitCode } = await run(command);
      expect(exitCode).toBe(3);
      expect(text).toContain(`${RUN}/spec.yaml was edited after the run was trained`);
      expect(text).not.toContain('--checkpoint');
      expect(text).not.toContain('`cp ');
    });
  },
);

it('a run whose spec was edited is resumed with the spec that it was begun with, which puts the file right', async () => {
  await inCopyOf(folder.path, async () => {
    const before = readFileSync(`${RUN}/spec.yaml`, 'utf8');
    editSize();
    expect((await run('train tiny.yaml --resume tiny')).exitCode).toBe(0);
    expect(readFileSync(`${RUN}/spec.yaml`, 'utf8')).toBe(before);
  });
});

it('a folder in the place of the spec of a run is moved away, and the spec is put back', async () => {
  await inCopyOf(folder.path, async () => {
    rmSync(`${RUN}/spec.yaml`);
    mkdirSync(`${RUN}/spec.yaml`);
    const { text } = await run('eval tiny');
    const [, move = '', restore = ''] = /`(mv [^`]+)`.*`(zlm spec show [^`]+)`/s.exec(text) ?? [];
    execSync(move);
    expect((await follow(restore, 'eval tiny')).exitCode, text).toBe(0);
  });
});

function editSize(): void {
  const text = readFileSync(`${RUN}/spec.yaml`, 'utf8');
  const edited = text.replace('embedding: 8', 'embedding: 9');
  expect(edited).not.toBe(text);
  writeFileSync(`${RUN}/spec.yaml`, edited);
}

/** The run as it is in its first epoch. */
function begunOnly(): void {
  rmSync(`${RUN}/checkpoints`, { recursive: true });
  rmSync(`${RUN}/metrics.jsonl`);
  const status = JSON.parse(readFileSync(`${RUN}/status.json`, 'utf8'));
  writeFileSync(`${RUN}/status.json`, JSON.stringify({ ...status, state: 'running', epoch: 0, best: null }));
}

async function prepareBook(): Promise<void> {
  expect((await run(`prepare text book ${BOOK}`)).exitCode).toBe(0);
}

/** Follows the advice; if it only prepares something, the command is then run again. */
async function follow(advice: string, command: string): ReturnType<typeof run> {
  const line = advice.replaceAll('<tmp>', process.cwd()).replace('SPEC.yaml', 'tiny.yaml').replace('…', BOOK);
  if (line.startsWith('--')) return run(`${command.replace(/--set \S+$/, '')} ${line}`);
  if (!line.startsWith('zlm ')) {
    execSync(line);
    return run(command);
  }
  const [words, target] = line.slice('zlm '.length).split(' > ');
  const outcome = await run(words);
  if (target === undefined) return outcome;
  writeFileSync(target, outcome.text);
  return run(command);
}
