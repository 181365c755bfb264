// Keeps two processes out of one folder, on one machine or on storage that several share. Each puts down a claim file
// with a name of its own and then looks for others, so of two that come at once at least one sees the other. A claim's
// name is never used twice: removing the claim of a dead process can therefore never hit a living one's, however many
// try it at once. A claim names host, process and Slurm job. Whether its process still runs is known on its own host,
// and to Slurm.
import { randomBytes } from 'node:crypto';
import { readdir, readFile, rm } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { UserError } from '../errors.js';
import { shellWord } from '../shell-word.js';
import { writeFileAtomically } from './atomic-write.js';
import { describeFileError, fileErrorCode } from './file-error.js';
import { ownSlurmJob, parseSlurmJob, type SlurmJob, slurmJobIsOver } from './slurm-job.js';
import { processIsDead, processStart, removeLeftoversIn } from './temporary.js';

/** The process that has a lock. */
export interface LockOwner {
  readonly pid: number;
  readonly host: string;
  /** Start of the process, in clock ticks since boot; absent where the system does not report it. */
  readonly processStart?: string;
  /** The Slurm job of the process; absent outside of Slurm. */
  readonly slurm?: SlurmJob;
  /** Time at which it took the lock, ISO 8601. */
  readonly since: string;
}

/** A lock that is held until {@link release}, or until this process ends. */
export interface FolderLock {
  release(): Promise<void>;
}

/** Error when another process has the lock. */
export class FolderHeldError extends UserError {
  constructor(
    folder: string,
    readonly owner: LockOwner,
    cure: string,
  ) {
    const job = owner.slurm ? ` in Slurm job ${owner.slurm.id}` : '';
    const who = `process ${owner.pid} on ${owner.host}${job}, since ${owner.since}`;
    super('data', `${folder} is in use by ${who}`, [cure]);
  }
}

interface Claim {
  readonly path: string;
  readonly owner: LockOwner;
}

/** "lock.MILLISECONDS.PID.RANDOM.json" */
const CLAIM_NAME = /^lock\.\d+\.\d+\.[0-9a-f]{8}\.json$/;
/** Time that the first of two simultaneous processes waits for the other one to withdraw. */
const WITHDRAWAL_MS = 2000;
/**
 * Time that a requeued job waits for the process of its earlier start: Slurm may start it again before that has been killed, as on
 * a node that was cut off and came back.
 */
const EARLIER_START_MS = 60_000;
const POLL_MS = 20;
/** Age up to which an answer of Slurm is used again where a lock is only looked at, as for a table of runs. */
const ANSWER_MS = 5000;

/**
 * Locks a folder for this process. The lock of a dead process is removed: one that its own host knows to be dead, or whose Slurm
 * job is over. The lock of a living process, or of one whose state is unknown here, is respected.
 *
 * @param folder created when it is missing
 * @throws FolderHeldError that names the holder; UserError('data') when the folder cannot be written
 */
export async function lockFolder(folder: string): Promise<FolderLock> {
  const claim = await putDownClaim(folder);
  try {
    await winAgainstOthers(folder, claim);
    // Each claim has its own name, so no later write would remove the temporary file of a killed process.
    await removeLeftoversIn(folder, (name) => CLAIM_NAME.test(name));
  } catch (error) {
    await rm(claim.path, { force: true });
    throw error;
  }
  return { release: () => rm(claim.path, { force: true }) };
}

/**
 * Returns the process that has locked a folder, as far as this host knows; undefined when it is free, dead, or missing.
 *
 * @throws UserError('data') when the folder or its lock cannot be read
 */
export async function lockOwner(folder: string): Promise<LockOwner | undefined> {
  for (const claim of await readClaims(folder)) {
    if (!(await isDead(claim.owner, ANSWER_MS))) return claim.owner;
  }
  return undefined;
}

/** Tells whether a file of that name in a locked folder belongs to the lock. */
export function isLockFile(name: string): boolean {
  return CLAIM_NAME.test(name);
}

