/**
 * Feeds the readers of zlm with damaged inputs: `npm run fuzz -- --inputs 1000000`. See docs/reliability.md. Ends with exit code 1 when
 * an input does anything but be read or be refused in words.
 */
import { parseArgs } from 'node:util';
import { type FuzzReport, fuzz, sharesOf } from './fuzz.js';
import { TARGETS } from './targets/targets.js';

const USAGE = `usage: npm run fuzz -- [options] [TARGET…]
  --inputs N   inputs, shared out to the targets       (10000)
  --seed N     other inputs for another seed           (1)
  --first N    number of the first input of a target, to repeat a single one with --inputs 1   (0)
  --json       print what was found as JSON
  --list       print the names of the targets`;

const { values: flags, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    inputs: { type: 'string', default: '10000' },
    seed: { type: 'string', default: '1' },
    first: { type: 'string', default: '0' },
    json: { type: 'boolean', default: false },
    list: { type: 'boolean', default: false },
    help: { type: 'boolean', short: 'h', default: false },
  },
});

if (flags.help) console.log(USAGE);
else if (flags.list) console.log(TARGETS.map(({ name }) => name).join('\n'));
else process.exitCode = await main();

async function main(): Promise<number> {
  const [inputs, seed, first] = [flags.inputs, flags.seed, flags.first].map(Number);
  const unknown = positionals.find((name) => !TARGETS.some((target) => target.name === name));
  if (unknown !== undefined || ![inputs, seed, first].every(Number.isSafeInteger)) {
    console.error(unknown === undefined ? USAGE : `There is no target "${unknown}"\n${USAGE}`);
    return 2;
  }
  const shares = sharesOf(inputs);
  const reports: FuzzReport[] = [];
  for (const [number, { name }] of TARGETS.entries()) {
    if (positionals.length > 0 && !positionals.includes(name)) continue;
    const share = positionals.length > 0 ? Math.ceil(inputs / positionals.length) : shares[number];
    const report = await fuzz(number, { seed, inputs: share, first });
    reports.push(report);
    if (!flags.json) console.log(lineOf(report));
  }
  if (flags.json) console.log(JSON.stringify(reports));
  return reports.some(({ findings }) => findings.length > 0) ? 1 : 0;
}

function lineOf({ target, inputs, refused, findings, seconds, residentMiB }: FuzzReport): string {
  const rate = `${Math.round(inputs / seconds)}/s, at most ${residentMiB} MiB`;
  const line = `${target.padEnd(15)} ${inputs} inputs, ${refused} refused, ${findings.length} findings; ${rate}`;
  const shown = findings.map(({ input, what }) => `  input ${input}: ${what.replaceAll('\n', '\n    ')}`);
  return [line, ...shown].join('\n');
}
