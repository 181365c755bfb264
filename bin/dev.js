#!/usr/bin/env -S node --import tsx
// Runs the commands straight from src/. TypeScript 7 has no JS API, so oclif's own way (ts-node) would silently
// run an old dist/: point it at the sources instead, and let tsx load them.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { register } from 'tsx/esm/api';

// For `node bin/dev.js`, where the first line above has no say.
register();
// Before oclif, which asks for the home folder as soon as it is loaded.
const { settleHome } = await import('../src/cli/home.ts');
settleHome();
const { Plugin, settings } = await import('@oclif/core');
settings.enableAutoTranspile = false;
const root = fileURLToPath(new URL('..', import.meta.url));
const pjson = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
pjson.oclif = JSON.parse(JSON.stringify(pjson.oclif).replaceAll('./dist/', './src/'));
// The manifest that `npm run build` writes lists the commands of dist/.
const plugin = new Plugin({ isRoot: true, root, pjson, ignoreManifest: true, respectNoCacheDefault: true });
await plugin.load();
const { main } = await import('../src/cli/main.ts');
await main(process.argv.slice(2), { root, pjson, plugins: new Map([[pjson.name, plugin]]) });
