/** Damaged or missing records of a run, and a run that another process trains. */
import { mkdirSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { lockFolder } from '../../src/storage/folder-lock.js';
import type { Fault } from './fault.js';

const RUN = 'runs/tiny';
const RESUME = 'train --resume tiny';
/** A run that is over records no session, unless it trains longer. */
const LONGER = 'train --resume tiny --set training.epochs=4';

function write(name: string, text: string): () => void {
  return () => writeFileSync(`${RUN}/${name}`, text);
}

/** Puts a folder where a file of the run should be. */
function folderAt(name: string): () => void {
  return () => {
    rmSync(`${RUN}/${name}`);
    mkdirSync(`${RUN}/${name}`);
  };
}

export const RUN_RECORD_FAULTS: readonly Fault[] = [
  {
    what: 'a status that is cut off',
    make: () => truncateSync(`${RUN}/status.json`, 20),
    command: 'runs',
    exitCode: 0,
    says: 'status.json is damaged',
    cure: 'zlm train --resume tiny',
  },
  {
    what: 'a status that says nothing',
    make: write('status.json', 'null'),
    command: 'runs',
    exitCode: 0,
    says: 'status.json is damaged',
    cure: 'zlm train --resume tiny',
  },
  {
    what: 'a status with an unknown state',
    make: write('status.json', '{"state": "asleep", "epoch": 1}'),
    command: 'runs',
    exitCode: 0,
    says: 'status.json is damaged',
    cure: 'zlm train --resume tiny',
  },
  {
    what: 'a folder in place of the status',
    make: folderAt('status.json'),
    command: 'runs',
    exitCode: 0,
    says: 'status.json',
    cure: 'move the folder of that name away',
  },
  {
    what: 'a folder in place of the overrides',
    make: folderAt('overrides.txt'),
    command: LONGER,
    exitCode: 4,
    says: 'overrides.txt',
    cure: 'move the folder',
  },
  {
    what: 'a folder in place of the metrics',
    make: folderAt('metrics.jsonl'),
    command: RESUME,
    exitCode: 4,
    says: 'metrics.jsonl',
    cure: 'move the folder',
  },
  {
    what: 'metrics with lines that are not metrics',
    make: write('metrics.jsonl', 'null\n3\n[]\n{}\n{"kind": "wind'),
    command: RESUME,
    exitCode: 0,
    says: 'trained 3 epochs',
    cure: 'zlm eval tiny',
  },
  {
    what: 'a folder in place of the environment',
    make: folderAt('environment.json'),
    command: LONGER,
    exitCode: 4,
    says: 'environment.json',
    cure: 'move the folder',
  },
  {
    what: 'no environment',
    make: () => rmSync(`${RUN}/environment.json`),
    command: RESUME,
    exitCode: 0,
    says: 'trained 3 epochs',
    cure: 'zlm eval tiny',
  },
  {
    what: 'a file in place of the TensorBoard folder',
    make: () => {
      rmSync(`${RUN}/tensorboard`, { recursive: true });
      write('tensorboard', '')();
    },
    command: 'train --resume tiny --set training.epochs=4',
    exitCode: 4,
    says: 'tensorboard',
    cure: 'move the file',
  },
  {
    what: 'a run that is being trained',
    make: async () => void (await lockFolder(RUN)),
    command: RESUME,
    exitCode: 4,
    says: 'runs/tiny is in use by process',
    cure: 'Wait for it to end',
  },
];
