import { once } from 'node:events';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { downloadFile } from '../../../src/corpus/acquire/download.js';
import type { WantedFile } from '../../../src/corpus/acquire/wanted-file.js';
import { sha256 } from '../../../src/storage/file-identity.js';
import { tempFolder } from '../../temp-folder.js';
import { faultOf } from '../tiny-corpus.js';
import { breakOff, endEarly, send, sendWhole, serve, stall, status } from './file-server.js';

const CONTENT = Buffer.from('some words of a corpus\n'.repeat(5000));
const WANTED: WantedFile = { name: 'words.txt', bytes: CONTENT.length, sha256: sha256(CONTENT) };
// Only tests of what stalls take a connection for stalled soon: on a busy machine, one that does not may be slow.
const FAST = { backoffSeconds: 0.001, stallSeconds: 20 };

function target(): string {
  return join(tempFolder(), 'cache', 'words.txt');
}

it('a download writes the file and reports progress', async () => {
  const path = target();
  const { url, requests } = await serve(send(CONTENT));
  const seen: number[] = [];
  const onProgress = ({ done }: { done: number }) => seen.push(done);
  expect(await downloadFile([`${url}words.txt`], path, WANTED, { ...FAST, onProgress })).toBeUndefined();
  expect(readFileSync(path)).toEqual(CONTENT);
  expect(existsSync(`${path}.part`)).toBe(false);
  expect(seen[0]).toBe(0);
  expect(seen.at(-1)).toBe(CONTENT.length);
  expect(requests).toEqual(['/words.txt']);
});

it('a download continues where a connection broke', async () => {
  const path = target();
  const { url, requests } = await serve(breakOff(CONTENT, 30_000), breakOff(CONTENT, 30_000), send(CONTENT));
  expect(await downloadFile([url], path, WANTED, FAST)).toBeUndefined();
  expect(readFileSync(path)).toEqual(CONTENT);
  expect(requests).toEqual(['/', '/ bytes=30000-', '/ bytes=60000-']);
});

it('a download continues where an earlier call stopped', async () => {
  const path = target();
  const broken = await serve(breakOff(CONTENT, 10_000));
  expect(await downloadFile([broken.url], path, WANTED, FAST)).toEqual([
    { url: broken.url, reason: expect.stringContaining('broke off') },
  ]);
  expect(broken.requests).toHaveLength(4);
  const whole = await serve(send(CONTENT));
  expect(await downloadFile([whole.url], path, WANTED, FAST)).toBeUndefined();
  expect(whole.requests).toEqual(['/ bytes=40000-']);
  expect(readFileSync(path)).toEqual(CONTENT);
});

it('a download starts again when a server does not support ranges', async () => {
  const path = target();
  const { url } = await serve(breakOff(CONTENT, 30_000), sendWhole(CONTENT));
  expect(await downloadFile([url], path, WANTED, FAST)).toBeUndefined();
  expect(readFileSync(path)).toEqual(CONTENT);
});

it('a download leaves a connection that stalls, and continues with the next one', async () => {
  const path = target();
  const { url, requests } = await serve(stall(CONTENT, 5000), send(CONTENT));
  expect(await downloadFile([url], path, WANTED, { ...FAST, stallSeconds: 0.5 })).toBeUndefined();
  expect(requests).toEqual(['/', '/ bytes=5000-']);
});

it('a download reports a server that only stalls', async () => {
  const { url } = await serve(stall(CONTENT, 0));
  const failures = await downloadFile([url], target(), WANTED, { ...FAST, stallSeconds: 0.05 });
  expect(failures?.[0]?.reason).toBe('sent nothing for 0.05 seconds');
});

it('a download treats an early end of a response of unknown length as a broken connection', async () => {
  const { url } = await serve(endEarly(CONTENT, 1000), send(CONTENT));
  expect(await downloadFile([url], target(), WANTED, FAST)).toBeUndefined();
});

it('a download retries a busy server with increasing waits', async () => {
  const { url, requests } = await serve(status(503), status(500), status(429), send(CONTENT));
  const start = performance.now();
  expect(await downloadFile([url], target(), WANTED, { ...FAST, backoffSeconds: 0.03 })).toBeUndefined();
  expect(performance.now() - start).toBeGreaterThan(1000 * (0.03 + 0.06 + 0.12) - 5);
  expect(requests).toHaveLength(4);
});

