/** The batch script of a job array, and the options that it gets from a sweep file and from the command line. */
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { batchScript, taskLine } from '../../src/sweeps/launchers/batch-script.js';
import { slurmOptions } from '../../src/sweeps/launchers/slurm-options.js';
import { faultOf } from '../corpus/tiny-corpus.js';
import { tempFolder } from '../temp-folder.js';

const PLAN = {
  zlm: ['/usr/bin/node', '/opt/my zlm/bin/run.js'],
  name: 'zlm-six',
  folder: '/home/me/sweeps/six/slurm',
  tasks: 'array.tasks',
  count: 6,
  workingFolder: '/home/me/my work',
} as const;

it('the batch script says what the tasks need and equals the golden file', async () => {
  const options = {
    ...{ partition: 'gpu,long', time: '4:00:00', gpus: 1, cpus: 8, memory: '16G', account: 'lab' },
    ...{ arrayLimit: 2, saveSeconds: 300, extra: ['--qos=long', '--constraint=a100'] },
  };
  await expect(batchScript({ ...PLAN, options })).toMatchFileSnapshot('../golden/cli/slurm-batch-script.txt');
});

it('the words of a task reach zlm as they are, whatever a shell would make of them', () => {
  const words = ['train', "it's.yaml", '--set', 'a={ b: [1, 2], c: "$HOME" }', '*', 'back\\slash', 'größer'];
  const line = taskLine({ run: 'r', log: '/tmp/a log', steps: [words, ['eval', 'r']] });
  const script = `eval "set -- $(printf '%s\\n' "$LINE")"; printf '%s\\n' "$@"`;
  const read = execFileSync('bash', ['-c', script], {
    env: { ...process.env, LINE: line },
    encoding: 'utf8',
  });
  expect(read.trimEnd().split('\n')).toEqual(['r', '/tmp/a log', ...words, '--then', 'eval', 'r']);
});

it('options of the command line replace those of the sweep file, and both are checked', async () => {
  const path = join(tempFolder(), 'six.yaml');
  writeFileSync(path, 'spec: tiny.yaml\nlauncher: { slurm: { partition: gpu, time: "90", cpus: 2 } }\n');
  expect(await slurmOptions(path, ['time=4:00:00', 'extra=[--qos=long]'])).toEqual({
    ...{ partition: 'gpu', time: '4:00:00', cpus: 2, extra: ['--qos=long'] },
  });
  expect(await slurmOptions(null, [])).toBe(null);
  expect(await slurmOptions(null, ['time=90'])).toEqual({ time: '90' });
  const messageOf = async (...texts: string[]) => (await faultOf(slurmOptions(path, texts))).message;
  expect(await messageOf('cpus=0')).toContain(
    'launcher.slurm.cpus must be a whole number from 1 to 1024, but is 0',
  );
  expect(await messageOf('time=soon')).toContain('launcher.slurm.time must be a time in quotes');
  const unknown = await faultOf(slurmOptions(path, ['partitoin=gpu']));
  expect([unknown.kind, unknown.message, unknown.cures[0]]).toEqual([
    'usage',
    '--slurm partitoin=gpu is no option of job arrays',
    'Did you mean partition=VALUE?',
  ]);
});
