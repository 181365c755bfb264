/**
 * The batch script of a job array. It says to Slurm what each task needs, runs the command lines of its task, and asks Slurm to run the
 * task again where that is not Slurm's own work: after zlm has saved before the time limit, and when zlm alone was killed.
 */
import { join } from 'node:path';
import { UserError } from '../../errors.js';
import { shellWord } from '../../shell-word.js';
import type { SweepFile } from '../sweep-file.js';
import type { Job } from './launcher.js';
import type { ProgramWords } from './local.js';

/** The key `launcher.slurm` of a sweep file. */
export type SlurmOptions = NonNullable<NonNullable<SweepFile['launcher']>['slurm']>;

/** A job array before it is submitted. */
export interface ArrayPlan {
  /** How to start zlm on the nodes: by the same paths as here. */
  readonly zlm: ProgramWords;
  /** Name of the job in Slurm's queue. */
  readonly name: string;
  /** Absolute path of the folder of the queue, with the file of the tasks. */
  readonly folder: string;
  /** Name of the file of the tasks. */
  readonly tasks: string;
  readonly count: number;
  /** The current folder of all tasks, absolute. */
  readonly workingFolder: string;
  readonly options: SlurmOptions;
}

/** Seconds before the time limit at which a task saves, by default. */
const SAVE_SECONDS = 120;

/** Times that a task is queued again after something other than Slurm has killed zlm. */
const MOST_KILLS = 3;

/** Between the command lines of a task. */
const THEN = '--then';

/** Returns the line of a task: its run, its log, and its command lines, as words of a shell. */
export function taskLine({ run, log, steps }: Job): string {
  const words = [run, log, ...steps.flatMap((step, index) => (index === 0 ? step : [THEN, ...step]))];
  const line = words.map(shellWord).join(' ');
  if (!line.includes('\n')) return line;
  throw new UserError('usage', 'A path or a value of a job has a line break in it, which no task can have');
}

/** Returns the text of the batch script. */
export function batchScript({ zlm, name, folder, tasks, count, workingFolder, options }: ArrayPlan): string {
  const { saveSeconds = SAVE_SECONDS } = options;
  const directives = [
    `--job-name=${name}`,
    `--array=1-${count}${options.arrayLimit === undefined ? '' : `%${options.arrayLimit}`}`,
    `--chdir=${workingFolder}`,
    // What Slurm itself says of the tasks; what zlm says is in their logs.
    // In a path, a percent sign is doubled.
    `--output=${join(folder.replaceAll('%', '%%'), '%A.out')}`,
    '--open-mode=append',
    '--requeue',
    `--signal=B:USR1@${saveSeconds}`,
    '--nodes=1',
    '--ntasks=1',
    `--cpus-per-task=${options.cpus ?? 1}`,
    ...(options.partition === undefined ? [] : [`--partition=${options.partition}`]),
    ...(options.time === undefined ? [] : [`--time=${options.time}`]),
    ...(options.gpus === undefined ? [] : [`--gres=gpu:${options.gpus}`]),
    ...(options.memory === undefined ? [] : [`--mem=${options.memory}`]),
    ...(options.account === undefined ? [] : [`--account=${options.account}`]),
    ...(options.extra ?? []),
  ];
  return `#!/usr/bin/env bash
${directives.map((directive) => `#SBATCH ${directiveWord(directive)}\n`).join('')}
# A job array of zlm. Task N works on line N of the file of tasks: the name of its run, its log, and its command lines, with
# ${THEN} between them. They continue what an earlier start of the task has begun.
folder=${shellWord(folder)}
tasks=${shellWord(tasks)}
zlm=(${zlm.map(shellWord).join(' ')})
`.concat(SCRIPT);
}

/** sbatch splits directives at spaces, except between quotes, and knows no escape. */
function directiveWord(directive: string): string {
  if (!/[\s"']/.test(directive)) return directive;
  if (!directive.includes('"')) return directive.replace(/(?<==)(.*)$/s, '"$1"');
  throw new UserError('usage', `sbatch cannot be told ${directive}, which has a quotation mark in it`);
}

const SCRIPT = `
set -u
eval "set -- $(sed -n "\${SLURM_ARRAY_TASK_ID}p" "$folder/$tasks")"
run=$1 log=$2
shift 2
mkdir -p "$folder/ended" "$folder/kills" "$(dirname "$log")"
rm -f "$folder/ended/$run"

# Slurm sends USR1 to this shell some time before the time limit: zlm is asked to save. It sends TERM to all processes of the task when
# it is cancelled or preempted, or its time is over: zlm saves without being asked from here, where a second signal would end it at once.
asked='' woken='' child=''
trap 'woken=1 asked=limit; [ -z "$child" ] || kill -TERM "$child" 2>/dev/null' USR1
trap 'woken=1 asked=end' TERM

# Runs one command line of zlm. Leaves its exit code in $code.
step() {
  "\${zlm[@]}" "$@" >/dev/null 2>>"$log" &
  child=$!
  if [ "$asked" = limit ]; then kill -TERM "$child" 2>/dev/null; fi
  # A trapped signal ends the wait, but not the process.
  woken=1
  while [ -n "$woken" ]; do
    woken=''
    wait "$child"
    code=$?
  done
  child=''
}

# Queues the task again; the number of the job alone would be that of the whole array for one of the tasks. Slurm then ends this script.
requeue() {
  echo "zlm: $1; queued again" >>"$log"
  if scontrol requeue "\${SLURM_ARRAY_JOB_ID}_$SLURM_ARRAY_TASK_ID" 2>>"$log"; then sleep 60; fi
}

code=0
while [ $# -gt 0 ] && [ "$code" -eq 0 ]; do
  words=()
  while [ $# -gt 0 ] && [ "$1" != ${THEN} ]; do
    words+=("$1")
    shift
  done
  if [ $# -gt 0 ]; then shift; fi
  step "\${words[@]}"
done

if [ "$code" -gt 128 ] && [ "$asked" = limit ]; then
  requeue 'the time limit is near'
elif [ "$code" -gt 128 ] && [ -z "$asked" ]; then
  printf x >>"$folder/kills/$run"
  if [ "$(wc -c <"$folder/kills/$run")" -le ${MOST_KILLS} ]; then requeue "ended by signal $((code - 128))"; fi
fi
if [ "$code" -ne 0 ]; then echo "$code" >"$folder/ended/$run"; fi
exit "$code"
`;
