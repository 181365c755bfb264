// Waits for a file, locks a folder, prints the result, and keeps the lock until it is killed.
import { existsSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { lockFolder } from '../../src/storage/folder-lock.js';

const [, , folder, startSignal] = process.argv;
console.log('ready');
while (!existsSync(startSignal)) await sleep(1);
await lockFolder(folder).then(
  () => console.log('held'),
  (error) => console.log(error.message),
);
setInterval(() => {}, 60_000);
