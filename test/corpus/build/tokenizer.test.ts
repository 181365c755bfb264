/** Compares the fast tokenizer with the plain one. */
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { Draft } from '../../../src/corpus/build/draft.js';
import { textBlocks } from '../../../src/corpus/build/text-blocks.js';
import { memoryText } from '../../../src/corpus/build/text-source.js';
import { createTokenizer } from '../../../src/corpus/build/tokenizer.js';
import { TypeTable } from '../../../src/corpus/build/type-table.js';
import { type Normalization, normalizeLine } from '../../../src/corpus/normalize.js';
import { tempFolder } from '../../temp-folder.js';

type Form = Normalization & { readonly unit: 'word' | 'character' };

const FORMS: Form[] = (['word', 'character'] as const).flatMap((unit) =>
  (['keep', 'treebank'] as const).flatMap((punctuation) => [
    { unit, punctuation, normalize: 'nfc', lowerCase: true, numbers: 'N' },
    { unit, punctuation, normalize: 'nfkc', lowerCase: false, numbers: 'keep' },
    { unit, punctuation, normalize: 'none', lowerCase: false, numbers: 'keep' },
  ]),
);

const PIECES = [
  ..."the The U.S. I. no. don't 12 1,000.5 '80s dog's states' a--b “x” — - ... (so) $5 c$ <unk> N n".split(
    ' ',
  ),
  ...[
    'é',
    'e\u0301',
    'ﬁ',
    'a\u00a0b',
    '\u00a0',
    '漢字',
    '\u{1F600}',
    'J\u030c',
    'ΣΑΣ',
    '\u3000',
    '\u0085',
    'x'.repeat(100),
  ],
];

async function tokensOf(text: string, form: Form): Promise<string[]> {
  const types = new TypeTable();
  const draft = new Draft(join(tempFolder(), 'draft'));
  const tokenizer = createTokenizer(form, types, draft);
  for await (const block of textBlocks(memoryText('text', Buffer.from(text)), form))
    tokenizer.read(block, 'text');
  const tokens = [...draft.read(0, draft.tokens)].flatMap((ids) => [...ids].map((id) => types.word(id)));
  draft.discard();
  return tokens;
}

it.each(FORMS)('the tokenizer reads random texts as normalizeLine does: %o', async (form) => {
  let state = 1;
  const next = (below: number) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
  const lines = Array.from({ length: 3000 }, () =>
    Array.from(
      { length: next(9) },
      () => PIECES[next(PIECES.length)] + ['', ' ', ' ', '\t', '  '][next(5)],
    ).join(''),
  );
  const expected = lines.flatMap((line) => [...normalizeLine(line, form), '<eos>']);
  expect(await tokensOf(`${lines.join('\n')}\n`, form)).toEqual(expected);
});

it('the tokenizer forgets pieces beyond its limit and still reads them right', async () => {
  const words = Array.from({ length: 700_000 }, (_, index) => `w${index % 600_000}`);
  const [form] = FORMS as [Form];
  const types = new TypeTable();
  const draft = new Draft(join(tempFolder(), 'draft'));
  const tokenizer = createTokenizer({ ...form, punctuation: 'keep' }, types, draft);
  tokenizer.read({ bytes: Buffer.from(`${words.join(' ')}\n`), line: 1 }, 'text');
  expect(types.size).toBe(600_001);
  const last = [...draft.read(draft.tokens - 3, draft.tokens)].flatMap((ids) =>
    [...ids].map((id) => types.word(id)),
  );
  expect(last).toEqual(['w99998', 'w99999', '<eos>']);
  draft.discard();
});
