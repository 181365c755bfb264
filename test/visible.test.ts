import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { shellWord } from '../src/shell-word.js';
import { visible, visibleData, visibleJson, visibleLines } from '../src/visible.js';

describe('visible', () => {
  it.each([
    ['an escape sequence', 'a\u001b[2Jb', 'a\\x1b[2Jb'],
    ['a title with BEL', '\u001b]0;x\u0007', '\\x1b]0;x\\x07'],
    ['C1, where one character begins a sequence', '\u009b2J', '\\x9b2J'],
    ['DEL and backspace', 'a\u007f\u0008', 'a\\x7f\\x08'],
    ['line feed, carriage return and tab', 'a\nb\rc\td', 'a\\nb\\rc\\td'],
    ['an override of direction', 'exe.\u202etxt', 'exe.\\u202etxt'],
    ['isolates and marks', '\u2066\u2069\u200e\u200f\u061c', '\\u2066\\u2069\\u200e\\u200f\\u061c'],
    ['separators and the byte order mark', '\u2028\u2029\ufeff', '\\u2028\\u2029\\ufeff'],
  ])('visible shows %s', (_, text, shown) => {
    expect(visible(text)).toBe(shown);
    expect(visible(shown)).toBe(shown);
  });

  it.each(['', 'Grüße, 世界', 'C:\\temp\\x1b', 'नमस्ते', '👩‍👩‍👧', 'می‌خواهم'])(
    'visible leaves %j unchanged',
    (text) => {
      expect(visible(text)).toBe(text);
    },
  );

  it('visibleLines keeps line feeds and tabs of a text of several lines', () => {
    expect(visibleLines('a\n\tb\r\u001b[2J')).toBe('a\n\tb\\r\\x1b[2J');
  });

  it('visibleJson keeps the value of JSON', () => {
    const value = { word: 'a\u001b[2J\u009b\u202e\u007f\n' };
    const json = visibleJson(JSON.stringify(value, undefined, 2));
    expect(json).toBe('{\n  "word": "a\\u001b[2J\\u009b\\u202e\\u007f\\n"\n}');
    expect(JSON.parse(json)).toEqual(value);
  });

  it('visibleData copies data of any depth, and keeps what is not text', () => {
    const data = {
      name: 'a\nb',
      problem: 'c\nd\u001b',
      list: [{ name: '\u009b' }, 1, null],
      at: undefined,
      ok: true,
    };
    expect(visibleData(data, ['problem'])).toEqual({
      name: 'a\\nb',
      problem: 'c\nd\\x1b',
      list: [{ name: '\\x9b' }, 1, null],
      at: undefined,
      ok: true,
    });
  });
});

describe('a word of a suggested command', () => {
  it.each(['plain', 'two words', "it's", 'a\u001b[2Jb', "\u001b'\\", 'line\nfeed', 'exe.\u202etxt'])(
    'shellWord makes a word that is %j again in a shell, and safe to show',
    (word) => {
      const quoted = shellWord(word);
      expect(visible(quoted)).toBe(quoted);
      const printed = execFileSync('bash', ['-c', `printf %s ${quoted}`], {
        env: { ...process.env, LC_ALL: 'C.UTF-8' },
      });
      expect(printed.toString()).toBe(word);
    },
  );
});
