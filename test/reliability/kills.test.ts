/**
 * Kills trainings of every shipped spec but that for fine-tuning, narrowed, on every backend, at random moments, as often as ZLM_KILLS says: each must end in the
 * bytes of one that was not killed. `ZLM_KILLS=200 npx vitest run test/reliability/kills.test.ts` is the run of docs/reliability.md.
 */
import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { beforeAll, expect, it } from 'vitest';
import type { BackendName } from '../../src/backends/backend.js';
import { readAnyMetrics } from '../../src/training/metrics.js';
import { CC } from '../backends/native/compiled.js';
import { filesIn, hasLocked, startTrainer, type Trainer } from '../end-to-end/killed-training.js';
import { prepareForConfigs, SMALL_CONFIGS, type SmallConfig } from '../small-configs.js';
import { contentOf, useWorkplace } from '../small-runs.js';

const KILLS = Number(process.env.ZLM_KILLS ?? 3);
/** A training that was killed so often is let go on to its end. */
const KILLS_OF_ONE = 6;
/** Longest time between the beginning of the training and the kill; a narrowed epoch takes about as long. */
const LONGEST_WAIT_MS = 600;

const place = useWorkplace();

beforeAll(() => prepareForConfigs(place.data));

/** Saved after every window; two epochs, so that a validation comes in between. */
const OVERRIDES = ['training.checkpoint.everyMinutes=0.00001', 'training.epochs=2'];
const BACKENDS: readonly BackendName[] = CC ? ['native', 'wasm', 'cpu'] : ['wasm', 'cpu'];

/** What is trained, and where. */
interface Case {
  readonly config: SmallConfig;
  readonly backend: BackendName;
}

/** Fine-tuning begins with the weights of another run, which these are not. */
const CASES: readonly Case[] = SMALL_CONFIGS.filter(({ name }) => !name.endsWith('-finetune')).flatMap(
  (config) => BACKENDS.map((backend) => ({ config, backend })),
);

function start({ config, backend }: Case, name: string): Trainer {
  const isThere = existsSync(place.run(name).spec);
  const overrides = [...config.overrides, ...(config.isNgram ? ['corpus=small'] : OVERRIDES)];
  const fresh = [config.spec, '--name', name, ...overrides.flatMap((text) => ['--set', text])];
  return startTrainer(place, isThere ? ['--resume', name] : fresh, backend);
}

/** Trains to the end. */
async function finish(what: Case, name: string): Promise<void> {
  const { code, stderr } = await start(what, name).ended;
  expect(code, `${name}: ${stderr}`).toBe(0);
}

/** Kills a process before its training begins, in one of five cases, or some time after. Returns whether it was still there. */
async function killAtRandom(trainer: Trainer, name: string): Promise<boolean> {
  let over = false;
  void trainer.ended.then(() => {
    over = true;
  });
  const early = Math.random() < 0.2 ? performance.now() + 1000 * Math.random() : Number.POSITIVE_INFINITY;
  while (!over && performance.now() < early && !hasLocked(place.run(name), trainer)) await sleep(2);
  await sleep(LONGEST_WAIT_MS * Math.random());
  trainer.kill('SIGKILL');
  return (await trainer.ended).signal === 'SIGKILL';
}

/** Returns all that must be equal: the checkpoints, and the figures that do not depend on time. */
async function everything(name: string): Promise<object> {
  const run = place.run(name);
  const rows = (await readAnyMetrics(run)).map(({ seconds, ...row }) =>
    Object.fromEntries(Object.entries(row).filter(([key]) => !/PerSecond$/.test(key))),
  );
  const checkpoints = filesIn(join(run.path, 'checkpoints')).sort();
  const contents = await Promise.all(
    (['last', 'best'] as const)
      .filter((checkpoint) => checkpoints.includes(`${checkpoint}.safetensors`))
      .map((checkpoint) => contentOf(run, checkpoint)),
  );
  const left = filesIn(run.path).filter((file) => file.startsWith('lock'));
  return { rows, checkpoints, contents, left };
}

it(
  `trainings that are killed ${KILLS} times in all end in the bytes of others`,
  async () => {
    const killed: Record<string, number> = {};
    let kills = 0;
    // Not in order, so that few kills meet different specs and backends as well.
    for (let round = Math.floor(CASES.length * Math.random()); kills < KILLS; round += 17) {
      const what = CASES[round % CASES.length];
      const [name, whole] = ['killed', 'whole'].map((kind) => `${kind}-${what.config.name}-${what.backend}`);
      if (!existsSync(place.run(whole).spec)) await finish(what, whole);
      for (let again = 0; again < KILLS_OF_ONE && kills < KILLS; again++) {
        if (!(await killAtRandom(start(what, name), name))) break;
        kills++;
        killed[what.backend] = (killed[what.backend] ?? 0) + 1;
      }
      await finish(what, name);
      expect(await everything(name), name).toEqual(await everything(whole));
      rmSync(place.run(name).path, { recursive: true });
    }
    if (KILLS > 100) console.log(`${kills} kills: ${JSON.stringify(killed)}`);
  },
  60_000 + 20_000 * KILLS,
);
