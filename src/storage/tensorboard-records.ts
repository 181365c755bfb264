// The bytes of TensorBoard's event files: protobuf messages `Event` and `Summary` of TensorFlow's event.proto
// and summary.proto, as far as scalars need them, each framed as a TFRecord.
import { maskedCrc32c } from './crc32c.js';

/** Protobuf wire types. */
const VARINT = 0;
const FIXED64 = 1;
const LENGTH_DELIMITED = 2;
const FIXED32 = 5;

/** `SessionLog.START`. */
const SESSION_START = 1;

/** The record that every event file starts with. */
export function versionRecord(wallTimeSeconds: number): Uint8Array {
  const fileVersion = delimited(3, Buffer.from('brain.Event:2'));
  return frame(Buffer.concat([double(1, wallTimeSeconds), fileVersion]));
}

/**
 * The record that a session begins at a step: TensorBoard then drops figures of that step and later ones from
 * earlier sessions, which were trained but not saved before they were killed.
 */
export function sessionRecord(step: number, wallTimeSeconds: number): Uint8Array {
  const sessionLog = delimited(7, integer(1, SESSION_START));
  return frame(Buffer.concat([double(1, wallTimeSeconds), integer(2, step), sessionLog]));
}

/**
 * The record of one figure.
 *
 * @param tag             its name; a slash makes groups: "valid/perplexity"
 * @param step            position on the horizontal axis, a whole number from 0
 * @param wallTimeSeconds when it was measured, in seconds since 1970
 */
export function scalarRecord(tag: string, step: number, value: number, wallTimeSeconds: number): Uint8Array {
  const summaryValue = Buffer.concat([delimited(1, Buffer.from(tag)), float(2, value)]);
  const summary = delimited(1, summaryValue);
  return frame(Buffer.concat([double(1, wallTimeSeconds), integer(2, step), delimited(5, summary)]));
}

/** A TFRecord: length, checksum of the length, content, checksum of the content. */
function frame(content: Uint8Array): Uint8Array {
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(content.length));
  return Buffer.concat([length, checksum(length), content, checksum(content)]);
}

function checksum(bytes: Uint8Array): Buffer {
  const crc = Buffer.alloc(4);
  crc.writeUInt32LE(maskedCrc32c(bytes));
  return crc;
}

function integer(field: number, value: number): Buffer {
  return Buffer.concat([key(field, VARINT), varint(value)]);
}

function double(field: number, value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeDoubleLE(value);
  return Buffer.concat([key(field, FIXED64), bytes]);
}

function float(field: number, value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeFloatLE(value);
  return Buffer.concat([key(field, FIXED32), bytes]);
}

function delimited(field: number, content: Uint8Array): Buffer {
  return Buffer.concat([key(field, LENGTH_DELIMITED), varint(content.length), content]);
}

function key(field: number, wireType: number): Buffer {
  return varint(field * 8 + wireType);
}

/** Seven bits a byte, lowest first; arithmetic instead of bit operations, so that 2^53 steps fit. */
function varint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value;
  while (rest >= 128) {
    bytes.push((rest % 128) + 128);
    rest = Math.floor(rest / 128);
  }
  return Buffer.from([...bytes, rest]);
}
