/** Draws what a terminal showed as a moving SVG: each row is a strip of the texts that it had, and a style sheet moves the strips. */
import xterm from '@xterm/headless';
import { escapeHtml } from '../src/report/html.js';

/** Output of a terminal, and when it came. */
export interface Output {
  readonly seconds: number;
  readonly text: string;
}

/** A page, and how long it stays. */
interface Page {
  readonly rows: readonly string[];
  readonly seconds: number;
}

export interface TerminalSvgOptions {
  readonly columns: number;
  readonly rows: number;
  /** Read to those who do not see the picture. */
  readonly title: string;
  /** The longest time that a picture stays, in seconds: waits are shortened to it. */
  readonly longest: number;
  /** The time of the last picture, in seconds. */
  readonly last: number;
}

/** Output within this time is one picture. */
const PICTURE_SECONDS = 0.12;
/** A picture of a growing bar for so many seconds. */
const BAR_SECONDS = 2;
const [FONT_SIZE, LINE_HEIGHT, CHARACTER_WIDTH, PADDING] = [14, 20, 8.43, 14];
const [BACKGROUND, FOREGROUND] = ['#16181d', '#d7dae0'];
/** Colors 0 to 15 of a terminal, on a dark background. */
const PALETTE =
  '#16181d #ef6b73 #7fc37f #d9b95c #6ea8e8 #c68be0 #5fbfc4 #d7dae0 #7a808c #ff8f95 #9ee09e #f0d27a #8fc0f7 #dcaaf0 #82d8dc #ffffff'.split(
    ' ',
  );

/** Draws a recording. */
export async function terminalSvg(
  recording: readonly Output[],
  options: TerminalSvgOptions,
): Promise<string> {
  const pages = await pagesOf(recording, options);
  const whole = pages.reduce((sum, { seconds }) => sum + seconds, 0);
  const strips = Array.from({ length: options.rows }, (_, y) => stripOf(pages, y));
  const width = round(options.columns * CHARACTER_WIDTH + 2 * PADDING);
  const height = options.rows * LINE_HEIGHT + 2 * PADDING;
  const title = escapeHtml(options.title);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" role="img" aria-label="${title}">`,
    `<title>${title}</title>`,
    `<style>${strips.reduce((style, strip, y) => style + motionOf(strip, y, whole), STYLE)}</style>`,
    `<rect width="100%" height="100%" rx="8" fill="${BACKGROUND}"/>`,
    ...strips.map((strip, y) => drawnStrip(strip, y, width)),
    '</svg>',
    '',
  ].join('\n');
}

/** A text of a row, and the second from which it is there. */
interface Shown {
  readonly row: string;
  readonly from: number;
}

/** Returns the texts that a row has, one after the other. */
function stripOf(pages: readonly Page[], y: number): Shown[] {
  const strip: Shown[] = [];
  let from = 0;
  for (const { rows, seconds } of pages) {
    if (strip.at(-1)?.row !== rows[y]) strip.push({ row: rows[y], from });
    from += seconds;
  }
  return strip;
}

/** Draws the texts of a row below each other, in a window that shows one of them. */
function drawnStrip(strip: readonly Shown[], y: number, width: number): string {
  const texts = strip.map(({ row }, n) =>
    row === '' ? '' : `<text y="${n * LINE_HEIGHT + FONT_SIZE}">${row}</text>`,
  );
  const place = `x="${PADDING}" y="${PADDING + y * LINE_HEIGHT}" width="${width - PADDING}" height="${LINE_HEIGHT}"`;
  return `<svg ${place}><g class="r${y}">${texts.join('')}</g></svg>`;
}

/** Moves the strip of a row; who asks for less motion sees the end of it. */
function motionOf(strip: readonly Shown[], y: number, whole: number): string {
  const moved = (n: number) => `{transform:translateY(${-n * LINE_HEIGHT}px)}`;
  const end = strip.length - 1;
  if (end === 0) return '';
  const steps = strip.map(({ from }, n) => `${round((100 * from) / whole)}%${moved(n)}`).join('');
  const still = moved(end).replace('}', ';animation:none}');
  return [
    `.r${y}{animation:r${y} ${whole.toFixed(2)}s step-end infinite}`,
    `@keyframes r${y}{${steps}100%${moved(end)}}`,
    `@media(prefers-reduced-motion:reduce){.r${y}${still}}`,
    '',
  ].join('\n');
}

const STYLE = `text{font:${FONT_SIZE}px ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;fill:${FOREGROUND};white-space:pre}
.bold{font-weight:bold}
`;

async function pagesOf(recording: readonly Output[], options: TerminalSvgOptions): Promise<Page[]> {
  const { columns, rows, longest, last } = options;
  const terminal = new xterm.Terminal({ cols: columns, rows, allowProposedApi: true });
  const pages: Page[] = [];
  let lastBar = Number.NEGATIVE_INFINITY;
  for (const [n, { text, seconds }] of recording.entries()) {
    await new Promise<void>((resolve) => terminal.write(text, resolve));
    const next = recording[n + 1]?.seconds;
    if (next === undefined) return [...pages, { rows: rowsOf(terminal), seconds: last }];
    if (next - seconds < PICTURE_SECONDS && !isLetter(text)) continue;
    // A bar that grows is shown in few pictures.
    const isBar = !text.includes('\n') && !isLetter(text);
    if (isBar && seconds - lastBar < BAR_SECONDS) continue;
    if (isBar) lastBar = seconds;
    pages.push({ rows: rowsOf(terminal), seconds: Math.min(longest, next - seconds) });
  }
  return pages;
}

/** Whether it is the echo of a key. */
function isLetter(text: string): boolean {
  return text.length === 1;
}

/** Returns the rows of the screen as SVG text. */
function rowsOf(terminal: xterm.Terminal): string[] {
  const { active } = terminal.buffer;
  return Array.from({ length: terminal.rows }, (_, y) => {
    const line = active.getLine(active.viewportY + y);
    return line === undefined ? '' : rowOf(line);
  });
}

/** Joins neighboring cells of one style. */
function rowOf(line: xterm.IBufferLine): string {
  const runs: { style: string; text: string }[] = [];
  const length = line.translateToString(true).length;
  for (let x = 0; x < length; x++) {
    const cell = line.getCell(x);
    if (cell === undefined || cell.getWidth() === 0) continue;
    const style = styleOfCell(cell);
    const text = cell.getChars() || ' ';
    const open = runs.at(-1);
    if (open?.style === style) open.text += text;
    else runs.push({ style, text });
  }
  return runs
    .map(({ style, text }) => (style ? `<tspan${style}>${escapeHtml(text)}</tspan>` : escapeHtml(text)))
    .join('');
}

function styleOfCell(cell: xterm.IBufferCell): string {
  const color = cell.isFgPalette() ? ` fill="${PALETTE[cell.getFgColor()] ?? FOREGROUND}"` : '';
  const weight = cell.isBold() ? ' class="bold"' : '';
  return `${color}${weight}${cell.isDim() ? ' opacity="0.6"' : ''}`;
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
