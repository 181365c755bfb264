/**
 * Builds tfjs-node's binding against the library of a TensorFlow wheel:
 * `npm run tensorflow:build -- --wheel FILE.whl`. See docs/tensorflow.md.
 */
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { fail } from '../bench/fail.js';
import { buildBinding } from '../src/backends/tensorflow/build-binding.js';
import { defaultBuildFolder } from '../src/backends/tensorflow/installation.js';
import { UserError } from '../src/errors.js';
import { userCacheFolder } from '../src/storage/user-cache.js';

const USAGE = `usage: npm run tensorflow:build -- (--wheel FILE.whl | --from DIR) [options]
  --wheel FILE.whl    a wheel of tensorflow or tensorflow-cpu for Linux, such as \`pip download --no-deps\` gets
  --from DIR          the folder "tensorflow" in the site-packages of a Python; its library is used where it is
  --to FOLDER         folder for the result             (tensorflow in zlm's cache, where zlm finds it)
  --package FOLDER    folder whose node_modules has @tensorflow/tfjs-node    (that of zlm)
  --node-headers DIR  folder with node_api.h            (include/node beside this Node)
  --cxx COMPILER      C++ compiler                      (c++, g++ or clang++)`;

const { values: flags } = parseArgs({
  options: {
    wheel: { type: 'string' },
    from: { type: 'string' },
    to: { type: 'string' },
    package: { type: 'string' },
    'node-headers': { type: 'string' },
    cxx: { type: 'string' },
    help: { type: 'boolean', short: 'h', default: false },
  },
});

if (flags.help) console.log(USAGE);
else await build().catch((error) => fail(withCures(error)));

async function build(): Promise<void> {
  const { wheel, from } = flags;
  if ((wheel === undefined) === (from === undefined)) throw new Error(USAGE);
  const cache = process.env.ZLM_CACHE || userCacheFolder(process.env);
  if (!flags.to && !cache)
    throw new Error('There is no cache folder, since HOME is not set; name a folder with --to');
  const folder = resolve(flags.to || defaultBuildFolder(cache as string));
  const record = await buildBinding({
    source: wheel === undefined ? { from: from as string } : { wheel },
    folder,
    packagePlace:
      flags.package === undefined ? import.meta.url : join(resolve(flags.package), 'package.json'),
    nodeHeaders: flags['node-headers'] ?? null,
    compiler: flags.cxx ?? null,
    onNote: (line) => console.error(line),
  });
  const { cuda } = record;
  const device =
    cuda === null ? 'for processors' : `for GPUs, with CUDA ${cuda.cuda} and cuDNN ${cuda.cudnn}`;
  console.log(`Built ${folder}: ${JSON.stringify(record.source)}, ${device}`);
}

/** Adds the cures of a fault to its message. */
function withCures(error: unknown): unknown {
  if (!(error instanceof UserError)) return error;
  return new Error([error.message, ...error.cures].join('\n  '));
}
