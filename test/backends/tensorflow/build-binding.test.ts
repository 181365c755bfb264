/** What `npm run tensorflow:build` says when it cannot build. That it builds is shown by the tests that run on its result. */
import { mkdirSync, realpathSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { findCompiler } from '../../../src/backends/libraries/compiler.js';
import { type BuildRequest, buildBinding } from '../../../src/backends/tensorflow/build-binding.js';
import { tempFolder } from '../../temp-folder.js';

const search = await findCompiler(null, 'C++');
const isPossible = 'compiler' in search && process.platform === 'linux';
const note = isPossible ? '' : ' (skipped: it needs Linux and a C++ compiler)';

/** Asks for a build in a new folder, with a package whose source is empty. */
function build(source: (folder: string) => BuildRequest['source'], hasPackage = true) {
  const folder = realpathSync(tempFolder());
  const place = join(folder, 'node_modules/@tensorflow/tfjs-node');
  mkdirSync(join(place, 'binding'), { recursive: true });
  if (hasPackage) writeFileSync(join(place, 'package.json'), '{ "version": "4.22.0" }');
  return buildBinding({
    source: source(folder),
    folder: join(folder, 'build'),
    packagePlace: join(folder, 'package.json'),
    nodeHeaders: '/nowhere',
    compiler: null,
    onNote: () => {},
  });
}

it.skipIf(!isPossible)(`a build refuses a file that is not a wheel${note}`, async () => {
  const wheel = (folder: string) => {
    writeFileSync(join(folder, 'a.whl'), 'text');
    return { wheel: join(folder, 'a.whl') };
  };
  await expect(build(wheel)).rejects.toMatchObject({
    kind: 'backend',
    message: expect.stringMatching(/^Cannot unpack .*a\.whl: it is not a wheel, or it is damaged$/),
  });
});

it.skipIf(!isPossible)(`a build refuses a folder without TensorFlow's library${note}`, async () => {
  await expect(build((folder) => ({ from: folder }))).rejects.toMatchObject({
    message: expect.stringMatching(/is not the folder "tensorflow" .*libtensorflow_cc\.so\.2 is missing$/),
  });
});

it.skipIf(!isPossible)(`a build without the npm package says how to add it${note}`, async () => {
  await expect(build((folder) => ({ from: folder }), false)).rejects.toMatchObject({
    message: 'There is no @tensorflow/tfjs-node-gpu or @tensorflow/tfjs-node, whose source is compiled',
    cures: [expect.stringContaining('npm install --no-save --ignore-scripts @tensorflow/tfjs-node@4.22.0')],
  });
});
