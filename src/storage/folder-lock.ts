// Keeps two processes out of one folder. Each puts down a claim file with a name of its own and then looks
// for others, so of two that come at once at least one sees the other. A claim's name is never used twice:
// removing the claim of a dead process can therefore never hit a living one's, however many try it at once.
import { randomBytes } from 'node:crypto';
import { readdir, readFile, rm } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { UserError } from '../errors.js';
import { shellWord } from '../shell-word.js';
import { writeFileAtomically } from './atomic-write.js';
import { describeFileError, fileErrorCode } from './file-error.js';
import { processIsDead, processStart, removeLeftoversIn } from './temporary.js';

/** The process that has a lock. */
export interface LockOwner {
  readonly pid: number;
  readonly host: string;
  /** Start of the process, in clock ticks since boot; absent where the system does not report it. */
  readonly processStart?: string;
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
    const who = `process ${owner.pid} on ${owner.host}, since ${owner.since}`;
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
const POLL_MS = 20;

/**
 * Locks a folder for this process. The lock of a dead process of this host is removed. The lock of a living process, or
 * of a process on another host (whose state is unknown here), is respected.
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
    if (!(await isDead(claim.owner))) return claim.owner;
  }
  return undefined;
}

async function putDownClaim(folder: string): Promise<Claim> {
  const now = new Date();
  const owner: LockOwner = {
    pid: process.pid,
    host: hostname(),
    processStart: await processStart(process.pid),
    since: now.toISOString(),
  };
  const name = `lock.${now.getTime()}.${process.pid}.${randomBytes(4).toString('hex')}.json`;
  const path = join(folder, name);
  await writeFileAtomically(path, `${JSON.stringify(owner)}\n`);
  return { path, owner };
}

/** Returns when no living claim but ours is left; the earlier of two that came at once stays. */
async function winAgainstOthers(folder: string, ours: Claim): Promise<void> {
  const deadline = Date.now() + WITHDRAWAL_MS;
  for (;;) {
    const rival = await firstLivingRival(folder, ours);
    if (!rival) return;
    const cameFirst = ours.path < rival.path;
    if (!cameFirst || Date.now() > deadline) throw heldBy(folder, rival);
    await sleep(POLL_MS);
  }
}

async function firstLivingRival(folder: string, ours: Claim): Promise<Claim | undefined> {
  for (const claim of await readClaims(folder)) {
    if (claim.path === ours.path) continue;
    if (!(await isDead(claim.owner))) return claim;
    await rm(claim.path, { force: true });
  }
  return undefined;
}

async function isDead(owner: LockOwner): Promise<boolean> {
  return owner.host === hostname() && (await processIsDead(owner.pid, owner.processStart));
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
    return complete ? owner : undefined;
  } catch {
    return undefined;
  }
}

function heldBy(folder: string, { path, owner }: Claim): FolderHeldError {
  const cure =
    owner.host === hostname()
      ? `Wait for it to end, or stop it: \`kill ${owner.pid}\`.`
      : `If that process no longer runs, remove its lock: \`rm ${shellWord(path)}\`.`;
  return new FolderHeldError(folder, owner, cure);
}
