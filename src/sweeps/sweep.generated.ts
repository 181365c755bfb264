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
   * What runs the trainings where it is not this machine, and its options. --launcher of the command line has priority.
   */
  launcher?: {
    /**
     * The job array that zlm sweep submits to Slurm.
     */
    slurm?: {
      /**
       * Partition, or several separated by commas. By default that of the cluster.
       */
      partition?: string;
      /**
       * Time limit of a task, as MINUTES, HOURS:MINUTES:SECONDS or DAYS-HOURS. A run that needs longer saves before it, is queued again, and continues.
       */
      time?: string;
      /**
       * GPUs of a task; zlm uses one. By default none.
       */
      gpus?: number;
      /**
       * Processors of a task, and threads of zlm. By default one.
       */
      cpus?: number;
      /**
       * Memory of a task. By default that of the cluster.
       */
      memory?: string;
      /**
       * Account that is charged. By default that of the user.
       */
      account?: string;
      /**
       * Tasks of the array that run at once, at most.
       */
      arrayLimit?: number;
      /**
       * Seconds before the time limit at which a run saves and is queued again; by default 120. Slurm rounds it by up to a minute.
       */
      saveSeconds?: number;
      /**
       * More options of sbatch, such as --qos=long.
       */
      extra?: string[];
    };
  };
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
