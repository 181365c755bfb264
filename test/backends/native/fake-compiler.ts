/** Shell scripts that behave like C compilers of one kind or another. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Properties of a fake compiler. */
export interface FakeCompiler {
  readonly version?: string;
  /** Shell commands that run instead of compiling; "$output" is the file to write, "$@" all arguments. */
  readonly compile?: string;
  /** Whether it knows -fopenmp. */
  readonly openMp?: boolean;
}

/** Writes a text in place of a library. */
const WRITE = 'echo "a library" > "$output"';

/**
 * Puts a fake compiler into a folder. It notes each run that would compile the kernels in `<path>.log`.
 *
 * @returns its path
 */
export function fakeCompiler(
  folder: string,
  name: string,
  { version = `${name} 1.0`, compile = WRITE, openMp = true }: FakeCompiler = {},
): string {
  const path = join(folder, name);
  const script = `#!/bin/sh
if [ "$1" = --version ]; then echo "${version}"; exit 0; fi
previous=
for argument; do
  [ "$previous" = -o ] && output=$argument
  previous=$argument
done
${openMp ? '' : `case " $* " in *" -fopenmp "*) echo "unknown option -fopenmp" >&2; exit 1;; esac`}
case "$output" in *probe*) echo probe > "$output"; exit 0;; esac
echo "$@" >> "${path}.log"
${compile}
`;
  writeFileSync(path, script, { mode: 0o755 });
  return path;
}
