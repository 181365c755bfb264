/** Which specs the programs that zlm is compared with can train. */
import type { Spec } from '../src/spec/spec.generated.js';

/** Whether dropout acts as in the paper: on vertical edges only, with a fresh mask at each step. */
export function dropsAsInThePaper({ input, between, output, recurrent }: Spec['dropout']): boolean {
  return (
    recurrent.rate === 0 && [input, between, output].every(({ rate, mask }) => rate === 0 || mask === 'step')
  );
}
