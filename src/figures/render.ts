/**
 * Draws figures as SVG with Observable Plot on a document of linkedom. The SVG needs nothing else: no script, font or request. It follows the
 * reader's light or dark scheme through CSS, has a text alternative, and the same figure gives the same bytes. The two libraries take
 * longer to load than the rest of zlm, so they are imported at the first drawing.
 */
import { visibleData } from '../visible.js';
import { drawBars, drawLines } from './draw.js';
import type { Figure } from './figure.js';
import { legendHeight, legendOf } from './legend.js';
import { type SvgDocument, type SvgElement, svgElement, text } from './svg-element.js';
import { FIGURE_STYLE } from './theme.js';

/** Options of a drawing. */
export interface RenderOptions {
  /** Width in CSS pixels; the text has a fixed size, so a narrow place needs a narrow drawing. */
  readonly width?: number;
  /** Height of the plot of lines, without legend and titles. */
  readonly plotHeight?: number;
  /** Whether the drawing contains the figure's title; a page has a caption of its own. */
  readonly titled?: boolean;
  /** Figures side by side. */
  readonly columns?: number;
}

const TITLE_HEIGHT = 30;
const GAP = 28;
/** Digits after the decimal point of coordinates. */
const PRECISION = 2;

/**
 * Draws one figure, or several in a grid.
 *
 * @param figures one or more
 * @returns an `<svg>` element as text
 */
export async function renderFigures(
  figures: readonly Figure[],
  { width = 720, plotHeight = 300, titled = true, columns = 1 }: RenderOptions = {},
): Promise<string> {
  const [Plot, { DOMParser }] = await Promise.all([import('@observablehq/plot'), import('linkedom')]);
  // A document of XML, so that texts in attributes are escaped as XML needs it. Its types ask for more than its functions do.
  const blank = '<svg xmlns="http://www.w3.org/2000/svg"/>';
  const document = new DOMParser().parseFromString(blank, 'image/svg+xml') as unknown as SvgDocument;
  const panelWidth = Math.floor((width - (columns - 1) * GAP) / columns);
  const panels = figures.map((unsafe) => {
    // XML admits no controls, and marks of direction would reorder the text around them.
    const figure = visibleData(unsafe);
    const head = titled ? TITLE_HEIGHT : 0;
    const legend = legendOf(figure, panelWidth);
    const above = head + legendHeight(legend);
    const size = { width: panelWidth, above, plotHeight };
    const panel =
      figure.kind === 'lines'
        ? drawLines(Plot, document, figure, size)
        : drawBars(Plot, document, figure, size);
    cleanUp(panel.element);
    const children = [
      ...(titled ? [text(document, figure.title, { x: 0, y: 16, class: 'title' })] : []),
      ...legend.map((item) => item.draw(document, head)),
    ];
    panel.element.append(...children);
    return { ...panel, figure };
  });
  const root = svgElement(document, 'svg', {
    xmlns: 'http://www.w3.org/2000/svg',
    class: 'zlm-figure',
    role: 'img',
    'aria-label': panels.map(({ figure: { title, caption } }) => `${title}. ${caption}`).join(' '),
  });
  const title = svgElement(document, 'title', {});
  title.textContent = panels.map(({ figure }) => figure.title).join('; ');
  const style = svgElement(document, 'style', {});
  style.textContent = FIGURE_STYLE;
  root.append(title, style);
  const height = placeInGrid(panels, columns, panelWidth, root);
  setAll(root, { viewBox: `0 0 ${width} ${height}`, width: String(width), height: String(height) });
  return root.outerHTML;
}

/** Places panels in rows, each as high as its highest panel. Returns the height of all. */
function placeInGrid(
  panels: readonly { readonly element: SvgElement; readonly height: number }[],
  columns: number,
  panelWidth: number,
  root: SvgElement,
): number {
  let top = 0;
  for (let first = 0; first < panels.length; first += columns) {
    const row = panels.slice(first, first + columns);
    if (first > 0) top += GAP;
    row.forEach(({ element }, column) => {
      setAll(element, { x: String(column * (panelWidth + GAP)), y: String(top) });
      root.append(element);
    });
    top += Math.max(...row.map(({ height }) => height));
  }
  return top;
}

/** Removes what Plot writes for a drawing that stands alone, and rounds coordinates. */
function cleanUp(panel: SvgElement): void {
  for (const style of panel.querySelectorAll('style')) style.remove();
  for (const name of ['class', 'font-family', 'font-size']) panel.removeAttribute(name);
  panel.setAttribute('aria-hidden', 'true');
  for (const element of [panel, ...panel.querySelectorAll('*')]) {
    for (const name of ['aria-label', 'aria-description']) element.removeAttribute(name);
    for (const { name, value } of [...element.attributes]) {
      const rounded = value.replace(/-?\d+\.\d{3,}(?:e-\d+)?/g, (number) =>
        String(Number(Number(number).toFixed(PRECISION))),
      );
      if (rounded !== value) element.setAttribute(name, rounded);
    }
  }
}

function setAll(element: SvgElement, attributes: Readonly<Record<string, string>>): void {
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
}
