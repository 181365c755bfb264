/** What a sweep file expands to, and how its faults are shown. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { CorpusFacts } from '../../src/spec/cross-field.js';
import { assertFitsCorpus } from '../../src/spec/load.js';
import { recognizesSpeech, translates } from '../../src/spec/systems.js';
import { combinations } from '../../src/sweeps/expand.js';
import { planSweep, runsOf, type SweepPlan } from '../../src/sweeps/plan.js';
import { ROOT } from '../cli/capture.js';
import { networkOf } from '../spec/spec-files.js';
import { tempFolder } from '../temp-folder.js';
import { faultsOf, writeSweep } from './sweep-files.js';

const plan = (yaml: string): Promise<SweepPlan> => planSweep(writeSweep(yaml));

/** Names of the runs of a plan. */
const namesOf = (planned: SweepPlan) => runsOf(planned).map(({ name }) => name);

describe('expansion', () => {
  it('a sweep of a spec alone has one run', async () => {
    const planned = await plan('spec: tiny.yaml\n');
    expect(runsOf(planned)).toMatchObject([{ name: 'trial', seed: null, overrides: [] }]);
  });

  it('every combination of the axes is taken once, the last axis fastest', () => {
    expect(combinations<unknown>([[1, 2], ['a'], [true, false]])).toEqual([
      [1, 'a', true],
      [1, 'a', false],
      [2, 'a', true],
      [2, 'a', false],
    ]);
    expect(combinations([])).toEqual([[]]);
  });

  it('each variant is trained at each point of the grid with each seed', async () => {
    const planned = await plan(`
spec: tiny.yaml
variants:
  none: { set: { dropout.input.rate: 0 } }
  vertical: {}
grid: { training.bptt: [4, 8], model.embedding: [8] }
seeds: [3, 5]
`);
    expect(namesOf(planned)).toEqual(
      ['none', 'vertical'].flatMap((variant) =>
        [4, 8].flatMap((bptt) => [3, 5].map((seed) => `trial-${variant}-bptt${bptt}-embedding8-seed${seed}`)),
      ),
    );
    const [first] = runsOf(planned);
    expect(first.overrides).toEqual([
      'dropout.input.rate=0',
      'training.bptt=4',
      'model.embedding=8',
      'training.seed=3',
    ]);
    expect(networkOf(first.resolved.spec).training).toMatchObject({ bptt: 4, seed: 3 });
    expect(planned.groups.map(({ variant, grid }) => [variant, grid.map(({ value }) => value)])).toEqual([
      ['none', [4, 8]],
      ['none', [8, 8]],
      ['vertical', [4, 8]],
      ['vertical', [8, 8]],
    ]);
  });

  it('one entry sets several keys to the same value, in the overrides of all runs, a variant, and the grid', async () => {
    const planned = await plan(`
spec: tiny.yaml
set: { "dropout.input.rate, dropout.output.rate": 0.1 }
variants:
  a: { set: { 'dropout.input.rate,dropout.between.rate': 0.3 } }
grid:
  training.seed, training.epochs: [1, 2]
`);
    expect(runsOf(planned).map(({ name, overrides }) => [name, overrides])).toEqual(
      [1, 2].map((value) => [
        `trial-a-seed${value}`,
        [
          'dropout.input.rate=0.1',
          'dropout.output.rate=0.1',
          'dropout.input.rate=0.3',
          'dropout.between.rate=0.3',
          `training.seed=${value}`,
          `training.epochs=${value}`,
        ],
      ]),
    );
  });

  it('what is tuned makes candidates of one group, each with all seeds', async () => {
    const planned = await plan(`
spec: tiny.yaml
variants:
  v: { tune: { dropout.input.rate: [0.1, 0.2], dropout.output.rate: [0] } }
seeds: [1, 2]
`);
    expect(planned.groups).toHaveLength(1);
    expect(planned.groups[0].candidates.map(({ runs }) => runs.map(({ name }) => name))).toEqual(
      ['0.1', '0.2'].map((rate) =>
        // Both keys end in "rate", so their whole names tell them apart.
        [1, 2].map((seed) => `trial-v-dropout.input.rate${rate}-dropout.output.rate0-seed${seed}`),
      ),
    );
  });

  it('values that are maps are numbered in the names of runs, and are on one line in the overrides', async () => {
    const planned = await plan(`
spec: tiny.yaml
grid:
  training.optimizer: [{ sgd: { learningRate: 1 } }, { adam: { learningRate: 0.001 } }]
`);
    expect(runsOf(planned).map(({ name, overrides }) => [name, overrides])).toEqual([
      ['trial-optimizer1', ['training.optimizer={sgd: {learningRate: 1}}']],
      ['trial-optimizer2', ['training.optimizer={adam: {learningRate: 0.001}}']],
    ]);
  });

  it('a variant may begin with another spec, and an n-gram model is counted once, without seed or budget', async () => {
    const folder = tempFolder();
    writeFileSync(join(folder, 'counts.yaml'), 'corpus: small\nmodel: { ngram: { order: 3 } }\n');
    const path = writeSweep(
      `
name: mine
spec: tiny.yaml
variants:
  network: {}
  counts: { spec: counts.yaml }
seeds: [1, 2]
budget: { tokens: 600 }
`,
      folder,
    );
    const planned = await planSweep(path);
    expect(runsOf(planned).map(({ name, spec, seed }) => [name, spec, seed])).toEqual([
      ['mine-network-seed1', join(folder, 'tiny.yaml'), 1],
      ['mine-network-seed2', join(folder, 'tiny.yaml'), 2],
      ['mine-counts', join(folder, 'counts.yaml'), null],
    ]);
  });

  it('a budget of tokens gives runs with different windows the same number of tokens', async () => {
    const planned = await plan(`
spec: tiny.yaml
grid: { training.bptt: [5, 10] }
budget: { tokens: 1200 }
`);
    // Batches of 4, three epochs.
    const tokens = runsOf(planned).map(({ resolved }) => {
      const { bptt, batchSize, epochs, windowsPerEpoch } = networkOf(resolved.spec).training;
      return bptt * batchSize * epochs * Number(windowsPerEpoch);
    });
    expect(tokens).toEqual([1200, 1200]);
    expect(planned.secondsPerRun).toBe(null);
    expect((await plan('spec: tiny.yaml\nbudget: { minutes: 1.5 }\n')).secondsPerRun).toBe(90);
  });
});

