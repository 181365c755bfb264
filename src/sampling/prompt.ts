/** Reads the prompt, the banned words and the stop word of a person as token ids. */
import { isAbbreviation, trimEnd } from '../corpus/english.js';
import { toNormalForm } from '../corpus/normalize.js';
import type { PreparedCorpus } from '../corpus/prepared.js';
import { UNKNOWN } from '../corpus/vocabulary.js';
import { UserError } from '../errors.js';

/** A prompt as a model reads it. */
export interface Prompt {
  /** `<eos>`, so that the first word begins a line of the corpus, then the prompt's tokens. */
  readonly ids: readonly number[];
  /** Words that the vocabulary lacks, which became `<unk>`; each once. */
  readonly unknown: readonly string[];
}

/**
 * Cuts a prompt into tokens as the corpus was cut. Where the corpus has a line, the prompt has `<eos>` after it: a
 * line that a line feed ends, and in a corpus without punctuation (the Penn Treebank's form, a sentence a line) a
 * sentence that a mark ends. The last line stays open unless it is ended in that way.
 *
 * @throws UserError('usage') when a word is unknown and the corpus has no `<unk>` for it, or when the corpus's
 *   form leaves nothing of a prompt that is not blank
 */
export function readPrompt(text: string, corpus: PreparedCorpus): Prompt {
  const { vocabulary } = corpus;
  const unknown = new Set<string>();
  const ids = [vocabulary.eos];
  let words = 0;
  for (const line of linesOf(text, corpus)) {
    for (const word of corpus.tokensOf(line.text)) {
      words++;
      const id = vocabulary.id(word) ?? vocabulary.unk;
      if (id === undefined) throw unknownWord(word, corpus);
      if (id === vocabulary.unk && word !== UNKNOWN) unknown.add(word);
      ids.push(id);
    }
    if (line.ended) ids.push(vocabulary.eos);
  }
  if (words === 0 && text.trim() !== '') throw nothingLeft(text, corpus);
  return { ids, unknown: [...unknown] };
}

/** Prompts with their ids. */
export interface Prompts {
  readonly texts: readonly string[];
  readonly ids: readonly (readonly number[])[];
  /** Words of all of them that the vocabulary lacks, each once. */
  readonly unknown: readonly string[];
}

/** Reads one prompt, or several; see {@link readPrompt}. */
export function readPrompts(prompt: string | readonly string[], corpus: PreparedCorpus): Prompts {
  const texts = typeof prompt === 'string' ? [prompt] : prompt;
  const read = texts.map((text) => readPrompt(text, corpus));
  return {
    texts,
    ids: read.map(({ ids }) => ids),
    unknown: [...new Set(read.flatMap(({ unknown }) => unknown))],
  };
}

/**
 * Finds the id of the word after which a sample ends.
 *
 * @returns null for none
 * @throws UserError('usage') when the word is not in the vocabulary
 */
export function readStop(
  stop: string | null,
  { vocabulary, name, folder, manifest }: PreparedCorpus,
): number | null {
  if (stop === null) return null;
  const id = vocabulary.id(stop) ?? vocabulary.id(toNormalForm(stop, manifest.normalization));
  if (id !== undefined) return id;
  throw new UserError('usage', `--stop names "${stop}", which is not in the vocabulary of ${name}`, [
    `Write the word as ${folder}/vocabulary.txt has it; the end of a line is --stop "<eos>".`,
  ]);
}

/**
 * The ids of words that are never to be drawn. `<unk>` may always be named: where the vocabulary lacks it, it is
 * not drawn anyhow.
 *
 * @param bans each a word of the vocabulary, or words with commas between them, or empty for none
 * @throws UserError('usage') that names a word which is not in the vocabulary, or when nothing would be left to draw
 */
