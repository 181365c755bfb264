/** Opens, checks and loads a library again and again while another process exchanges it, and counts what was loaded. */
import { closeSync } from 'node:fs';
import koffi from 'koffi';
import { loadablePath } from '../../../src/backends/libraries/loading.js';
import { openOwnFile } from '../../../src/backends/libraries/private-folder.js';

const [path] = process.argv.slice(2);
const SECONDS = 5;
const counts = { loaded: 0, refused: 0, foreignLoaded: 0 };
console.log('ready');
const end = performance.now() + SECONDS * 1000;
while (performance.now() < end) {
  const file = await openOwnFile(path);
  if (file === null) {
    counts.refused++;
    continue;
  }
  const library = koffi.load(await loadablePath({ path, descriptor: file.descriptor }));
  if (library.func('int zlm_number(void)')() !== 1) counts.foreignLoaded++;
  counts.loaded++;
  library.unload();
  closeSync(file.descriptor);
}
console.log(JSON.stringify(counts));
