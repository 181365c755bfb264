/**
 * Every command's help page, in one golden file. After a change of a command or a flag:
 * `npx vitest run test/commands/help.test.ts --update`.
 */
import { readFileSync } from 'node:fs';
import { Config } from '@oclif/core';
import { captureOutput } from '@oclif/test';
import { register } from 'tsx/esm/api';
import { beforeAll, expect, it } from 'vitest';
import ZlmHelp from '../../src/cli/help.js';
import { ROOT, withoutManifest } from '../cli/capture.js';

let config: Config;

beforeAll(async () => {
  // oclif imports the commands past vitest.
  register();
  const text = readFileSync(`${ROOT}/package.json`, 'utf8').replaceAll('./dist/', './src/');
  config = await Config.load(await withoutManifest(JSON.parse(text)));
});

async function helpPage(...argv: string[]): Promise<string> {
  const help = new ZlmHelp(config, { ...config.pjson.oclif.helpOptions, maxWidth: 80 });
  const { stdout, error } = await captureOutput(() => help.showHelp(argv));
  if (error) throw error;
  return `$ zlm ${[...argv, '--help'].join(' ')}\n${stdout.trim()}\n`.replace(
    /^ {2}zlm\/.*$/gm,
    '  <version>',
  );
}

function ownCommands(): string[] {
  // The page of `help` itself is the first one again.
  const shown = config.commands.filter(({ id, hidden }) => !hidden && id !== 'help');
  return shown.map(({ id }) => id).sort();
}

it('the help pages equal the golden file', async () => {
  const pages = [await helpPage()];
  for (const id of ownCommands()) pages.push(await helpPage(...id.split(/[: ]/)));
  await expect(pages.join(`\n${'─'.repeat(80)}\n\n`)).toMatchFileSnapshot('../golden/cli/help.txt');
});

it('every command has a summary, an example, a description of each flag and argument, and all except help have --json', () => {
  const commands = config.commands.filter(({ hidden }) => !hidden);
  expect(commands.length).toBeGreaterThan(0);
  for (const { id, summary, examples, flags, args } of commands) {
    expect({ id, summary }).toEqual({ id, summary: expect.stringMatching(/\.$/) });
    expect({ id, examples: (examples ?? []).length > 0 }).toEqual({ id, examples: true });
    expect({ id, json: 'json' in flags }).toEqual({ id, json: id !== 'help' });
    for (const [name, { description }] of Object.entries({ ...flags, ...args })) {
      expect({ id, name, description }).toEqual({ id, name, description: expect.stringMatching(/\.$/) });
    }
  }
});
