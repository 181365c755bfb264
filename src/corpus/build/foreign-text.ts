/** Recognizes a text that is not UTF-8 by its bytes, and says how to convert it. */
import { isUtf8 } from 'node:buffer';
import { UserError } from '../../errors.js';
import { shellWord } from '../../shell-word.js';
import { STANDARD_INPUT } from './source-files.js';

const LINE_FEED = 0x0a;
const RETURN = 0x0d;

/** Size of the sample that is examined. */
const SAMPLE_BYTES = 2 ** 16;

/** Guess of the encoding or format of bytes. */
interface Guess {
  /** The encoding or format: "UTF-16 text". */
  readonly what: string;
  /** A shell command that writes it to its standard output as UTF-8, given the file's name. */
  readonly command?: (file: string) => string;
  /** Advice where no command helps, or in addition to it. */
  readonly hint?: string;
}

const iconv = (encoding: string) => (file: string) => `iconv -f ${encoding} -t UTF-8 ${file}`;
const unpacker = (program: string) => (file: string) => `${program} ${file}`;

/** Formats with known first bytes. */
const SIGNATURES: readonly (readonly [bytes: readonly number[], guess: Guess])[] = [
  [[0xff, 0xfe, 0, 0], { what: 'UTF-32 text', command: iconv('UTF-32') }],
  [[0, 0, 0xfe, 0xff], { what: 'UTF-32 text', command: iconv('UTF-32') }],
  [[0xff, 0xfe], { what: 'UTF-16 text', command: iconv('UTF-16') }],
  [[0xfe, 0xff], { what: 'UTF-16 text', command: iconv('UTF-16') }],
  [
    [0x50, 0x4b, 0x03, 0x04],
    {
      what: 'a zip archive, the format of office documents and e-books',
      command: unpacker('unzip -p'),
      hint: 'This is for an archive of text files; save a document or an e-book as plain text.',
    },
  ],
  [[0xfd, 0x37, 0x7a, 0x58, 0x5a], { what: 'an xz file', command: unpacker('xz -dc') }],
  [[0x42, 0x5a, 0x68], { what: 'a bzip2 file', command: unpacker('bzip2 -dc') }],
  [[0x28, 0xb5, 0x2f, 0xfd], { what: 'a zstd file', command: unpacker('zstd -dc') }],
  [
    [0x1f, 0x8b],
    {
      what: 'a gzip file inside a gzip file',
      hint: 'Decompress it once with `gunzip`, then name the result.',
    },
  ],
  [[0x25, 0x50, 0x44, 0x46], { what: 'a PDF', command: (file) => `pdftotext ${file} -` }],
];

/** Position and value of the magic bytes of a tar archive. */
const TAR_MAGIC = { at: 257, bytes: Buffer.from('ustar') };

/**
 * Returns the fault of a text that is not UTF-8, or has a NUL byte.
 *
 * @param name  the name of the text: a path, or "standard input"
 * @param bytes a part of it, with the fault inside
 * @param line  number of the part's first line, from 1
 */
export function describeForeignText(name: string, bytes: Buffer, line: number): UserError {
  const signature = line === 1 ? signatureOf(bytes) : undefined;
  const at = faultAt(bytes);
  const sample = bytes.subarray(Math.max(0, at - SAMPLE_BYTES / 2), at + SAMPLE_BYTES / 2);
  const guess = signature ?? guessOf(sample);
  const found =
    bytes[at] === 0 ? 'There is a NUL byte' : `The byte ${hex(bytes[at])} is not UTF-8 in this place`;
  const place =
    signature === undefined ? `${name}:${line + lineEndsIn(bytes.subarray(0, at))}: ${found}; ` : '';
  const subject = signature === undefined ? 'the file' : name;
  return new UserError(
    'data',
    `${place}${subject} looks like ${guess.what}, not UTF-8`,
    curesOf(guess, name),
  );
}

function curesOf({ command, hint }: Guess, name: string): string[] {
  const cures: string[] = [];
  if (command !== undefined) {
    const file = name === STANDARD_INPUT ? 'FILE' : shellWord(name);
    cures.push(
      `Convert it to UTF-8 in a new file, and name that file: \`${command(file)} > text.utf8.txt\`.`,
    );
  }
  if (hint !== undefined) cures.push(hint);
  return cures;
}

function signatureOf(bytes: Buffer): Guess | undefined {
  const known = SIGNATURES.find(([start]) => start.every((byte, index) => bytes[index] === byte));
  if (known !== undefined) return known[1];
  const { at, bytes: magic } = TAR_MAGIC;
  if (!bytes.subarray(at, at + magic.length).equals(magic)) return undefined;
  return {
    what: 'a tar archive',
    command: (file) => `tar -xOf ${file}`,
    hint: 'This is for an archive of text files only: it joins them into one text.',
  };
}

