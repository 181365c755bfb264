/** Runs the scripts in completions/ in every installed shell; the tests of a missing shell are skipped. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { tempFolder } from '../temp-folder.js';
import { ROOT, ZLM } from './capture.js';

function has(shell: string): boolean {
  return spawnSync(shell, ['--version']).status === 0;
}

/** A folder with `zlm` in its bin/, a run, and a file. */
function workplace(): string {
  const folder = tempFolder();
  for (const path of ['bin', 'runs/small-1', 'texts']) mkdirSync(join(folder, path), { recursive: true });
  writeFileSync(join(folder, 'runs/small-1/spec.yaml'), '');
  writeFileSync(join(folder, 'mine.yaml'), '');
  const zlm = `#!/bin/sh\nexec '${process.execPath}' '${ZLM}' "$@"\n`;
  writeFileSync(join(folder, 'bin/zlm'), zlm, { mode: 0o755 });
  return folder;
}

function shell(command: string, args: readonly string[], folder: string): string {
  const { ZLM_RUNS: _runs, ...inherited } = process.env;
  const env = { ...inherited, PATH: `${join(folder, 'bin')}:${process.env.PATH}`, HOME: folder };
  const { stdout, stderr, status } = spawnSync(command, args, { cwd: folder, env, encoding: 'utf8' });
  expect({ stderr, status }).toEqual({ stderr: '', status: 0 });
  return stdout;
}

describe.skipIf(!has('bash'))('bash', () => {
  /** What readline would insert for a line that it has split into these words. */
  function reply(...words: string[]): string[] {
    const list = ['zlm', ...words].map((word) => `'${word}'`).join(' ');
    const script = `source '${ROOT}/completions/zlm.bash'
      COMP_WORDBREAKS=$' \\t\\n"\\'><=;|&(:' COMP_WORDS=(${list}) COMP_CWORD=${words.length}
      _zlm; printf '%s\\n' "\${COMPREPLY[@]}"`;
    return shell('bash', ['--norc', '-c', script], workplace()).trimEnd().split('\n');
  }

  it('bash completes commands, flags, runs and keys', () => {
    expect(reply('ev')).toEqual(['eval']);
    expect(reply('eval', '--sp')).toEqual(['--split']);
    expect(reply('eval', 'sma')).toEqual(['small-1']);
    expect(reply('train', '--set', 'training.prec')).toEqual(['training.precision=']);
  });

  it('bash inserts only the part after an equals sign where it splits words there', () => {
    expect(reply('eval', '--split', '=', 'te')).toEqual(['test']);
    expect(reply('train', '--set', 'training.precision', '=', 'm')).toEqual(['mixed']);
    expect(reply('train', '--set', '=', 'training.precision', '=', 'm')).toEqual(['mixed']);
    expect(reply('train', '--set', 'training.precision', '=')).toEqual(['f32', 'tf32', 'mixed']);
  });

  it('bash completes specs and files together', () => {
    expect(reply('train', 'm')).toEqual(['medium', 'mine.yaml']);
    expect(reply('prepare', 'text', 'x', '--text', '=', 'te')).toEqual(['texts']);
  });
});

describe.skipIf(!has('fish'))('fish', () => {
  function reply(line: string): string[] {
    const script = `source '${ROOT}/completions/zlm.fish'; complete --do-complete '${line}'`;
    const printed = shell('fish', ['--no-config', '-c', script], workplace());
    return printed
      .trimEnd()
      .split('\n')
      .map((candidate) => candidate.split('\t')[0] ?? '');
  }

  it('fish completes commands, flags, runs, keys, specs and files', () => {
    expect(reply('zlm ev')).toEqual(['eval']);
    expect(reply('zlm eval --split=te')).toEqual(['--split=test']);
    expect(reply('zlm eval sma')).toEqual(['small-1']);
    expect(reply('zlm train --set training.precision=m')).toEqual(['training.precision=mixed']);
    expect(reply('zlm train m')).toEqual(expect.arrayContaining(['medium', 'mine.yaml']));
    expect(reply('zlm prepare text x --text=te')).toEqual(['--text=texts/']);
  });
});

describe.skipIf(!has('zsh'))('zsh', () => {
  it('zsh reads its script and binds it', () => {
    const script = `autoload -Uz compinit; compinit -u; source '${ROOT}/completions/zlm.zsh'; print $_comps[zlm]`;
    expect(shell('zsh', ['-f', '-c', script], workplace())).toBe('_zlm\n');
  });
});
