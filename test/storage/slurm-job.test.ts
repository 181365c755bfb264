/** The Slurm job of a process, as its environment names it. */
import { userInfo } from 'node:os';
import { expect, it } from 'vitest';
import { ownSlurmJob, slurmJobIsOver } from '../../src/storage/slurm-job.js';

const { username: user } = userInfo();
const JOB = { id: '17', restarts: 2, cluster: 'local', user };

it('a task of an array is known by array and index, since the number of the array alone may mean all of its tasks', () => {
  const environment = { SLURM_JOB_ID: '17', SLURM_CLUSTER_NAME: 'local', SLURM_RESTART_COUNT: '2' };
  expect(ownSlurmJob(environment)).toEqual(JOB);
  const task = { ...environment, SLURM_ARRAY_JOB_ID: '15', SLURM_ARRAY_TASK_ID: '3' };
  expect(ownSlurmJob(task)).toEqual({ ...JOB, id: '15_3' });
  expect(ownSlurmJob({ ...environment, SLURM_RESTART_COUNT: undefined })?.restarts).toBe(0);
  expect(ownSlurmJob({})).toBeUndefined();
});

it('an earlier start of the own job is over, and no other, without asking Slurm', async () => {
  const earlier = { ...JOB, restarts: 1 };
  expect(await slurmJobIsOver(earlier, JOB, 0)).toBe(true);
  expect(await slurmJobIsOver(JOB, JOB, 0)).toBe(false);
  expect(await slurmJobIsOver({ ...earlier, user: 'someone-else' }, { ...JOB, id: '18' }, 0)).toBe(false);
});
