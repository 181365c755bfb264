/**
 * Downloads one file, with retries and resume: a known file, whose bytes are verified, or an archive of unknown size.
 */

import { type FileHandle, open, readFile, rename, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { stopIfAborted } from '../../errors.js';
import type { OnProgress } from '../../progress.js';
import { describeFileError, syncFile } from '../../storage/atomic-write.js';
import { makeFolder } from '../../storage/files.js';
import { faultOfContent, nameContent, type WantedFile } from './wanted-file.js';

export interface DownloadOptions {
  readonly onProgress?: OnProgress | undefined;
  readonly signal?: AbortSignal | undefined;
  /** A connection that brings nothing for so long is given up. */
  readonly stallSeconds?: number | undefined;
  /** Wait before the second attempt at a mirror; doubled before each further one. */
  readonly backoffSeconds?: number | undefined;
  /** Called when a source fails and another one is tried. */
  readonly onNote?: ((line: string) => void) | undefined;
}

/** Attempts per mirror. Each one continues where the connection of the last one broke. */
const ATTEMPTS = 4;

/** Failure of a mirror. */
export interface MirrorFailure {
  readonly url: string;
  /** The end of a sentence "URL …". */
  readonly reason: string;
}

/**
 * Downloads `wanted` to `path`, through `path`.part, which a later call continues after an interruption.
 *
 * @param urls addresses of the file, tried in turn
 * @returns the failure of each mirror; undefined when the file is whole and verified
 * @throws UserError('data') when the disk cannot be written
 * @throws UserError('interrupted') when the signal fires; the part is kept
 */
export async function downloadFile(
  urls: readonly string[],
  path: string,
  wanted: WantedFile,
  options: DownloadOptions = {},
): Promise<MirrorFailure[] | undefined> {
  const failures: MirrorFailure[] = [];
  try {
    await makeFolder(dirname(path));
    for (const url of urls) {
      const reason = await downloadFrom(url, path, wanted, options);
      if (reason === undefined) return undefined;
      failures.push({ url, reason });
    }
  } catch (error) {
    throw describeFileError(error, path, 'write') ?? error;
  }
  return failures;
}

async function downloadFrom(
  url: string,
  path: string,
  wanted: WantedFile,
  options: DownloadOptions,
): Promise<string | undefined> {
  return await inAttempts(path, (part) => attemptOnce(url, part, wanted, options), options);
}

/** Larger than any archive of a corpus. */
const MAX_ARCHIVE_BYTES = 256e6;

/**
 * Downloads an archive of unknown size to `path`, through `path`.part, which a later call continues after an
 * interruption. The caller must check its contents.
 *
 * @returns why it failed, as the end of a sentence "URL …"; undefined when it is there
 * @throws UserError('data') when the disk cannot be written
 * @throws UserError('interrupted') when the signal fires; the part is kept
 */
export async function downloadArchive(
  url: string,
  path: string,
  name: string,
  options: DownloadOptions = {},
): Promise<string | undefined> {
  const expected = { name, bytes: MAX_ARCHIVE_BYTES, sizeIsKnown: false };
  try {
    await makeFolder(dirname(path));
    return await inAttempts(path, (part) => fetchPart(url, part, expected, options), options);
  } catch (error) {
    throw describeFileError(error, path, 'write') ?? error;
  }
}

/**
 * Tries until the part is complete, and gives it the name of the file; or until another try is useless.
 *
 * @returns the reason of a failure; undefined when it is complete
 */
async function inAttempts(
  path: string,
  attemptOne: (part: string) => Promise<Attempt>,
  options: DownloadOptions,
): Promise<string | undefined> {
  const part = `${path}.part`;
  let reason = '';
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    if (attempt > 0) await waitBefore(attempt, options);
    const outcome = await attemptOne(part);
    if (outcome.kind === 'complete') {
      await rename(part, path);
      return undefined;
    }
    reason = outcome.reason;
    if (outcome.kind === 'refused') break;
  }
  return reason;
}

