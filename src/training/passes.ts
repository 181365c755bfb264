/** The windows of each pass over the training split. */
import { type TokenSource, type Window, WindowSource } from '../corpus/windows.js';
import type { NetworkSpec } from '../spec/systems.js';
import { type RandomLengths, randomBounds } from './window-lengths.js';

/** Windows by pass, from 0, and by their index within it. */
export interface Passes {
  windowsIn(pass: number): number;
  /** Time steps of a window. */
  stepsOf(pass: number, inPass: number): number;
  window(pass: number, inPass: number): Window;
}

/** The passes of a spec over a split. */
export function trainingPasses(training: NetworkSpec['training'], tokens: TokenSource): Passes {
  const { batchSize, bptt, randomBptt, seed } = training;
  const source = new WindowSource(tokens, { batchSize, bptt, tail: 'drop' });
  if (randomBptt) return new RandomPasses(source, randomBptt, { seed, bptt });
  return {
    windowsIn: () => source.count,
    stepsOf: () => bptt,
    window: (_, inPass) => source.window(inPass),
  };
}

/** Passes that are cut at other places each. */
class RandomPasses implements Passes {
  /** Of the pass that was asked for last: passes come one after the other. */
  private known: { readonly pass: number; readonly bounds: readonly number[] } | null = null;

  constructor(
    private readonly source: WindowSource,
    private readonly lengths: RandomLengths,
    private readonly draw: { readonly seed: number; readonly bptt: number },
  ) {}

  windowsIn(pass: number): number {
    return this.bounds(pass).length - 1;
  }

  stepsOf(pass: number, inPass: number): number {
    const bounds = this.bounds(pass);
    return bounds[inPass + 1] - bounds[inPass];
  }

  window(pass: number, inPass: number): Window {
    const bounds = this.bounds(pass);
    return this.source.between(bounds[inPass], bounds[inPass + 1]);
  }

  private bounds(pass: number): readonly number[] {
    if (this.known?.pass !== pass) {
      const bounds = randomBounds(this.lengths, { ...this.draw, pass }, this.source.steps);
      this.known = { pass, bounds };
    }
    return this.known.bounds;
  }
}
