/** Texts, archives and addresses that no corpus can be made from. */
import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import type { Fault } from './fault.js';

const LINES = 'the heron waits\n'.repeat(100);

/** A text to prepare a corpus from. */
function book(content: string | Uint8Array): () => void {
  return () => writeFileSync('book.txt', content);
}

function folderOfSomethingElse(): void {
  book(LINES)();
  mkdirSync('data/book');
  writeFileSync('data/book/diary.doc', '');
}

const PREPARE = 'prepare text book --text book.txt';
const GET_AGAIN = 'Get the archive again';

const TEXT_FAULTS: readonly Fault[] = [
  {
    what: 'no text',
    command: 'prepare text book',
    exitCode: 2,
    says: 'No text was given',
    cure: '--text FILE',
  },
  {
    what: 'a missing text',
    command: PREPARE,
    exitCode: 4,
    says: 'Cannot read book.txt',
    cure: 'typing error',
  },
  {
    what: 'a folder in place of a text',
    make: () => mkdirSync('book.txt'),
    command: PREPARE,
    exitCode: 4,
    says: 'book.txt is not a regular file',
    cure: 'Name a text file on disk',
  },
  {
    what: 'a text that is empty',
    make: book(''),
    command: PREPARE,
    exitCode: 4,
    says: 'book.txt is empty',
    cure: 'Name a file with text in it',
  },
  {
    what: 'a text with all on one line',
    make: book('all on one line'),
    command: PREPARE,
    exitCode: 4,
    says: 'book.txt has too few lines',
    cure: '--split-by tokens',
  },
  {
    what: 'a form for a text that takes the vocabulary of another corpus',
    make: book(LINES),
    command: `${PREPARE} --vocabulary-of small --lower-case`,
    exitCode: 2,
    says: '--lower-case cannot be given with --vocabulary-of small',
    cure: 'Leave it out',
  },
  {
    what: 'the vocabulary of a missing corpus',
    make: book(LINES),
    command: `${PREPARE} --vocabulary-of gone`,
    exitCode: 4,
    says: 'There is no prepared corpus "gone" in data',
    cure: 'zlm prepare text gone',
  },
  {
    what: 'a shuffle of texts that are not split',
    make: book(LINES),
    command: 'prepare text book --train book.txt --valid book.txt --test book.txt --shuffle line',
    exitCode: 2,
    says: '--shuffle needs one text to split',
    cure: '--text FILE',
  },
  {
    what: 'a text that is UTF-16',
    make: book(Buffer.from(`\uFEFF${LINES}`, 'utf16le')),
    command: PREPARE,
    exitCode: 4,
    says: 'book.txt looks like UTF-16 text',
    cure: 'iconv -f UTF-16 -t UTF-8 book.txt > text.utf8.txt',
  },
  {
    what: 'a gzip file that is cut off',
    make: book(gzipSync(LINES).subarray(0, 30)),
    command: PREPARE,
    exitCode: 4,
    says: 'book.txt is a gzip file that is damaged or cut off',
    cure: 'Get the file again',
  },
  {
    what: 'a word without end',
    make: book('漢'.repeat(400_000)),
    command: `${PREPARE} --split-by tokens`,
    exitCode: 4,
    says: 'book.txt:1: A word has 1,200,000 bytes, and a word can have 1,048,576 at most',
    cure: '--unit character',
  },
  {
    what: 'a text in another encoding',
    make: book(Buffer.concat([Buffer.from(LINES), Buffer.from('caf\xe9\n', 'latin1')])),
    command: PREPARE,
    exitCode: 4,
    says: 'book.txt:101',
    cure: 'iconv',
  },
  {
    what: 'an unknown word where none is allowed',
    make: book(`${LINES}the otter waits\n`),
    command: `${PREPARE} --unknown fail`,
    exitCode: 4,
    says: 'book.txt:101: "otter" is not in the vocabulary',
    cure: '--unknown unk',
  },
  {
    what: 'two of three texts',
    make: book(LINES),
    command: 'prepare text book --train book.txt --valid book.txt',
    exitCode: 2,
    says: '--train needs --valid and --test',
    cure: 'zlm prepare text --help',
  },
  {
    what: 'shares with a sum above 1',
    make: book(LINES),
    command: `${PREPARE} --split 0.9,0.1,0.1`,
    exitCode: 2,
    says: '"0.9,0.1,0.1" does not split a text',
    cure: '--split 0.9,0.05,0.05',
  },
  {
    what: 'a name that leads out of the data folder',
    make: book(LINES),
    command: 'prepare text ../book --text book.txt',
    exitCode: 2,
    says: '"../book" cannot be the name of a corpus',
    cure: 'A name has',
  },
  {
    what: 'a name that another corpus has',
    make: book(LINES),
    command: 'prepare text small --text book.txt',
    exitCode: 4,
    says: 'The corpus "small" in data/small was prepared from other files or options',
    cure: '--force',
  },
  {
    what: 'a name that a folder of other files has',
    make: folderOfSomethingElse,
    command: `${PREPARE} --force`,
    exitCode: 4,
    says: 'data/book exists and is not a prepared corpus',
    cure: 'Choose another name',
  },
];

function otherEdition(): void {
  for (const split of ['train', 'valid', 'test']) writeFileSync(`ptb.${split}.txt`, LINES);
}

const PTB_FAULTS: readonly Fault[] = [
  {
    what: 'missing Penn Treebank files',
    command: 'prepare ptb --from gone',
    exitCode: 4,
    says: 'Cannot read gone',
    cure: 'typing error',
  },
  {
    what: 'a folder without Penn Treebank files',
    make: () => mkdirSync('empty'),
    command: 'prepare ptb --from empty',
    exitCode: 4,
    says: 'ptb.train.txt is missing',
    cure: 'Give a folder',
  },
  {
    what: 'Penn Treebank files of another edition',
    make: otherEdition,
    command: 'prepare ptb --from .',
    exitCode: 4,
    says: 'ptb.train.txt has only 1600 of 5101618 bytes',
    cure: 'Give a folder',
  },
  {
    what: 'a text in place of an archive',
    make: () => writeFileSync('ptb.zip', LINES),
    command: 'prepare ptb --from ptb.zip',
    exitCode: 4,
    says: 'ptb.zip: it is neither a zip nor a tar archive',
    cure: GET_AGAIN,
  },
  {
    what: 'an archive that is cut off',
    make: () => writeFileSync('ptb.tgz', gzipSync(LINES).subarray(0, 30)),
    command: 'prepare ptb --from ptb.tgz',
    exitCode: 4,
    says: 'ptb.tgz: it is damaged or cut off',
    cure: GET_AGAIN,
  },
  {
    what: 'an archive of a kind that zlm does not read',
    make: () => renameSync('tiny.yaml', 'ptb.rar'),
    command: 'prepare ptb --from ptb.rar',
    exitCode: 4,
    says: 'ptb.rar: it is neither a zip nor a tar archive',
    cure: GET_AGAIN,
  },
  {
    what: 'an address that is not on the web',
    command: 'prepare ptb --url mirror --cache cache',
    exitCode: 2,
    says: '"mirror" is not an address on the web',
    cure: 'Give the http or https address',
  },
];

export const SOURCE_FAULTS: readonly Fault[] = [...TEXT_FAULTS, ...PTB_FAULTS];