describe('faults', () => {
  it('faults of the sweep file are shown with their lines, all at once', async () => {
    const path = writeSweep(`
spec: tiny.yaml
varaints: { a: {} }
seeds: [1, -2, x]
budget: { tokens: 5, minutes: 1 }
grid: { training.bptt: 5 }
`);
    await expect(await faultsOf(planSweep(path), path)).toMatchInlineSnapshot(`
      "trial.yaml:3:1  varaints is not a key; did you mean variants?
        3 | varaints: { a: {} }
          | ^^^^^^^^

      trial.yaml:4:12  seeds.1 must be a whole number from 0 to 4294967295, but is -2
        4 | seeds: [1, -2, x]
          |            ^^

      trial.yaml:4:16  seeds.2 must be a whole number from 0 to 4294967295, but is the text "x"
        4 | seeds: [1, -2, x]
          |                ^

      trial.yaml:5:9  budget must be a map with exactly one of tokens and minutes, but has tokens and minutes
        5 | budget: { tokens: 5, minutes: 1 }
          |         ^^^^^^^^^^^^^^^^^^^^^^^^^

      trial.yaml:6:24  grid.training.bptt must be a list of at least 1, but is 5
        6 | grid: { training.bptt: 5 }
          |                        ^"
    `);
  });

  it('faults of what an override gives are shown in the line of the sweep file', async () => {
    const path = writeSweep(`
spec: tiny.yaml
variants:
  good: {}
  bad:
    set:
      training.bptt: 0
      dropout.input.rate, dropout.outptu.rate: 0.5
`);
    await expect(await faultsOf(planSweep(path), path)).toMatchInlineSnapshot(`
      "trial.yaml:7:22  training.bptt must be a whole number from 1 to 65536, but is 0
        7 |       training.bptt: 0
          |                      ^

      trial.yaml:8:35  dropout.outptu is not a key; did you mean dropout.output?
        8 |       dropout.input.rate, dropout.outptu.rate: 0.5
          |                                   ^^^^^^"
    `);
  });

  it('a spec that is missing is a fault of the line that names it', async () => {
    const path = writeSweep('spec: tiny.yaml\nvariants:\n  a: { spec: none.yaml }\n');
    expect(await faultsOf(planSweep(path), path)).toMatch(
      /^trial\.yaml:3:14 {2}Cannot read .*none\.yaml: no such file/,
    );
  });

  it('a sweep that is no map, has keys that name nothing, or runs of one name is refused', async () => {
    const faults = async (yaml: string) => {
      const path = writeSweep(yaml);
      return (await faultsOf(planSweep(path), path)).split('\n', 1)[0];
    };
    expect(await faults('- 1\n')).toBe(
      'trial.yaml:1:1  A sweep is a map of keys such as spec, variants and seeds',
    );
    expect(await faults('seeds: [1]\n')).toContain('spec is missing; it must be the path of a spec');
    expect(await faults('spec: tiny.yaml\nset: { ",": 1 }\n')).toContain('"," names no key of a spec');
    expect(await faults('spec: tiny.yaml\nset: { extends: small.yaml }\n')).toContain(
      'extends is only allowed in a spec file',
    );
    expect(await faults('spec: tiny.yaml\nseeds: [1, 1]\n')).toContain(
      'Two runs of this sweep would have the name trial-seed1',
    );
  });

  it('a budget of fewer tokens than one window an epoch, or of tokens in sentences, is refused', async () => {
    const path = writeSweep('spec: tiny.yaml\nbudget: { tokens: 20 }\n');
    expect(await faultsOf(planSweep(path), path)).toContain(
      'trial.yaml:2:19  budget.tokens must be at least 60, one window in each of 3 epochs, but is 20',
    );
    const sentences = writeSweep(
      'spec: tiny.yaml\nset: { training.sentences: true }\nbudget: { tokens: 2000 }\n',
    );
    expect(await faultsOf(planSweep(sentences), sentences)).toContain('use budget.minutes');
  });
});

