/** Run folders that are missing, incomplete or damaged. */
import {
  appendFileSync,
  mkdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import type { Fault } from './fault.js';

const RUN = 'runs/tiny';

const SPEC = `${RUN}/spec.yaml`;

/** Changes the run's spec. */
function edit(before: string, after: string): () => void {
  return () => {
    const text = readFileSync(SPEC, 'utf8');
    if (!text.includes(before)) throw new Error(`no "${before}" in\n${text}`);
    writeFileSync(SPEC, text.replace(before, after));
  };
}

/** Puts an empty file where a folder should be. */
function fileAt(path: string): () => void {
  return () => {
    rmSync(path, { recursive: true });
    writeFileSync(path, '');
  };
}

export const RUN_FOLDER_FAULTS: readonly Fault[] = [
  {
    what: 'no runs folder',
    make: () => rmSync('runs', { recursive: true }),
    command: 'eval',
    exitCode: 4,
    says: 'There is no run in runs',
    cure: 'zlm train',
  },
  {
    what: 'a file in place of the runs folder, read',
    make: fileAt('runs'),
    command: 'eval',
    exitCode: 4,
    says: 'Cannot read runs',
    cure: 'Choose another path',
  },
  {
    what: 'a file in place of the runs folder, written',
    make: fileAt('runs'),
    command: 'train tiny.yaml',
    exitCode: 4,
    says: 'Cannot create runs',
    cure: 'Choose another path',
  },
  {
    what: 'a name that no run has',
    command: 'sample tinny',
    exitCode: 4,
    says: 'There is no run "tinny" in runs',
    cure: 'zlm runs',
  },
  {
    what: 'a run to resume that does not exist',
    command: 'train --resume tinny',
    exitCode: 4,
    says: 'There is no run "tinny" in runs',
    cure: 'zlm runs',
  },
  {
    what: 'a link latest to a missing run',
    make: () => {
      rmSync('runs/latest');
      symlinkSync('gone', 'runs/latest');
    },
    command: 'eval',
    exitCode: 4,
    says: 'latest',
    cure: 'zlm runs',
  },
  {
    what: 'a run without its spec',
    make: () => rmSync(SPEC),
    command: 'eval tiny',
    exitCode: 4,
    says: 'Run tiny has lost its spec',
    cure: 'zlm spec show <tmp>/tiny.yaml > runs/tiny/spec.yaml',
  },
  {
    what: "a folder in place of the run's spec",
    make: () => {
      rmSync(SPEC);
      mkdirSync(SPEC);
    },
    command: 'eval tiny',
    exitCode: 4,
    says: 'Run tiny has lost its spec',
    cure: 'zlm spec show <tmp>/tiny.yaml > runs/tiny/spec.yaml',
  },
  {
    what: 'an empty spec of a run',
    make: () => writeFileSync(SPEC, ''),
    command: 'eval',
    exitCode: 3,
    says: 'spec.yaml is empty',
    cure: 'zlm spec show <tmp>/tiny.yaml > ',
  },
  {
    what: 'a spec of a run that is cut off',
    make: () => truncateSync(SPEC, 90),
    command: 'eval',
    exitCode: 3,
    says: 'spec.yaml:',
    cure: 'zlm spec show <tmp>/tiny.yaml > ',
  },
  {
    what: 'a spec of a run with an impossible value',
    make: edit('embedding: 8', 'embedding: eight'),
    command: 'eval',
    exitCode: 3,
    says: 'model.embedding must be a whole number',
    cure: 'zlm spec show <tmp>/tiny.yaml > ',
  },
  {
    what: 'a spec of a run that extends another',
    make: () => appendFileSync(SPEC, 'extends: ../../tiny.yaml\n'),
    command: 'eval',
    exitCode: 3,
    says: 'A resolved spec cannot extend another one',
    cure: 'name the spec file',
  },
  {
    what: 'a spec of a run that was edited to another size',
    make: edit('embedding: 8', 'embedding: 9'),
    command: 'eval',
    exitCode: 3,
    says: 'spec.yaml was edited after the run was trained, so <tmp>/runs/tiny/checkpoints/best.safetensors no longer fits it: its embedding.weight has shape [27,8] where the spec makes it [27,9]',
    cure: 'zlm spec show <tmp>/tiny.yaml > <tmp>/runs/tiny/spec.yaml',
  },
  {
    what: 'a spec of a run that was edited to another dropout',
    make: edit('rate: 0.2', 'rate: 0.3'),
    command: 'train --resume tiny',
    exitCode: 3,
    says: 'spec.yaml was edited',
    cure: 'zlm spec show <tmp>/tiny.yaml > <tmp>/runs/tiny/spec.yaml',
  },
  {
    what: 'a spec of a run that names another corpus',
    make: edit('corpus: small', 'corpus: large'),
    command: 'sample',
    exitCode: 4,
    says: 'There is no prepared corpus "large"',
    cure: 'zlm prepare text large',
  },
  {
    what: 'no checkpoints',
    make: () => rmSync(`${RUN}/checkpoints`, { recursive: true }),
    command: 'eval',
    exitCode: 4,
    says: 'Run tiny has no best checkpoint',
    cure: 'zlm train <tmp>/runs/tiny/spec.yaml',
  },
  {
    what: 'no last checkpoint',
    make: () => rmSync(`${RUN}/checkpoints/last.safetensors`),
    command: 'sample --checkpoint last',
    exitCode: 4,
    says: 'Run tiny has no last checkpoint',
    cure: 'To resume from the best epoch: `cp ',
  },
  {
    what: 'a file in place of the checkpoints folder',
    make: fileAt(`${RUN}/checkpoints`),
    command: 'eval',
    exitCode: 4,
    says: 'Cannot read',
    cure: 'move the file',
  },
];