it('a download tries the next mirror at once when a file is missing', async () => {
  const [missing, whole] = [await serve(status(404)), await serve(send(CONTENT))];
  expect(await downloadFile([missing.url, whole.url], target(), WANTED, FAST)).toBeUndefined();
  expect(missing.requests).toHaveLength(1);
});

it.each([
  ['an HTML page', Buffer.from('<!DOCTYPE html><p>Sign in'), 'is an HTML page, as saved from a web site'],
  ['too little', CONTENT.subarray(0, 500), `has only 500 of ${CONTENT.length} bytes`],
  ['too much', Buffer.concat([CONTENT, CONTENT]), `sends more than the file's ${CONTENT.length} bytes`],
  [
    'other words',
    Buffer.from('same size, else  words\n'.repeat(5000)),
    'has the right size but other contents',
  ],
])('a download refuses %s, keeps nothing of it, and goes to the next mirror', async (_, wrong, reason) => {
  const path = target();
  const mirror = await serve(send(wrong));
  const failures = await downloadFile([mirror.url], path, WANTED, FAST);
  expect(failures?.[0]?.reason).toContain(reason);
  expect(mirror.requests).toHaveLength(1);
  expect(existsSync(path)).toBe(false);
  const whole = await serve(send(CONTENT));
  expect(await downloadFile([mirror.url, whole.url], path, WANTED, FAST)).toBeUndefined();
  expect(readFileSync(path)).toEqual(CONTENT);
});

it.each([
  ['is of another file', Buffer.from('x'.repeat(1000))],
  ['is longer than the file', Buffer.concat([CONTENT, CONTENT])],
  ['is whole, but wrong', Buffer.from('same size, else  words\n'.repeat(5000))],
])('a download starts again when the part that was kept %s', async (_, part) => {
  const path = target();
  const { url } = await serve(breakOff(CONTENT, 1000));
  await downloadFile([url], path, WANTED, FAST);
  writeFileSync(`${path}.part`, part);
  const whole = await serve(send(CONTENT));
  expect(await downloadFile([whole.url], path, WANTED, FAST)).toBeUndefined();
  expect(readFileSync(path)).toEqual(CONTENT);
});

it('a download starts again when a server has no bytes after the part', async () => {
  const { url, requests } = await serve(breakOff(CONTENT, 1000), status(416), send(CONTENT));
  expect(await downloadFile([url], target(), WANTED, FAST)).toBeUndefined();
  expect(requests).toEqual(['/', '/ bytes=1000-', '/']);
});

it('a download reports that no server can be reached', async () => {
  const urls = [`http://127.0.0.1:${await unusedPort()}/`, 'http://no-such-host.invalid/'];
  const failures = await downloadFile(urls, target(), WANTED, FAST);
  expect(failures?.map(({ reason }) => reason)).toEqual([
    'could not be reached: the connection was refused',
    expect.stringContaining('could not be reached'),
  ]);
});

async function unusedPort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  return port;
}

it('a download stops at a signal and keeps the part', async () => {
  const path = target();
  const controller = new AbortController();
  const { url } = await serve(stall(CONTENT, 5000));
  const onProgress = ({ done }: { done: number }) => done === 5000 && controller.abort();
  const fault = await faultOf(downloadFile([url], path, WANTED, { signal: controller.signal, onProgress }));
  expect(fault.kind).toBe('interrupted');
  expect(readFileSync(`${path}.part`)).toEqual(CONTENT.subarray(0, 5000));
});

it('a download stops at a signal while it waits for the next attempt', async () => {
  const { url } = await serve(status(503));
  const signal = AbortSignal.timeout(50);
  const fault = await faultOf(downloadFile([url], target(), WANTED, { signal, backoffSeconds: 60 }));
  expect(fault.kind).toBe('interrupted');
});

it('a download reports a folder that cannot be written', async () => {
  const { url } = await serve(send(CONTENT));
  const file = join(tempFolder(), 'file');
  writeFileSync(file, '');
  const fault = await faultOf(downloadFile([url], join(file, 'words.txt'), WANTED, FAST));
  expect(fault.message).toBe(`Cannot create ${file}: something else has that name`);
});