async function attemptOnce(
  url: string,
  part: string,
  wanted: WantedFile,
  options: DownloadOptions,
): Promise<Attempt> {
  const outcome = await fetchPart(url, part, { ...wanted, sizeIsKnown: true }, options);
  if (outcome.kind !== 'complete') return outcome;
  const content = await readFile(part);
  const fault = faultOfContent(content, wanted);
  if (fault === undefined) return outcome;
  const cutOff = content.length < wanted.bytes && !outcome.lengthKnown && nameContent(content) === undefined;
  if (cutOff) return { kind: 'failed', reason: `broke off after ${content.length} of ${wanted.bytes} bytes` };
  await rm(part, { force: true });
  // The fault may be in the older part that was continued, so the whole file is tried again.
  return { kind: outcome.resumed ? 'failed' : 'refused', reason: `sent another file: it ${fault}` };
}

async function waitBefore(attempt: number, { backoffSeconds = 1, signal }: DownloadOptions): Promise<void> {
  await sleep(backoffSeconds * 2 ** (attempt - 1) * 1000, undefined, { signal }).catch(() => {});
  stopIfAborted(signal);
}

/** The expected file. */
export interface ExpectedFile {
  /** For progress. */
  readonly name: string;
  /** Its size, or an upper limit where the size is not known. */
  readonly bytes: number;
  readonly sizeIsKnown: boolean;
}

/** Result of a request: `failed` may succeed next time, `refused` will not. */
export type Attempt =
  | {
      readonly kind: 'complete';
      readonly resumed: boolean;
      /** Whether the server announced the length, so that a loss would be noticed. */
      readonly lengthKnown: boolean;
    }
  | { readonly kind: 'failed' | 'refused'; readonly reason: string };

export interface FetchOptions {
  readonly onProgress?: OnProgress | undefined;
  readonly signal?: AbortSignal | undefined;
  /** A connection that brings nothing for so long is given up. */
  readonly stallSeconds?: number | undefined;
}

const USUAL_STALL_SECONDS = 30;

/**
 * Requests the bytes of `url` that the file `part` does not have yet, and appends them as they arrive. `complete` means
 * that the server sent everything; the caller must check the contents.
 */
export async function fetchPart(
  url: string,
  part: string,
  expected: ExpectedFile,
  options: FetchOptions,
): Promise<Attempt> {
  const { stallSeconds = USUAL_STALL_SECONDS } = options;
  const watch = new StallWatch(stallSeconds, options.signal);
  try {
    const have = await sizeOf(part);
    // A part that is longer than the file cannot be its beginning.
    const start = have < expected.bytes ? have : 0;
    const response = await fetch(url, { headers: headersFrom(start), signal: watch.signal });
    if (!response.ok) return await refusal(response, part);
    const resumed = continuesAt(response, start);
    const handle = await open(part, resumed ? 'a' : 'w');
    try {
      return await append(response, handle, resumed ? start : 0, expected, watch, options);
    } finally {
      await handle.close();
    }
  } catch (error) {
    stopIfAborted(options.signal);
    if (watch.stalled) return { kind: 'failed', reason: `sent nothing for ${stallSeconds} seconds` };
    const failure = describeNetworkError(error);
    if (failure === undefined) throw error;
    return failure;
  } finally {
    watch.stop();
  }
}

function headersFrom(start: number): Record<string, string> {
  // A compressed answer could not be resumed by byte positions.
  const plain = { 'accept-encoding': 'identity' };
  return start > 0 ? { ...plain, range: `bytes=${start}-` } : plain;
}

async function append(
  response: Response,
  handle: FileHandle,
  start: number,
  expected: ExpectedFile,
  watch: StallWatch,
  { onProgress }: FetchOptions,
): Promise<Attempt> {
  const announced = response.headers.get('content-length');
  const total = expected.sizeIsKnown
    ? expected.bytes
    : announced === null
      ? undefined
      : start + Number(announced);
  const size = total === undefined ? {} : { total };
  let done = start;
  const report = () => onProgress?.({ label: expected.name, done, ...size, unit: 'bytes' });
  report();
  for await (const chunk of response.body ?? []) {
    watch.touch();
    await handle.writeFile(chunk);
    done += chunk.length;
    report();
    if (done > expected.bytes) return { kind: 'refused', reason: tooMuch(expected) };
  }
  await syncFile(handle);
  return { kind: 'complete', resumed: start > 0, lengthKnown: announced !== null };
}

