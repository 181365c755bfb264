/**
 * Writes oclif.manifest.json, which lists the compiled commands with their flags, so that oclif loads only the command
 * that runs. Part of `npm run build`; without the file zlm works the same, but starts more slowly.
 */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Plugin } from '@oclif/core';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

/**
 * Returns the manifest of the commands in a package's `dist/commands`.
 *
 * @param root the folder of its package.json
 */
export async function commandManifest(root: string): Promise<Plugin['manifest']> {
  const options = { isRoot: true, ignoreManifest: true, errorOnManifestCreate: true };
  const plugin = new Plugin({ ...options, root, respectNoCacheDefault: true });
  await plugin.load();
  for (const command of Object.values(plugin.manifest.commands)) {
    // For its help, oclif would load the command again to get the defaults of its flags; ours are constant.
    for (const item of [command, ...Object.values(command.flags)])
      Object.assign(item, { hasDynamicHelp: false });
  }
  return plugin.manifest;
}

async function main(): Promise<void> {
  const text = JSON.stringify(await commandManifest(ROOT), null, 2);
  await writeFile(join(ROOT, 'oclif.manifest.json'), `${text}\n`);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await main();
