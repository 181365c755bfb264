// Waits for a file to appear, takes a folder, says how that went, and keeps it until it is killed.
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