function tooMuch({ bytes, sizeIsKnown }: ExpectedFile): string {
  return sizeIsKnown ? `sends more than the file's ${bytes} bytes` : `sends more than ${bytes} bytes`;
}

/** Tells whether the answer is the rest of the file from `start`; a server may ignore the request for a part. */
function continuesAt(response: Response, start: number): boolean {
  if (start === 0 || response.status !== 206) return false;
  return response.headers.get('content-range')?.startsWith(`bytes ${start}-`) ?? false;
}

const RANGE_NOT_SATISFIABLE = 416;
const WORTH_ANOTHER_TRY = new Set([RANGE_NOT_SATISFIABLE, 408, 425, 429]);

async function refusal(response: Response, part: string): Promise<Attempt> {
  await response.body?.cancel();
  // The part does not fit what this server has: the next attempt starts again.
  if (response.status === RANGE_NOT_SATISFIABLE) await rm(part, { force: true });
  const retry = WORTH_ANOTHER_TRY.has(response.status) || response.status >= 500;
  const reason = `answered ${response.status} ${response.statusText}`.trimEnd();
  return { kind: retry ? 'failed' : 'refused', reason };
}

const UNREACHABLE: Readonly<Record<string, string>> = {
  ENOTFOUND: 'could not be reached: its name cannot be resolved',
  EAI_AGAIN: 'could not be reached: no name server answers',
  ECONNREFUSED: 'could not be reached: the connection was refused',
  ENETUNREACH: 'could not be reached: no network',
  EHOSTUNREACH: 'could not be reached: no route to that host',
  UND_ERR_CONNECT_TIMEOUT: 'could not be reached: it does not answer',
};

/** Codes of a connection that the server, or a machine on the way, closed. */
const CLOSED = new Set(['UND_ERR_SOCKET', 'ECONNRESET', 'EPIPE']);

/** Codes of certificates that Node does not accept. Another attempt gets the same one. */
const CERTIFICATE_FAULT =
  /^(?:CERT_|DEPTH_ZERO_SELF_SIGNED_CERT|ERR_TLS_CERT_|HOSTNAME_MISMATCH|INVALID_CA|SELF_SIGNED_CERT|UNABLE_TO_(?:GET_ISSUER|VERIFY_LEAF))/;

const UNTRUSTED = 'has a certificate that Node does not trust';

/** Tells whether a mirror failed because of its certificate. */
export function isUntrusted(reason: string): boolean {
  return reason.startsWith(UNTRUSTED);
}

/** Describes a failure of the network, which `fetch` wraps in a TypeError. Returns undefined for every other error. */
function describeNetworkError(error: unknown): Attempt | undefined {
  if (!(error instanceof TypeError) || !(error.cause instanceof Error)) return undefined;
  const cause = error.cause as NodeJS.ErrnoException;
  const unreachable = UNREACHABLE[cause.code ?? ''];
  if (unreachable !== undefined) return { kind: 'refused', reason: unreachable };
  if (CERTIFICATE_FAULT.test(cause.code ?? ''))
    return { kind: 'refused', reason: `${UNTRUSTED}: ${cause.message}` };
  const fault = CLOSED.has(cause.code ?? '')
    ? 'the connection was closed'
    : cause.message || cause.code || error.message;
  return { kind: 'failed', reason: `broke off: ${fault}` };
}

/** Aborts a connection when nothing arrives for a while, or when the caller aborts. */
class StallWatch {
  stalled = false;
  readonly signal: AbortSignal;
  readonly #controller = new AbortController();
  readonly #timer: NodeJS.Timeout;

  constructor(seconds: number, signal: AbortSignal | undefined) {
    this.signal = signal ? AbortSignal.any([signal, this.#controller.signal]) : this.#controller.signal;
    this.#timer = setTimeout(() => {
      this.stalled = true;
      this.#controller.abort();
    }, seconds * 1000);
  }

  touch(): void {
    this.#timer.refresh();
  }

  stop(): void {
    clearTimeout(this.#timer);
  }
}

async function sizeOf(path: string): Promise<number> {
  return await stat(path).then(
    (facts) => facts.size,
    () => 0,
  );
}