/** The corpora of the sweeps that come with zlm. */
const CORPORA: readonly CorpusFacts[] = [
  { name: 'ptb', vocabulary: 10_000, trainTokens: 929_589, validTokens: 73_760 },
  { name: 'sotu', vocabulary: 10_000, trainTokens: 1_686_009, validTokens: 92_985 },
  { name: 'recall', vocabulary: 10, trainTokens: 863_035, validTokens: 87_490 },
];

describe('the sweeps that come with zlm', () => {
  const folder = join(ROOT, 'configs', 'sweeps');
  it.each(readdirSync(folder))(
    '%s has no faults, fits its corpus, names its schema and says how to run it',
    async (name) => {
      const [modeline, ...rest] = readFileSync(join(folder, name), 'utf8').split('\n');
      expect(modeline).toBe('# yaml-language-server: $schema=../../schemas/sweep.schema.json');
      expect(rest.join('\n')).toMatch(/^# Run: +zlm prepare \S.* && zlm sweep \S/m);
      const planned = await planSweep(join(folder, name));
      expect(runsOf(planned).length).toBeGreaterThan(5);
      for (const { resolved } of runsOf(planned)) {
        if (translates(resolved.spec) || recognizesSpeech(resolved.spec)) continue; // pairs and utterances fit any batch
        const facts = CORPORA.find((corpus) => corpus.name === resolved.spec.corpus);
        if (!facts) throw new Error(`no facts of corpus ${resolved.spec.corpus}`);
        assertFitsCorpus(resolved, facts);
      }
    },
  );
});
