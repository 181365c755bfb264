/** Where completion finds its words: the commands, the shipped specs, the runs and corpora of this folder, the spec's schema. */
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Interfaces } from '@oclif/core';
import { RunFolder } from '../runs/run-folder.js';
import { allKeys } from '../spec/schema.js';
import type { CompletionSources } from './completion.js';
import { shippedNames } from './shipped-specs.js';

/** The sources for a command line that is being typed in the current folder. */
export function completionSources(config: Interfaces.Config): CompletionSources {
  return {
    commands: config.commands,
    specNames: () => shippedNames(config.root),
    runNames,
    corpusNames: (folder) => foldersWith(folder, (path) => join(path, 'manifest.json')),
    specKeys: () => allKeys(),
  };
}

/** `latest`, then the runs, newest first. */
async function runNames(folder: string): Promise<string[]> {
  const names = await foldersWith(folder, (path) => new RunFolder(path).spec);
  return names.length === 0 ? [] : ['latest', ...names];
}

/** Folders that hold a file, those where it was written last first; none when there is no such folder. */
async function foldersWith(folder: string, fileIn: (path: string) => string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  const found = await Promise.all(
    entries
      .filter((entry) => entry.isDirectory())
      .map(async ({ name }) => {
        const written = await stat(fileIn(join(folder, name))).catch(() => null);
        return written?.isFile() ? [{ name, written: written.mtimeMs }] : [];
      }),
  );
  return found
    .flat()
    .sort((a, b) => b.written - a.written)
    .map(({ name }) => name);
}
