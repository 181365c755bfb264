/** What the kinds of a choice have in common, read without asking for each kind. */
import type { Layer, Optimizer } from './spec.generated.js';

/** The names of a choice's kinds. */
type KindOf<Choice> = Choice extends unknown ? keyof Choice : never;

/** A layer's kind, named by its cell. */
export type Cell = KindOf<Layer>;

/** The cell of a layer. */
export function cellOf(layer: Layer): Cell {
  const [cell] = Object.keys(layer) as Cell[];
  if (!cell) throw new Error('a layer is of exactly one kind');
  return cell;
}

/** An optimizer's learning rate before the schedule. */
export function baseLearningRate(optimizer: Optimizer): number {
  const [settings] = Object.values(optimizer) as { readonly learningRate: number }[];
  if (!settings) throw new Error('an optimizer is of exactly one kind');
  return settings.learningRate;
}
