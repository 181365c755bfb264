/** Builds the library with a compiler into a cache folder, and prints its path. */

import { findCompiler } from '../../../src/backends/libraries/compiler.js';
import { buildLibrary } from '../../../src/backends/native/build.js';

const [command, cache] = process.argv.slice(2);
const search = await findCompiler(command);
if ('failure' in search) throw new Error(search.failure);
const result = await buildLibrary(search.compiler, cache, () => {});
if ('failure' in result) throw new Error(result.failure);
console.log(result.library.path);