/** Guesses the encoding of bytes without a signature. */
function guessOf(sample: Buffer): Guess {
  const nuls = countNuls(sample);
  if (nuls.even + nuls.odd > 0) return guessOfNuls(nuls, sample.length);
  if (hasUtf8Characters(sample)) {
    return {
      what: 'UTF-8 text with damaged characters',
      command: iconv('UTF-8 -c'),
      hint: 'The command drops the bytes that are not characters; an undamaged copy of the text is better.',
    };
  }
  const high = sample.filter((byte) => byte >= 0x80);
  if (high.length > sample.length / 4) {
    return {
      what: 'text in an encoding of its language, such as GB18030, Shift_JIS or KOI8-R',
      command: iconv('GB18030'),
      hint: 'Replace GB18030 by the true encoding: `file -i` guesses it, and `iconv -l` lists all encodings.',
    };
  }
  const isWindows = high.some((byte) => byte < 0xa0);
  return {
    what: isWindows ? 'Windows-1252 text' : 'Latin-1 text',
    command: iconv(isWindows ? 'WINDOWS-1252' : 'ISO-8859-1'),
    hint: 'Check the accented letters before you train on it: other encodings look similar.',
  };
}

/** Guesses the encoding of bytes with NULs: in UTF-16, text that is mostly ASCII has 0 in every other byte. */
function guessOfNuls(nuls: { even: number; odd: number }, length: number): Guess {
  const isUtf16 = Math.max(nuls.even, nuls.odd) > length / 8 && Math.min(nuls.even, nuls.odd) < length / 50;
  if (!isUtf16) {
    return {
      what: 'a binary file, or text with stray NUL bytes',
      command: (file) => `tr -d '\\000' < ${file}`,
    };
  }
  const encoding = nuls.odd > nuls.even ? 'UTF-16LE' : 'UTF-16BE';
  return { what: `${encoding} text`, command: iconv(encoding) };
}

function countNuls(bytes: Buffer): { even: number; odd: number } {
  const count = { even: 0, odd: 0 };
  for (const [at, byte] of bytes.entries()) {
    if (byte === 0) count[at % 2 === 0 ? 'even' : 'odd']++;
  }
  return count;
}

/** Tells whether there are more well-formed characters beyond ASCII than other bytes beyond it. */
function hasUtf8Characters(bytes: Buffer): boolean {
  const text = bytes.toString('utf8');
  const wellFormed = text.match(/[\u0080-\ufffc]|[\ud800-\udbff][\udc00-\udfff]/g)?.length ?? 0;
  const broken = text.split('\ufffd').length - 1;
  return wellFormed > broken || (wellFormed === 0 && endsInsideCharacter(bytes));
}

/** Tells whether the bytes end in the middle of a character, as those of a truncated file do. */
function endsInsideCharacter(bytes: Buffer): boolean {
  const lead = bytes.findIndex((byte) => byte >= 0x80);
  const tail = bytes.subarray(lead);
  return (
    lead >= 0 &&
    bytes[lead] >= 0xc2 &&
    tail.length < 4 &&
    tail.length > 1 &&
    tail.subarray(1).every(isContinuation)
  );
}

function isContinuation(byte: number): boolean {
  return (byte & 0xc0) === 0x80;
}

/** Returns the position of the first NUL byte or malformed character. */
function faultAt(bytes: Buffer): number {
  const nul = bytes.indexOf(0);
  const end = nul < 0 ? bytes.length : nul;
  if (isUtf8(bytes.subarray(0, end))) return end;
  // The longest well-formed beginning, by halving: a beginning that ends inside a character counts as well-formed.
  let [good, bad] = [0, end];
  while (bad - good > 1) {
    const middle = (good + bad) >> 1;
    if (isWellFormedBeginning(bytes.subarray(0, middle))) good = middle;
    else bad = middle;
  }
  return startOfFault(bytes, good);
}

function isWellFormedBeginning(bytes: Buffer): boolean {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes, { stream: true });
    return true;
  } catch {
    return false;
  }
}

/** Returns the first byte of the malformed character that is detected at `at`. */
function startOfFault(bytes: Buffer, at: number): number {
  for (let start = Math.max(0, at - 3); start < at; start++) {
    if (bytes[start] >= 0xc0 && isUtf8(bytes.subarray(0, start)) && !isUtf8(bytes.subarray(0, at)))
      return start;
  }
  return at;
}

/** Counts the ends of lines: LF, CR LF or CR. */
export function lineEndsIn(bytes: Buffer): number {
  let count = 0;
  for (const [at, byte] of bytes.entries()) {
    if (byte === LINE_FEED || (byte === RETURN && bytes[at + 1] !== LINE_FEED)) count++;
  }
  return count;
}

function hex(byte: number): string {
  return byte.toString(16).toUpperCase().padStart(2, '0');
}