async function putDownClaim(folder: string): Promise<Claim> {
  const now = new Date();
  const owner: LockOwner = {
    pid: process.pid,
    host: hostname(),
    processStart: await processStart(process.pid),
    slurm: ownSlurmJob(),
    since: now.toISOString(),
  };
  const name = `lock.${now.getTime()}.${process.pid}.${randomBytes(4).toString('hex')}.json`;
  const path = join(folder, name);
  await writeFileAtomically(path, `${JSON.stringify(owner)}\n`);
  return { path, owner };
}

/** Returns when no living claim but ours is left; the earlier of two that came at once stays. */
async function winAgainstOthers(folder: string, ours: Claim): Promise<void> {
  const began = Date.now();
  for (;;) {
    const rival = await firstLivingRival(folder, ours);
    if (!rival) return;
    const waited = Date.now() - began;
    const mayBeKilled = isEarlierStart(rival.owner, ours.owner);
    const cameFirst = ours.path < rival.path;
    const mayEnd = mayBeKilled ? waited < EARLIER_START_MS : cameFirst && waited < WITHDRAWAL_MS;
    if (!mayEnd) throw heldBy(folder, rival);
    await sleep(POLL_MS);
  }
}

/** Tells whether one process belongs to an earlier start of the Slurm job of another. */
function isEarlierStart({ slurm: earlier }: LockOwner, { slurm: later }: LockOwner): boolean {
  return (
    earlier !== undefined &&
    later !== undefined &&
    earlier.id === later.id &&
    earlier.cluster === later.cluster &&
    earlier.restarts < later.restarts
  );
}

async function firstLivingRival(folder: string, ours: Claim): Promise<Claim | undefined> {
  for (const claim of await readClaims(folder)) {
    if (claim.path === ours.path) continue;
    if (!(await isDead(claim.owner, 0))) return claim;
    await rm(claim.path, { force: true });
  }
  return undefined;
}

/** @param maxAge of an answer of Slurm, in milliseconds; one that is older than the claim would not know its job */
async function isDead(owner: LockOwner, maxAge: number): Promise<boolean> {
  if (owner.host === hostname()) return await processIsDead(owner.pid, owner.processStart);
  return owner.slurm !== undefined && (await slurmJobIsOver(owner.slurm, ownSlurmJob(), maxAge));
}

/** Returns all claims in a folder, the earliest first. */
async function readClaims(folder: string): Promise<Claim[]> {
  const claims: Claim[] = [];
  try {
    for (const name of (await readdir(folder)).sort()) {
      const claim = CLAIM_NAME.test(name) ? await readClaim(join(folder, name)) : undefined;
      if (claim) claims.push(claim);
    }
  } catch (error) {
    if (fileErrorCode(error) === 'ENOENT') return [];
    throw describeFileError(error, folder, 'read') ?? error;
  }
  return claims;
}

async function readClaim(path: string): Promise<Claim | undefined> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if (fileErrorCode(error) === 'ENOENT') return undefined; // released since the folder was listed
    throw error;
  }
  const owner = parseOwner(text);
  if (owner) return { path, owner };
  throw new UserError(
    'data',
    `The lock file ${path} is damaged, so the process that holds the folder is unknown`,
    [`Make sure that no other process uses that folder, then remove the lock: \`rm ${shellWord(path)}\`.`],
  );
}

function parseOwner(text: string): LockOwner | undefined {
  try {
    const owner = JSON.parse(text);
    const complete =
      Number.isSafeInteger(owner.pid) && typeof owner.host === 'string' && typeof owner.since === 'string';
    const slurm = parseSlurmJob(owner.slurm);
    return complete ? { ...owner, slurm } : undefined;
  } catch {
    return undefined;
  }
}

function heldBy(folder: string, { path, owner }: Claim): FolderHeldError {
  const cure = owner.slurm
    ? `Wait for the job to end, or cancel it: \`scancel ${owner.slurm.id}\`.`
    : owner.host === hostname()
      ? `Wait for it to end, or stop it: \`kill ${owner.pid}\`.`
      : `If that process no longer runs, remove its lock: \`rm ${shellWord(path)}\`. This shows whether it runs: \`ssh ${shellWord(owner.host)} ps -p ${owner.pid}\`.`;
  return new FolderHeldError(folder, owner, cure);
}
