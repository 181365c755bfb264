/** A program that names no cache folder uses the same one as the command line. */
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { expect, it, vi } from 'vitest';
import { probeBackends } from '../../src/backends/select.js';
import { prepareText, train } from '../../src/index.js';
import { userCacheFolder } from '../../src/storage/user-cache.js';
import { generateText } from '../small-corpus.js';
import { tempFolder } from '../temp-folder.js';

const SPEC = `corpus: small
model: { embedding: 4, layers: [{ lstm: 4 }] }
training: { batchSize: 2, bptt: 5, epochs: 1 }
`;

const [, native] = await probeBackends({ cacheFolder: userCacheFolder({ HOME: homedir() }) ?? tempFolder() });

it.skipIf(!native?.available)(
  "a training by the public API compiles the kernels into the user's cache folder",
  async () => {
    const root = tempFolder();
    const home = join(root, 'home');
    mkdirSync(home);
    vi.stubEnv('HOME', home).stubEnv('XDG_CACHE_HOME', join(home, 'cache')).stubEnv('LOCALAPPDATA', home);
    writeFileSync(join(root, 'small.yaml'), SPEC);
    writeFileSync(join(root, 'text.txt'), generateText(200, 1));
    const dataFolder = join(root, 'data');
    await prepareText({
      name: 'small',
      input: { file: join(root, 'text.txt'), fractions: [0.8, 0.1, 0.1] },
      dataFolder,
    });
    const events = train({
      spec: join(root, 'small.yaml'),
      dataFolder,
      runsFolder: join(root, 'runs'),
      backend: 'native',
    });
    for await (const event of events) if (event.kind === 'backend') expect(event.backend.name).toBe('native');
    expect(existsSync(join(userCacheFolder(process.env) ?? '', 'native'))).toBe(true);
    vi.unstubAllEnvs();
  },
);
