// Python with the usual libraries for such files, as an independent reader of the files that zlm writes.
// `.ci/run` installs them; elsewhere `ZLM_PYTHON` names an interpreter, or the tests are skipped.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';

/** A Python interpreter that can import the wanted packages, or the reason why there is none. */
export interface PythonSearch {
  readonly path?: string;
  /** For the name of a test: empty, or " (skipped: ...)". */
  readonly note: string;
}

/** Looks for a Python that has `packages`: the one of `ZLM_PYTHON`, or of `.venv-test` in the repository. */
export function findPython(...packages: string[]): PythonSearch {
  const name = process.env.ZLM_PYTHON ?? '.venv-test/bin/python';
  const path = resolve(name); // tests change the working folder
  if (!existsSync(path)) return { note: ` (skipped: no ${name}; run .ci/run or set ZLM_PYTHON)` };
  const script = 'import importlib.util, sys; sys.exit(not all(map(importlib.util.find_spec, sys.argv[1:])))';
  const { status } = spawnSync(path, ['-c', script, ...packages]);
  return status === 0 ? { path, note: '' } : { note: ` (skipped: ${name} lacks ${packages.join(' or ')})` };
}

/**
 * Runs a Python script and reads the JSON it prints.
 *
 * @param args what the script finds in sys.argv[1:]
 */
export function runPython(python: PythonSearch, script: string, ...args: string[]): unknown {
  const { status, stdout, stderr } = spawnSync(python.path ?? '', ['-c', script, ...args], {
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`Python failed:\n${stderr}`);
  return JSON.parse(stdout);
}
