/** Makes archives for tests, including malformed ones. */
import { crc32, deflateRawSync, gzipSync } from 'node:zlib';

export interface Entry {
  readonly path: string;
  readonly content?: string | Buffer;
  /** Tar's type flag: "0" a file, "2" a symbolic link, "5" a folder, "L" a long name, "x" extended headers. */
  readonly type?: string;
  readonly linkTo?: string;
  /** The size in the header, when it differs from the size of the content. */
  readonly claimedSize?: number;
}

/** A tar archive (ustar). */
export function makeTar(entries: readonly Entry[]): Buffer {
  const blocks = entries.flatMap((entry) => {
    const content = Buffer.from(entry.content ?? '');
    return [tarHeader(entry, content.length), content, Buffer.alloc((512 - (content.length % 512)) % 512)];
  });
  return Buffer.concat([...blocks, Buffer.alloc(1024)]);
}

export function makeTgz(entries: readonly Entry[]): Buffer {
  return gzipSync(makeTar(entries));
}

function tarHeader({ path, type = '0', linkTo = '', claimedSize }: Entry, size: number): Buffer {
  const header = Buffer.alloc(512);
  header.write(path, 0, 100);
  header.write('0000644\0', 100);
  header.write(`${(claimedSize ?? size).toString(8).padStart(11, '0')}\0`, 124);
  header.write(type, 156);
  header.write(linkTo, 157, 100);
  header.write('ustar\x0000', 257);
  header.fill(' ', 148, 156);
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  return header;
}

export interface ZipEntry extends Entry {
  /** Unix mode, file type included. */
  readonly mode?: number;
}

/** A zip archive of deflated entries. */
export function makeZip(entries: readonly ZipEntry[]): Buffer {
  const locals: Buffer[] = [];
  const central: Buffer[] = [];
  let offset = 0;
  for (const entry of entries) {
    const content = Buffer.from(entry.content ?? '');
    const packed = deflateRawSync(content);
    const name = Buffer.from(entry.path);
    const common = Buffer.alloc(26);
    common.writeUInt16LE(20, 0);
    common.writeUInt16LE(8, 4);
    common.writeUInt32LE(crc32(content), 10);
    common.writeUInt32LE(packed.length, 14);
    common.writeUInt32LE(entry.claimedSize ?? content.length, 18);
    common.writeUInt16LE(name.length, 22);
    const local = Buffer.concat([Buffer.from('PK\x03\x04'), common, name, packed]);
    const attributes = Buffer.alloc(14);
    attributes.writeUInt32LE(((entry.mode ?? 0o100644) << 16) >>> 0, 6);
    attributes.writeUInt32LE(offset, 10);
    // Version made by: 3 is Unix.
    central.push(Buffer.concat([Buffer.from('PK\x01\x02\x14\x03'), common, attributes, name]));
    locals.push(local);
    offset += local.length;
  }
  const directory = Buffer.concat(central);
  const end = Buffer.alloc(22);
  end.write('PK\x05\x06');
  end.writeUInt16LE(entries.length, 8);
  end.writeUInt16LE(entries.length, 10);
  end.writeUInt32LE(directory.length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...locals, directory, end]);
}
