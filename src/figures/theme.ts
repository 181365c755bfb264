/** Colors and dashes of figures, in light and dark. */

/**
 * Colors of series, on white and on near-black: those of Okabe and Ito (2008), which readers with any color vision tell apart, darkened on white
 * and lightened on black to a contrast of 3 to 1 or more.
 */
const LIGHT = ['#0067a8', '#c84b00', '#00805e', '#a8437e', '#8a6a00', '#1a7f9c', '#5b5b5b', '#6a3fb5'];
const DARK = ['#5bb8f0', '#ff9152', '#35cfa4', '#ec93c6', '#e6c229', '#8fdcf2', '#b4bac2', '#b49bf2'];

/** Dashes of the second round of colors, the third, and so on. */
const DASHES = ['', '7 3', '2 3', '9 3 2 3'];

/** Dash of a line that is dashed for its meaning. */
const DASHED = '4 3';

/** Returns the CSS color of a series. */
export function seriesColor(index: number): string {
  return `var(--series-${index % LIGHT.length})`;
}

/** Returns the `stroke-dasharray` of a series; empty for a full line. */
export function seriesDash(index: number, dashed = false): string {
  return dashed ? DASHED : DASHES[Math.floor(index / LIGHT.length) % DASHES.length];
}

const variables = (colors: readonly string[]) =>
  colors.map((color, index) => `--series-${index}:${color}`).join(';');

/** The style sheet of a figure. A page on paper is white in either scheme. */
export const FIGURE_STYLE = `
.zlm-figure{color:#1d2329;${variables(LIGHT)};font:12px system-ui,-apple-system,'Segoe UI',Roboto,sans-serif;max-width:100%;height:auto}
.zlm-figure .title{font-size:15px;font-weight:600}
.zlm-figure text{fill:currentColor;white-space:pre}
@media (prefers-color-scheme:dark){@media screen{.zlm-figure{color:#e4e8ec;${variables(DARK)}}}}
`;
