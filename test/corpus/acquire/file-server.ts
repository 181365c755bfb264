/** A web server on this machine that misbehaves as asked. */
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';

export type Answer = (request: IncomingMessage, response: ServerResponse) => void;

export interface FileServer {
  /** Ends in a slash. */
  readonly url: string;
  /** The requests: path, and range if there was one. */
  readonly requests: string[];
}

/**
 * Serves until the end of the test.
 * @param answers one for each request in turn; the last one for all further ones
 */
export async function serve(...answers: Answer[]): Promise<FileServer> {
  const requests: string[] = [];
  const server = createServer((request, response) => {
    requests.push([request.url, request.headers.range].filter(Boolean).join(' '));
    const answer = answers[Math.min(requests.length, answers.length) - 1] as Answer;
    answer(request, response);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, requests };
}

/** Sends the content, or the requested part of it. */
export const send =
  (content: Buffer): Answer =>
  (request, response) => {
    const start = startOf(request);
    response.writeHead(start > 0 ? 206 : 200, headersFor(content, start));
    response.end(content.subarray(start));
  };

/** Sends all of the content, whatever is requested. */
export const sendWhole =
  (content: Buffer): Answer =>
  (_, response) =>
    response.end(content);

/** Promises the rest of the content from where it is asked for, but breaks off after `count` bytes. */
export const breakOff =
  (content: Buffer, count: number): Answer =>
  (request, response) => {
    const start = startOf(request);
    response.writeHead(start > 0 ? 206 : 200, headersFor(content, start));
    response.write(content.subarray(start, start + count), () => setTimeout(() => response.destroy(), 20));
  };

/** Sends so many bytes without saying how many there are, and ends as if that were all. */
export const endEarly =
  (content: Buffer, count: number): Answer =>
  (_, response) => {
    response.write(content.subarray(0, count));
    response.end();
  };

/** Sends so many bytes, then nothing more. */
export const stall =
  (content: Buffer, count: number): Answer =>
  (_, response) => {
    response.writeHead(200, { 'content-length': content.length });
    response.write(content.subarray(0, count));
  };

export const status =
  (code: number): Answer =>
  (_, response) =>
    response.writeHead(code).end('no such luck');

function startOf(request: IncomingMessage): number {
  return Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0);
}

function headersFor(content: Buffer, start: number): Record<string, string | number> {
  const length = { 'content-length': content.length - start };
  return start > 0
    ? { ...length, 'content-range': `bytes ${start}-${content.length - 1}/${content.length}` }
    : length;
}

/** Serves files of a folder at `/`, and a listing of them, until the end of the test. Returns the address, with a slash. */
export async function serveFolder(folder: string, names: readonly string[]): Promise<string> {
  const { url } = await serve(({ url: path = '' }, response) => {
    const name = decodeURIComponent(path.slice(1));
    if (name === '') response.end(names.map((one) => `<a href="${one}">${one}</a>`).join('\n'));
    else if (names.includes(name)) response.end(readFileSync(join(folder, name)));
    else response.writeHead(404).end();
  });
  return url;
}
