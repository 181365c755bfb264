/** Checks the form of all messages in the golden files: each is a sentence that begins with a capital or a name. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { ROOT } from './capture.js';

const GOLDEN = join(ROOT, 'test/golden/cli');

/** An error, a cure, a labelled sentence, or a message in JSON. */
const MESSAGE = /^ *(?:✖|→|(?:Note|Warning):) (.*)|"message": "(.*)"/gim;

/** `file:line:column`, `file:line` or a flag with its value, before the sentence itself. */
const PLACE = /^(?:\S+:\d+:\d+ {2}|\S+:\d+: |--set \S+ {2}|\S+\.yaml: )(?=\S)/;

/** First words that are names without a sign of one: a command, keys of a spec, and a folder of a test. */
const NAMES = ['zlm', 'corpus', 'extends', 'empty'];

/** Returns whether a text begins with a capital letter, or with a name: a path, a key, a flag, a number or a quotation. */
function isSentence(text: string): boolean {
  const start = text.replace(PLACE, '').replace(/^Warning: /, '');
  const [word = ''] = start.split(' ', 1);
  return /^[A-Z]/.test(word) || /[^a-z,;:]/.test(word) || NAMES.includes(word);
}

function messagesIn(text: string): string[] {
  return [...text.matchAll(MESSAGE)].map(([, line, json]) => line ?? json ?? '');
}

it('every error, cure, note and warning in the golden files is a sentence that begins with a capital or a name', () => {
  const files = readdirSync(GOLDEN).map((name) => readFileSync(join(GOLDEN, name), 'utf8'));
  const messages = files.flatMap(messagesIn);
  expect(messages.length).toBeGreaterThan(200);
  expect(messages.filter((message) => !isSentence(message))).toEqual([]);
});

it.each([
  ['✖ the file is empty', false],
  ['✖ The file is empty', true],
  ['✖ bad.yaml is empty', true],
  ['  → try again', false],
  ['✖ bad.yaml:3:1  a tab cannot indent YAML', false],
  ['✖ bad.yaml:3:1  A tab cannot indent YAML', true],
  ['note: half of it is unknown', false],
  ['  "message": "interrupted"', false],
])('the check of messages judges %j to be %s', (line, expected) => {
  expect(messagesIn(line).map(isSentence)).toEqual([expected]);
});
