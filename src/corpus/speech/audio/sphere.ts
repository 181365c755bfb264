/**
 * The header of a NIST SPHERE file, in which the LDC distributes speech: the line "NIST_1A", the size of the header, and one line
 * "NAME -TYPE VALUE" for each field up to "end_head".
 */
import type { UserError } from '../../../errors.js';
import { shellWord } from '../../../shell-word.js';
import type { PositionedFile } from '../../../storage/record-file.js';
import { type AudioLayout, audioFault, checkLayout, GET_AGAIN } from './audio-fault.js';

const MAGIC = 'NIST_1A\n';
/** "NIST_1A", and the size of the header in a line of eight characters. */
const OPENING_BYTES = 16;
const LARGEST_HEADER = 2 ** 16;
const BYTES_PER_SAMPLE = 2;

/** Tells whether a file begins as a SPHERE file. */
export function isSphere(start: Buffer): boolean {
  return start.toString('latin1', 0, MAGIC.length) === MAGIC;
}

/**
 * Reads the header.
 *
 * @throws UserError('data') with the byte where the file is damaged, cut off, compressed, or of another encoding
 */
export function readSphereHeader(file: PositionedFile): AudioLayout {
  const { path } = file;
  const opening = Buffer.alloc(OPENING_BYTES);
  file.fill(opening, 0);
  const size = Number(opening.toString('latin1', MAGIC.length));
  if (!Number.isSafeInteger(size) || size < OPENING_BYTES || size > LARGEST_HEADER)
    throw audioFault(path, MAGIC.length, 'The size of the header is no number that it can have', GET_AGAIN);
  const header = Buffer.alloc(size);
  if (file.fill(header, 0) < size)
    throw audioFault(path, file.bytes, `The file ends within its header of ${size} bytes`, GET_AGAIN);
  const fields = new Fields(path, header.toString('latin1'));
  const coding = fields.text('sample_coding', 'pcm');
  if (/shorten|wavpack|shortpack/.test(coding))
    throw compressed(path, fields.byteOf('sample_coding'), coding);
  const width = fields.number('sample_n_bytes', BYTES_PER_SAMPLE);
  if (coding !== 'pcm' || width !== BYTES_PER_SAMPLE) {
    const fault = `The samples are "${coding}" of ${width} bytes, but only "pcm" of 2 bytes is read`;
    throw audioFault(path, fields.byteOf('sample_coding'), fault, [sph2pipeCure(path)]);
  }
  const layout: AudioLayout = {
    rate: fields.number('sample_rate'),
    channels: fields.number('channel_count', 1),
    encoding: byteOrder(path, fields),
    start: size,
    samples: fields.number('sample_count'),
  };
  checkLayout(path, fields.byteOf('sample_rate'), layout);
  const [left, claimed] = [file.bytes - size, layout.samples * layout.channels * BYTES_PER_SAMPLE];
  const at = fields.byteOf('sample_count');
  if (layout.samples === 0) throw audioFault(path, at, 'The file has no samples', ['Leave the file out.']);
  if (claimed > left)
    throw audioFault(
      path,
      at,
      `The header claims ${claimed} bytes of samples, but ${left} are left`,
      GET_AGAIN,
    );
  return layout;
}

function byteOrder(path: string, fields: Fields): AudioLayout['encoding'] {
  const order = fields.text('sample_byte_format', '01');
  if (order === '01') return 'int16-le';
  if (order === '10') return 'int16-be';
  const fault = `The byte order "${order}" is neither "01" nor "10"`;
  throw audioFault(path, fields.byteOf('sample_byte_format'), fault, GET_AGAIN);
}

/** The fields of a header by name. */
class Fields {
  readonly #values = new Map<string, { readonly value: string; readonly byte: number }>();

  constructor(
    private readonly path: string,
    header: string,
  ) {
    const end = /^end_head\b/m.exec(header)?.index;
    if (end === undefined) throw audioFault(path, 0, 'The header has no line "end_head"', GET_AGAIN);
    for (const match of header.slice(0, end).matchAll(/^(\w+) -(?:i|r|s\d+) (.*)$/gm))
      this.#values.set(match[1], { value: match[2].trim(), byte: match.index });
  }

  /** Returns the first byte of a field, or of the header where it has none. */
  byteOf(name: string): number {
    return this.#values.get(name)?.byte ?? 0;
  }

  text(name: string, usual: string): string {
    return this.#values.get(name)?.value ?? usual;
  }

  number(name: string, usual?: number): number {
    const value = this.#values.get(name)?.value;
    if (value === undefined && usual !== undefined) return usual;
    if (value === undefined) throw audioFault(this.path, 0, `The header has no field "${name}"`, GET_AGAIN);
    const number = Number(value);
    if (Number.isSafeInteger(number) && number >= 0 && value !== '') return number;
    const fault = `The field "${name}" is ${JSON.stringify(value)}, no whole number`;
    throw audioFault(this.path, this.byteOf(name), fault, GET_AGAIN);
  }
}

function compressed(path: string, byte: number, coding: string): UserError {
  return audioFault(path, byte, `The samples are compressed ("${coding}")`, [sph2pipeCure(path)]);
}

function sph2pipeCure(path: string): string {
  return `Convert it with the LDC's sph2pipe, and name the new file: \`sph2pipe -p -f wav ${shellWord(path)} out.wav\`.`;
}
