/** The shape of a fault in the tables of this folder, and how one is run. */
import { cpSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Eval from '../../src/commands/eval.js';
import PreparePtb from '../../src/commands/prepare/ptb.js';
import PrepareText from '../../src/commands/prepare/text.js';
import PrepareTopics from '../../src/commands/prepare/topics.js';
import Runs from '../../src/commands/runs.js';
import Sample from '../../src/commands/sample.js';
import SpecShow from '../../src/commands/spec/show.js';
import Train from '../../src/commands/train.js';
import { runCommand } from '../cli/capture.js';

/** A bad situation for a user, and the answer that zlm must give. */
export interface Fault {
  /** The situation. */
  readonly what: string;
  /** Creates the situation in the current folder, a fresh copy with `tiny.yaml`, `data/small` and `runs/tiny`. */
  readonly make?: () => void | Promise<void>;
  /** The words after `zlm`; words with spaces are in single quotes. */
  readonly command: string;
  /** 0 where zlm reports the situation and continues. */
  readonly exitCode: 0 | 2 | 3 | 4 | 5 | 6;
  /** A part of the message. */
  readonly says: string;
  /** A part of the cure. */
  readonly cure: string;
}

/** The end of a command in a bad situation. */
export interface Outcome {
  readonly exitCode: number;
  /** The output, from the error message on when there is one. */
  readonly text: string;
}

const COMMANDS = {
  eval: Eval,
  'prepare ptb': PreparePtb,
  'prepare text': PrepareText,
  'prepare topics': PrepareTopics,
  runs: Runs,
  sample: Sample,
  'spec show': SpecShow,
  train: Train,
};

/** Makes a fault in a copy of `folder`, and runs its command there. */
export async function meet({ make, command }: Fault, folder: string): Promise<Outcome> {
  return inCopyOf(folder, async () => {
    await make?.();
    return await run(command);
  });
}

/** Does something in a copy of `folder`, which is the current folder meanwhile. */
export async function inCopyOf<T>(folder: string, work: () => Promise<T>): Promise<T> {
  const before = process.cwd();
  const copy = realpathSync(mkdtempSync(join(tmpdir(), 'zlm-test-')));
  cpSync(folder, copy, { recursive: true, verbatimSymlinks: true });
  process.chdir(copy);
  try {
    return await work();
  } finally {
    process.chdir(before);
    rmSync(copy, { recursive: true });
  }
}

/** Runs what a user types after `zlm`. */
export async function run(line: string): Promise<Outcome> {
  const name = Object.keys(COMMANDS).find((command) => `${line} `.startsWith(`${command} `));
  if (name === undefined) throw new Error(`no such command: ${line}`);
  const words = line.slice(name.length).match(/'[^']*'|\S+/g) ?? [];
  const argv = words.map((word) => word.replace(/^'(.*)'$/s, '$1'));
  const { stdout, stderr, exitCode } = await runCommand(COMMANDS[name as keyof typeof COMMANDS], argv);
  const error = stderr.indexOf('✖');
  return { exitCode, text: error === -1 ? stdout : stderr.slice(error) };
}

/** Returns the command in the cure that begins with these words. */
export function advised(text: string, beginning: string): string {
  const line = text.split('\n').find((cure) => cure.startsWith(`  → ${beginning}`));
  const command = /`([^`]+)`/.exec(line ?? '')?.[1];
  if (command === undefined) throw new Error(`no command after "${beginning}" in\n${text}`);
  return command;
}
