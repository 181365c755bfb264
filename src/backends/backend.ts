/** The door that every backend comes through: adding one is a file like `wasm.ts` and a line in `select.ts`. */

/** The backends that there are, fastest first. */
export const BACKEND_NAMES = ['wasm', 'cpu'] as const;
export type BackendName = (typeof BACKEND_NAMES)[number];

/** Whether a backend can run on this machine, and why, in words for a person. */
export interface Probe {
  readonly available: boolean;
  readonly reason: string;
}

/** One way to run tensors. */
export interface Backend {
  readonly name: BackendName;
  /** Finds out whether it can run here, without making it the active backend. */
  probe(): Promise<Probe>;
  /** Registers it with tfjs; afterwards `tf.setBackend(name)` takes it. */
  load(): Promise<void>;
}
