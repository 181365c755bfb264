/** Completes a command line, for the scripts in completions/, which call `zlm complete`. */
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Command, Interfaces } from '@oclif/core';
import { RunFolder } from '../runs/run-folder.js';
import { allKeys, type KeyNode, type SchemaNode, schemaAt } from '../spec/schema.js';
import { slurmKeys } from '../sweeps/sweep-schema.js';
import { type Candidate, CommandLine } from './completion-line.js';
import { shippedNames, shippedSweepNames } from './shipped-specs.js';

/** The words that may be inserted at the cursor, and other instructions to the shell. */
export interface Completion {
  readonly candidates: readonly Candidate[];
  /** File names may be inserted as well. */
  readonly files: boolean;
  /** The words are incomplete: the shell adds no space. */
  readonly open: boolean;
}

/** Sources of words; each is read only when needed. */
export interface CompletionSources {
  readonly commands: readonly Command.Loadable[];
  specNames(): Promise<readonly string[]>;
  sweepNames(): Promise<readonly string[]>;
  /** Newest first. */
  runNames(runsFolder: string): Promise<readonly string[]>;
  corpusNames(dataFolder: string): Promise<readonly string[]>;
  specKeys(): readonly KeyNode[];
  /** Options of job arrays with their descriptions. */
  slurmKeys(): Readonly<Record<string, SchemaNode>>;
}

/** Kind of the value of a flag or an argument. */
type ValueKind =
  | 'spec'
  | 'sweep'
  | 'run'
  | 'corpus'
  | 'key'
  | 'setting'
  | 'slurm'
  | 'command'
  | 'file'
  | 'free';

/** Kinds by the word for a flag's value in the help. */
const FLAG_VALUES: Readonly<Record<string, ValueKind>> = {
  'KEY=VALUE': 'setting',
  'OPTION=VALUE': 'slurm',
  RUN: 'run',
  SPEC: 'spec',
  CORPUS: 'corpus',
  FOLDER: 'file',
  FILE: 'file',
  'FILE.tgz': 'file',
  'FILE.deb': 'file',
  'FILE.svg': 'file',
  'FILE.html': 'file',
  PATH: 'file',
  COMPILER: 'file',
};

/** Kinds by the name of an argument. */
const ARGUMENT_VALUES: Readonly<Record<string, ValueKind>> = {
  spec: 'spec',
  file: 'spec',
  files: 'spec',
  sweep: 'sweep',
  run: 'run',
  runs: 'run',
  corpus: 'corpus',
  key: 'key',
  command: 'command',
};

const ROOT_FLAGS: readonly Candidate[] = [
  { word: '--help', description: 'Show all commands.' },
  { word: '--version', description: 'Show the version.' },
];

const NONE: Completion = { candidates: [], files: false, open: false };

/** Names that need no quotes in any shell. Others are not offered, since a shell could misread them once inserted. */
const PLAIN_NAME = /^[\p{L}\p{N}_][\p{L}\p{N}._-]*$/u;

/**
 * Completes a command line.
 *
 * @param words   the words after the program's name; the last one ends at the cursor and may be empty
 * @param sources the sources of words
 */
export async function complete(words: readonly string[], sources: CompletionSources): Promise<Completion> {
  const typed = words.at(-1) ?? '';
  const before = words.slice(0, -1);
  const completion = await anyCompletion(before, typed, sources);
  const candidates = completion.candidates.filter(({ word }) => word.startsWith(typed));
  return { ...completion, candidates };
}

async function anyCompletion(
  before: readonly string[],
  typed: string,
  sources: CompletionSources,
): Promise<Completion> {
  const shown = sources.commands.filter(({ hidden }) => !hidden);
  const command = commandOf(before, shown);
  if (!command && typed.startsWith('-')) return closed(before.length === 0 ? ROOT_FLAGS : []);
  if (!command) return closed(nextWords(before, shown));
  const rest = before.slice(wordsOf(command).length);
  const line = new CommandLine(command, rest);
  const inline = line.flagsAreOver ? null : /^(--[^=]+=)(.*)$/s.exec(typed);
  if (inline) {
    const [, prefix = '', value = ''] = inline;
    return withPrefix(prefix, await flagValues(line.flagNamed(prefix.slice(2, -1)), value, line, sources));
  }
  if (line.openFlag) return await flagValues(line.openFlag, typed, line, sources);
  if (typed.startsWith('-') && !line.flagsAreOver) return closed(line.flagsLeft());
  const argument = line.nextArgument();
  if (!argument) return NONE;
  const kind = ARGUMENT_VALUES[argument.name] ?? 'free';
  if (kind === 'command') return closed(nextWords(line.arguments, shown));
  return await valuesOf(kind, typed, line, sources);
}

async function flagValues(
  flag: Command.Flag.Any | undefined,
  typed: string,
  line: CommandLine,
  sources: CompletionSources,
): Promise<Completion> {
  if (flag?.type !== 'option') return NONE;
  if (flag.options) return listed(flag.options, typed, flag);
  return await valuesOf(FLAG_VALUES[[flag.helpValue ?? ''].flat()[0] ?? ''] ?? 'free', typed, line, sources);
}

