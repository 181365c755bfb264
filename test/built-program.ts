/**
 * Compiles the program once for all tests that start it as a process: `bin/dev.js` has each process compile what it loads, which
 * takes longer than most commands. Vitest calls this before the tests, also of a single file, and again before it repeats tests in
 * watch mode, so that they never start a program of older sources.
 */
import { execFile } from 'node:child_process';
import { cp, mkdir, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { TestProject } from 'vitest/node';
import { removeLeftovers, temporaryPath } from '../src/storage/temporary.js';

const run = promisify(execFile);

const ROOT = fileURLToPath(new URL('..', import.meta.url));

/** Below node_modules, where the program finds its dependencies; git ignores it. */
const CACHE = join(ROOT, 'node_modules/.cache/zlm');

/** What the program reads where the package has it. */
const LINKED = ['src', 'schemas', 'configs', 'completions', 'package.json'];

/** `npm run typecheck` checks the types. */
const OPTIONS = ['--noCheck', '--declaration', 'false', '--sourceMap', 'false'];

/**
 * Compiles the program into a folder of this process and sets ZLM_TEST_PROGRAM to its entry, which `cli/capture.ts` reads.
 *
 * @returns what removes the folder
 */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  await mkdir(CACHE, { recursive: true });
  await removeLeftovers(join(CACHE, 'program'));
  const folder = temporaryPath(join(CACHE, 'program'));
  process.env.ZLM_TEST_PROGRAM = join(folder, 'bin/run.js');
  await build(folder);
  project.onTestsRerun(() => build(folder));
  return () => rm(folder, { recursive: true, force: true });
}

/** Does what `npm run build` does, for another folder than `dist/`. */
async function build(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true });
  await mkdir(join(folder, 'bin'), { recursive: true });
  // Not a link: Node resolves modules from where a file really is.
  await cp(join(ROOT, 'bin/run.js'), join(folder, 'bin/run.js'));
  for (const name of LINKED) await symlink(join(ROOT, name), join(folder, name));
  const dist = join(folder, 'dist');
  const words = ['-p', 'tsconfig.build.json', ...OPTIONS, '--outDir', dist];
  await run(join(ROOT, 'node_modules/.bin/tsc'), words, { cwd: ROOT });
  // In a process of its own: one that builds again has the older commands loaded.
  const script = `
    import { commandManifest } from './scripts/write-manifest.ts';
    console.log(JSON.stringify(await commandManifest(${JSON.stringify(folder)})));
  `;
  const manifest = await run(
    process.execPath,
    ['--import', 'tsx', '--input-type', 'module', '--eval', script],
    { cwd: ROOT, maxBuffer: 2 ** 24 },
  );
  await writeFile(join(folder, 'oclif.manifest.json'), manifest.stdout);
}
