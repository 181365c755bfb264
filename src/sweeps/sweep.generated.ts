/**
 * A sweep file as it is written. Generated from schemas/sweep.schema.json by `npm run generate`; change the schema instead.
 */

/**
 * A comparison of trainings: one spec, its variants, and the seeds of each.
 */
export interface SweepFile {
  /**
   * Name of the sweep: its folder, and the beginning of the names of its runs. By default the name of the file.
   */
  name?: string;
  /**
   * Path of the spec that all runs begin with, relative to the sweep file.
   */
  spec: string;
  /**
   * Values of keys of the spec, as --set takes them: training.epochs: 5. One entry may name several keys, separated by commas, that all get the value.
   */
  set?: {
    [k: string]: unknown;
  };
  /**
   * What is compared, by name. A variant has its own overrides, and may begin with another spec.
   */
  variants?: {
    [k: string]: {
      /**
       * Path of the spec that the variant begins with instead, relative to the sweep file.
       */
      spec?: string;
      /**
       * Overrides of the variant, applied after those of all runs.
       */
      set?: {
        [k: string]: unknown;
      };
      /**
       * Keys with several values each, of which the sweep takes the best. Every combination is trained with the first seed; the one with the lowest valid perplexity is trained with the other seeds and evaluated on test. The others never are.
       */
      tune?: {
        /**
         * @minItems 1
         */
        [k: string]: unknown[];
      };
    };
  };
  /**
   * Keys with several values each: every variant is trained with every combination. One entry may name several keys, separated by commas, that all get the same value.
   */
  grid?: {
    /**
     * @minItems 1
     */
    [k: string]: unknown[];
  };
  /**
   * Values of training.seed: each is a run. By default one, that of the spec. An n-gram model has none and is counted once.
   *
   * @minItems 1
   */
  seeds?: number[];
  /**
   * How long each run trains: so many tokens, or so many minutes.
   */
  budget?: {
    /**
     * Tokens that each run is trained on, in as many epochs as its spec has: training.windowsPerEpoch follows from it, and can be one pass at most. So runs with other windows see as much text.
     */
    tokens?: number;
    /**
     * Minutes of training after which a run is stopped. Its best epoch up to then counts. How far a run gets then depends on the machine.
     */
    minutes?: number;
  };
}