/** Completes a choice; a flag such as `--backend native,wasm` takes several, separated by commas. */
function listed(options: readonly string[], typed: string, flag: object): Completion {
  const begun =
    'delimiter' in flag && flag.delimiter === ',' ? typed.slice(0, typed.lastIndexOf(',') + 1) : '';
  const chosen = begun.split(',');
  return closed(
    options.filter((option) => !chosen.includes(option)).map((option) => ({ word: begun + option })),
  );
}

async function valuesOf(
  kind: ValueKind,
  typed: string,
  line: CommandLine,
  sources: CompletionSources,
): Promise<Completion> {
  switch (kind) {
    case 'spec':
      return { ...closed(named(await sources.specNames())), files: true };
    case 'sweep':
      return { ...closed(named(await sources.sweepNames())), files: true };
    case 'run':
      return { ...closed(named(await sources.runNames(line.valueOf('runs')))), files: true };
    case 'corpus':
      return closed(named(await sources.corpusNames(line.valueOf('data'))));
    case 'key':
      return closed(sources.specKeys().map(keyCandidate));
    case 'setting':
      return settings(typed, sources.specKeys());
    case 'slurm':
      return { ...closed(slurmOptions(sources)), open: true };
    case 'file':
      return { ...NONE, files: true };
    default:
      return NONE;
  }
}

function slurmOptions(sources: CompletionSources): Candidate[] {
  return Object.entries(sources.slurmKeys()).map(([key, { description = '' }]) => ({
    word: `${key}=`,
    description,
  }));
}

/** Completes KEY=VALUE: keys of a spec with "=", or after a key the values in its schema. */
function settings(typed: string, keys: readonly KeyNode[]): Completion {
  const key = /^([^=]+)=/.exec(typed)?.[1];
  if (key !== undefined) {
    return closed(settingValues(key).map((value) => ({ word: `${key}=${value}` })));
  }
  // A map is set by its keys.
  const settable = keys.filter(({ schema }) => schema.properties === undefined).map(keyCandidate);
  return { ...closed(settable.map(({ word, ...rest }) => ({ word: `${word}=`, ...rest }))), open: true };
}

function settingValues(key: string): string[] {
  const schema = schemaAt(key.split('.'));
  if (!schema) return [];
  const types = [schema.type ?? []].flat();
  const fallback = schema.default;
  const plainDefault = ['number', 'string', 'boolean'].includes(typeof fallback) ? [String(fallback)] : [];
  const values = [
    ...(schema.enum ?? []),
    ...(types.includes('boolean') ? ['true', 'false'] : []),
    ...(types.includes('null') ? ['null'] : []),
    ...plainDefault,
  ];
  return [...new Set(values)];
}

function keyCandidate({ path, schema }: KeyNode): Candidate {
  return { word: path.join('.'), description: schema.title ?? '' };
}

function named(names: readonly string[]): Candidate[] {
  return names.filter((name) => PLAIN_NAME.test(name)).map((word) => ({ word }));
}

function closed(candidates: readonly Candidate[]): Completion {
  return { candidates, files: false, open: false };
}

function withPrefix(prefix: string, completion: Completion): Completion {
  const candidates = completion.candidates.map((candidate) => ({
    ...candidate,
    word: prefix + candidate.word,
  }));
  return { ...completion, candidates };
}

/** Returns the command with the most words that a line begins with. */
function commandOf(
  words: readonly string[],
  commands: readonly Command.Loadable[],
): Command.Loadable | undefined {
  return commands
    .filter((command) => wordsOf(command).every((word, index) => word === words[index]))
    .sort((a, b) => wordsOf(b).length - wordsOf(a).length)[0];
}

/** Returns the words that may continue a command, as after `zlm` or `zlm prepare`. */
function nextWords(before: readonly string[], commands: readonly Command.Loadable[]): Candidate[] {
  const next = new Map<string, Candidate>();
  for (const command of commands) {
    const words = wordsOf(command);
    const word = words[before.length];
    if (word === undefined || !before.every((typed, index) => typed === words[index])) continue;
    const isWhole = words.length === before.length + 1;
    next.set(word, { word, ...(isWhole && { description: command.summary ?? '' }) });
  }
  return [...next.values()];
}

function wordsOf({ id }: Command.Loadable): string[] {
  return id.split(/[: ]/);
}

/** Returns the sources for a command line in the current folder. */
export function completionSources(config: Interfaces.Config): CompletionSources {
  return {
    commands: config.commands,
    specNames: () => shippedNames(config.root),
    sweepNames: () => shippedSweepNames(config.root),
    runNames,
    corpusNames: (folder) => foldersWith(folder, (path) => join(path, 'manifest.json')),
    specKeys: () => allKeys(),
    slurmKeys,
  };
}

/** Lists `latest`, then the runs, newest first. */
async function runNames(folder: string): Promise<string[]> {
  const names = await foldersWith(folder, (path) => new RunFolder(path).spec);
  return names.length === 0 ? [] : ['latest', ...names];
}

/** Lists the folders that contain a file, the most recently written first; none if there is no such folder. */
async function foldersWith(folder: string, fileIn: (path: string) => string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  const found = await Promise.all(
    entries
      .filter((entry) => entry.isDirectory())
      .map(async ({ name }) => {
        const written = await stat(fileIn(join(folder, name))).catch(() => null);
        return written?.isFile() ? [{ name, written: written.mtimeMs }] : [];
      }),
  );
  return found
    .flat()
    .sort((a, b) => b.written - a.written)
    .map(({ name }) => name);
}
