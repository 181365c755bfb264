/** Runs zlm in tests: a command's class inside this process, or the whole program as a process of its own. */
import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { fileURLToPath } from 'node:url';
import { type Interfaces, Plugin } from '@oclif/core';
import { captureOutput } from '@oclif/test';
import { exitCodeOf } from '../../src/cli/exit-codes.js';

/** The repository's root, without a slash at its end. */
export const ROOT = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, '');

/** The program, for `node`: compiled from the sources as they are, by `built-program.ts`. */
export const ZLM = process.env.ZLM_TEST_PROGRAM ?? `${ROOT}/bin/dev.js`;

/** What a command printed and how it ended. */
export interface CommandRun<Result = unknown> {
  /** Without colors and with this machine's paths redacted, as in {@link redactPaths}. */
  readonly stdout: string;
  readonly stderr: string;
  readonly exitCode: number;
  /** What `run` returned; undefined when it failed. */
  readonly result: Result | undefined;
  readonly error: Error | undefined;
}

/** What a process printed and how it ended; its paths are not redacted. */
export interface ProcessRun {
  readonly stdout: string;
  readonly stderr: string;
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

interface SpawnOptions {
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
  /** Text for its standard input; null leaves it open and silent; empty when left out. */
  readonly input?: string | null;
}

/** What is used of a command's class. */
export interface CommandClass {
  id: string;
  readonly name: string;
  run(argv: string[], options: Interfaces.LoadOptions): Promise<unknown>;
}

/**
 * Runs a command inside this process, much faster than a process of its own.
 *
 * @param command the command's class; its name gives its id ("SpecCheck" is `zlm spec check`)
 * @param argv    the words after the command's name
 */
export async function runCommand<Result = unknown>(
  command: CommandClass,
  argv: readonly string[],
): Promise<CommandRun<Result>> {
  command.id = command.name.replace(/(?<=[a-z])(?=[A-Z])/g, ':').toLowerCase();
  const exitCodeBefore = process.exitCode;
  process.exitCode = undefined;
  const output = await captureOutput<Result>(async () => command.run([...argv], await loadOptions()));
  const exitCodeSet = process.exitCode;
  process.exitCode = exitCodeBefore;
  return {
    stdout: redactPaths(output.stdout),
    stderr: redactPaths(output.stderr),
    exitCode: output.error ? exitCodeOf(output.error) : Number(exitCodeSet ?? 0),
    result: output.result,
    error: output.error,
  };
}

/** Runs `zlm`, as a shell would, until it ends. */
export async function spawnZlm(args: readonly string[], options: SpawnOptions = {}): Promise<ProcessRun> {
  return startZlm(args, options).ended;
}

/** Starts `zlm` and hands out its process, to be sent signals. */
export function startZlm(
  args: readonly string[],
  { cwd = ROOT, env = {}, input }: SpawnOptions = {},
): { readonly process: ChildProcess; readonly ended: Promise<ProcessRun> } {
  const child = spawn(process.execPath, [ZLM, ...args], {
    cwd,
    env: { ...process.env, NO_COLOR: '1', FORCE_COLOR: undefined, ...env },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  child.stdin.on('error', () => {}); // it may end before it reads
  if (input !== null) child.stdin.end(input ?? '');
  const ended = new Promise<ProcessRun>((resolve, reject) => {
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
    });
    child.on('error', reject);
    child.on('close', (code, signal) => resolve({ stdout, stderr, code, signal }));
  });
  return { process: child, ended };
}

/** Replaces this machine's paths: `<root>` the repository, `<tmp>` any folder made by `mkdtemp`, `<home>` the user's. */
export function redactPaths(text: string): string {
  const temporaryFolder = new RegExp(`${escapeRegExp(tmpdir())}/[^/\\s"':,)]+`, 'g');
  return text.replaceAll(ROOT, '<root>').replace(temporaryFolder, '<tmp>').replaceAll(homedir(), '<home>');
}

/** Loads no other command, so that neither an old `dist/` nor an unfinished source disturbs the one under test. */
export async function loadOptions(): Promise<Interfaces.LoadOptions> {
  const pjson = JSON.parse(readFileSync(`${ROOT}/package.json`, 'utf8'));
  const { bin, dirname, topicSeparator } = pjson.oclif;
  return await withoutManifest({ ...pjson, oclif: { bin, dirname, topicSeparator } });
}

/** Makes oclif look at the commands themselves, and not at the manifest that `npm run build` wrote of those in dist/. */
export async function withoutManifest(pjson: Interfaces.PJSON): Promise<Interfaces.LoadOptions> {
  const options = { isRoot: true, root: ROOT, pjson, ignoreManifest: true, respectNoCacheDefault: true };
  const plugin = new Plugin(options);
  await plugin.load();
  return { root: ROOT, pjson, plugins: new Map([[plugin.name, plugin]]) };
}

function escapeRegExp(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
