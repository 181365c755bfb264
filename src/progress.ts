/** Progress of long work: services report it, `cli/progress.ts` draws it. */
export interface Progress {
  /** Label of the work, for a person: "ptb.train.txt", "epoch 3". */
  readonly label: string;
  /** Units finished so far. */
  readonly done: number;
  /** Units in all, when known. */
  readonly total?: number;
  readonly unit:
    | 'bytes'
    | 'windows'
    | 'tokens'
    | 'n-grams'
    | 'files'
    | 'turns'
    | 'sentences'
    | 'utterances'
    | 'members';
  /** Short figures to show beside the bar, the most important first: "perplexity 181.2". */
  readonly figures?: readonly string[];
  /** The rate to show, where it is not that of the units. */
  readonly rate?: { readonly perSecond: number; readonly unit: string };
}

/** Receives progress; called often, so it must be cheap. */
export type OnProgress = (progress: Progress) => void;

/** Arguments of work that reports its progress. */
export interface ProgressListener {
  readonly signal: AbortSignal;
  readonly onProgress: OnProgress;
}

/**
 * Runs work and yields its reports as events. A consumer that is slower than the work gets the newest report and misses those
 * before it. When the consumer stops early, the work is aborted, and has ended before the generator does.
 *
 * @param signal  aborts the work
 * @param eventOf makes an event of a report
 * @returns the result of the work
 * @throws what the work throws, after its last report
 */
export async function* withProgress<Result, Event>(
  work: (listener: ProgressListener) => Promise<Result>,
  signal: AbortSignal,
  eventOf: (progress: Progress) => Event,
): AsyncGenerator<Event, Result, void> {
  const stop = new AbortController();
  const reports: Progress[] = [];
  let isOver = false;
  let wake = () => {};
  const result = work({
    signal: AbortSignal.any([signal, stop.signal]),
    onProgress: (progress) => {
      reports[0] = progress;
      wake();
    },
  }).finally(() => {
    isOver = true;
    wake();
  });
  // A failure is thrown below; until then it must not end the process.
  result.catch(() => {});
  try {
    while (!isOver || reports.length > 0) {
      const [newest] = reports.splice(0);
      if (newest) yield eventOf(newest);
      else {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    }
  } finally {
    stop.abort();
    await Promise.allSettled([result]);
  }
  return await result;
}
