/**
 * Checks that the tests notice mistakes in the CUDA kernels: makes each mistake of `cuda-mutation-rules.ts` in a copy of the
 * sources, and runs tests on an emulated driver of that copy.
 *
 *     npx tsx scripts/cuda-mutations.ts [--file NAME]… [--rule NAME]… [--seeds 0,1,2] [--list] [TEST-FILE…]
 *
 * Without test files, those of `TESTS_OF` are run. Prints each mistake and what noticed it; fails if one survives that is not
 * listed among `SURVIVORS`. Takes some ten seconds for each.
 */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { type MutationRule, OTHER_TESTS, RULES, SURVIVORS, TESTS_OF } from './cuda-mutation-rules.js';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const KERNELS = join(ROOT, 'src/backends/cuda/kernels');

/** Files without a mistake that could be made: the language, and what includes or declares the others. */
const WITHOUT_MISTAKES = ['zlm.cu', 'device.cuh', 'integers.h', 'zlm-cuda.h'];

/** One mistake at one place. */
interface Mutation {
  readonly rule: MutationRule;
  readonly file: string;
  /** The line's number, and its text before and after. */
  readonly line: number;
  readonly before: string;
  readonly after: string;
  /** The text of the whole file. */
  readonly text: string;
}

/** Returns all mistakes in the sources, file by file. */
function findMutations(files: readonly string[], rules: readonly MutationRule[]): Mutation[] {
  const sources = readdirSync(KERNELS).filter(
    (name) => /\.(?:cu|cuh)$/.test(name) && !WITHOUT_MISTAKES.includes(name),
  );
  const chosen = sources.filter((name) => files.length === 0 || files.includes(name)).sort();
  return chosen.flatMap((file) => {
    const text = readFileSync(join(KERNELS, file), 'utf8');
    return rules.flatMap((rule) => mutationsOf(rule, file, text));
  });
}

function mutationsOf(rule: MutationRule, file: string, text: string): Mutation[] {
  return [...text.matchAll(rule.pattern)]
    .filter(({ index }) => !isInComment(text, index))
    .map((match) => {
      const replaced = rule.replacement.replaceAll(
        /\$(\d)/g,
        (_, group: string) => match[Number(group)] ?? '',
      );
      const changed = text.slice(0, match.index) + replaced + text.slice(match.index + match[0].length);
      const line = text.slice(0, match.index).split('\n').length;
      const lineOf = (whole: string) => whole.split('\n')[line - 1].trim();
      return { rule, file, line, before: lineOf(text), after: lineOf(changed), text: changed };
    });
}

function isInComment(text: string, index: number): boolean {
  return text.slice(text.lastIndexOf('\n', index) + 1, index).includes('//');
}

/** Runs tests on kernels. Returns the first failure in one line, or null. */
function failureOf(kernels: string, tests: readonly string[], seed: string): string | null {
  const { status, stdout, stderr } = spawnSync('npx', ['vitest', 'run', '--bail=1', ...tests], {
    cwd: ROOT,
    encoding: 'utf8',
    env: { ...process.env, ZLM_EMULATOR_KERNELS: kernels, ZLM_EMULATOR_SEED: seed, NO_COLOR: '1' },
    maxBuffer: 2 ** 28,
  });
  if (status === 0) return null;
  const output = `${stdout}\n${stderr}`;
  if (/cannot compile the emulated CUDA driver/.test(output)) return 'does not compile';
  return /FAIL\s+(.*)/.exec(output)?.[1]?.trim() ?? 'the tests end with an error';
}

/** Runs tests under the seeds, until one fails. */
function firstFailure(kernels: string, tests: readonly string[], seeds: readonly string[]): string | null {
  for (const seed of seeds) {
    const failure = failureOf(kernels, tests, seed);
    if (failure !== null) return seed === '0' ? failure : `seed ${seed}: ${failure}`;
  }
  return null;
}

function acceptedBecause({ rule, file, before }: Mutation): string | undefined {
  return SURVIVORS.find(
    (known) => known.rule === rule.name && known.file === file && before.includes(known.line),
  )?.why;
}

function main(): void {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      file: { type: 'string', multiple: true, default: [] },
      rule: { type: 'string', multiple: true, default: [] },
      seeds: { type: 'string', default: '0,1' },
      list: { type: 'boolean', default: false },
    },
  });
  const rules = RULES.filter(({ name }) => values.rule.length === 0 || values.rule.includes(name));
  const mutations = findMutations(values.file, rules);
  const seeds = values.seeds.split(',');
  const unexpected: string[] = [];
  for (const mutation of mutations) {
    const { rule, file, line, before, after } = mutation;
    console.log(`${file}:${line} ${rule.name}: ${rule.what}\n  ${before}\n  ${after}`);
    if (values.list) continue;
    const folder = mkdtempSync(join(tmpdir(), 'zlm-mutation-'));
    try {
      cpSync(KERNELS, folder, { recursive: true });
      writeFileSync(join(folder, file), mutation.text);
      const tests = positionals.length > 0 ? positionals : (TESTS_OF[file] ?? OTHER_TESTS);
      const noticed = firstFailure(folder, tests, seeds);
      const accepted = acceptedBecause(mutation);
      console.log(
        noticed ? `  noticed: ${noticed}` : `  SURVIVES${accepted ? `, as expected: ${accepted}` : ''}`,
      );
      if (noticed === null && accepted === undefined) unexpected.push(`${file}:${line} ${rule.name}`);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }
  console.log(`${mutations.length} mistakes, ${unexpected.length} of which survive without a reason`);
  for (const name of unexpected) console.log(`  ${name}`);
  if (unexpected.length > 0) process.exitCode = 1;
}

main();
