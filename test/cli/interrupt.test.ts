import { afterEach, describe, expect, it, vi } from 'vitest';
import { interruptible } from '../../src/cli/interrupt.js';

afterEach(() => vi.restoreAllMocks());

/** Sends signals to work that waits until it is aborted, and tells how often that was announced and what exits there were. */
async function send(...signals: NodeJS.Signals[]) {
  const exit = vi.spyOn(process, 'exit').mockImplementation(() => undefined as never);
  const announce = vi.fn();
  const work = (signal: AbortSignal) =>
    new Promise<string>((resolve) => {
      signal.addEventListener('abort', () => setImmediate(() => resolve(signal.reason.kind)));
    });
  const ended = interruptible(work, announce);
  for (const name of signals) process.emit(name, name);
  return { reason: await ended, announced: announce.mock.calls.length, exits: exit.mock.calls };
}

describe.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)('the first %s', (name) => {
  it('the first signal asks the work to stop', async () => {
    const before = process.listenerCount(name);
    expect(await send(name)).toEqual({ reason: 'interrupted', announced: 1, exits: [] });
    expect(process.listenerCount(name)).toBe(before);
  });
});

it.each([
  ['SIGINT', 'SIGTERM'],
  ['SIGHUP', 'SIGINT'],
] as const)('%s and then %s end the process at once', async (...signals) => {
  expect(await send(...signals)).toEqual({ reason: 'interrupted', announced: 1, exits: [[130]] });
});

it('a closed terminal, reported by the system and the shell, leaves time to save', async () => {
  expect(await send('SIGHUP', 'SIGHUP')).toEqual({ reason: 'interrupted', announced: 1, exits: [] });
});
