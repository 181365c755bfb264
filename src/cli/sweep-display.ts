/** Shows a sweep on stderr while it runs: a table in place on a terminal, elsewhere a line for each run that changes. */
import type { SweepReport } from '../sweeps/report.js';
import type { SweepEvent } from '../sweeps/start-sweep.js';
import { withOwnColors } from './base-command.js';
import { changedLines, renderSweep } from './sweep-table.js';
import { isScreen, openViewer, type Viewer, type WatchStream } from './watch-runs.js';

/** The display of one sweep. Its texts are already safe to show. */
export class SweepDisplay {
  #viewer: Viewer | null = null;
  #last: SweepReport | null = null;
  #notes: string[] = [];

  constructor(private readonly stream: WatchStream = process.stderr) {}

  /** Shows an event. */
  show(event: SweepEvent): void {
    if (event.kind === 'note') this.note(event.line);
    else this.#showReport(event.report);
  }

  /** Shows a line that stays: below the table on a terminal. */
  note(line: string): void {
    if (!isScreen(this.stream)) this.stream.write(`${line}\n`);
    else {
      this.#notes.push(line);
      if (this.#last) this.#showReport(this.#last);
    }
  }

  /** Leaves the last table on the terminal. */
  close(): void {
    this.#viewer?.close();
    this.#viewer = null;
  }

  #showReport(report: SweepReport): void {
    if (isScreen(this.stream)) {
      this.#viewer ??= openViewer(this.stream);
      const notes = this.#notes;
      this.#viewer.show({
        state: '',
        render: (width) => withOwnColors([renderSweep(report, width), ...notes].join('\n')),
      });
    } else {
      for (const line of changedLines(this.#last, report)) this.stream.write(`${line}\n`);
    }
    this.#last = report;
  }
}