export function readBanned(bans: readonly string[], corpus: PreparedCorpus): Set<number> {
  const { vocabulary } = corpus;
  const banned = new Set<number>();
  for (const word of bans.flatMap((ban) => wordsOf(ban, corpus))) {
    // A space is a character of its own in some corpora; otherwise it only follows a comma for legibility.
    const id = vocabulary.id(word) ?? vocabulary.id(toNormalForm(word.trim(), corpus.manifest.normalization));
    if (id !== undefined) banned.add(id);
    else if (word.trim() !== UNKNOWN) throw unknownBan(word, corpus);
  }
  if (banned.size === vocabulary.size) {
    throw new UserError('usage', '--ban leaves no word to draw', ['Ban fewer words.']);
  }
  return banned;
}

/** The words of one `--ban`: it may itself be a word, and have commas in it. */
function wordsOf(ban: string, { vocabulary }: PreparedCorpus): string[] {
  if (ban === '') return [];
  return vocabulary.id(ban) === undefined ? itemsOf(ban) : [ban];
}

/** Splits a list at its commas: "N,,,$" is "N", a comma and "$", because the middle comma has no words on either side. */
function itemsOf(list: string): string[] {
  const parts = list.split(',');
  const items: string[] = [];
  for (let index = 0; index < parts.length; index++) {
    const isComma = parts[index] === '' && parts[index + 1] === '';
    if (isComma) index++;
    else if (parts[index] === '') throw emptyBan(list);
    items.push(isComma ? ',' : parts[index]);
  }
  return items;
}

/** A line of a prompt, without what ended it. */
interface Line {
  readonly text: string;
  readonly ended: boolean;
}

function linesOf(text: string, corpus: PreparedCorpus): Line[] {
  const lines = text.split(/\r\n|\n|\r/);
  const last = lines.length - 1;
  const { unit, normalization } = corpus.manifest;
  if (unit === 'character' || normalization.punctuation === 'keep') {
    return lines.map((line, index) => ({ text: line, ended: index < last }));
  }
  return lines.flatMap((line, index) => sentencesOf(line, index < last));
}

/** The sentences of a line; the last is ended by its mark, or by the line's end when `lineEnded`. */
function sentencesOf(line: string, lineEnded: boolean): Line[] {
  const sentences: Line[] = [];
  let words: string[] = [];
  for (const word of line.split(/\s+/)) {
    words.push(word);
    if (!endsSentence(word)) continue;
    sentences.push({ text: words.join(' '), ended: true });
    words = [];
  }
  sentences.push({ text: words.join(' '), ended: lineEnded });
  return sentences.filter(({ text }) => /[^\s.?!]/.test(text));
}

/** Unlike the cutting of running text, this cannot ask for a capital letter: samples have none, and are pasted. */
function endsSentence(word: string): boolean {
  const closed = trimEnd(word, '"\'”’)]');
  const stem = trimEnd(closed, '.?!');
  const mark = closed.slice(stem.length);
  if (mark === '') return false;
  return mark !== '.' || !isAbbreviation(stem.replace(/^["'“‘([]+/, ''));
}

function unknownWord(word: string, corpus: PreparedCorpus): UserError {
  const message = `The prompt has "${word}", which is not in the vocabulary of ${corpus.name}`;
  return new UserError('usage', message, [
    `Write it in another way: ${corpus.folder}/vocabulary.txt lists what the model knows.`,
  ]);
}

function nothingLeft(text: string, { name, manifest }: PreparedCorpus): UserError {
  const { unit, normalization } = manifest;
  const dropped = normalization.punctuation === 'treebank' ? ', which has no punctuation' : '';
  const message = `The prompt ${JSON.stringify(text)} has no ${unit} in the form of ${name}${dropped}`;
  return new UserError('usage', message, [
    `Give a prompt with a ${unit} in it, or none: the text then begins a line.`,
  ]);
}

function unknownBan(word: string, corpus: PreparedCorpus): UserError {
  return new UserError('usage', `--ban names "${word}", which is not in the vocabulary of ${corpus.name}`, [
    `Write words as ${corpus.folder}/vocabulary.txt has them, with commas between: --ban "<unk>,N,$".`,
  ]);
}

function emptyBan(list: string): UserError {
  return new UserError('usage', `--ban "${list}" has nothing before or behind one of its commas`, [
    'Write one comma between words; the comma itself is banned by a flag of its own: --ban ,',
  ]);
}
