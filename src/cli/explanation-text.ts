/** The text of `zlm spec explain`. */
import { defaultInWords, type Explanation, inlineYaml } from '../spec/explain.js';
import { isChoice, parseKey, schemaAt } from '../spec/schema.js';
import { renderTable } from './table.js';
import { wrapLine, wrapWords } from './text-width.js';

/** Widest line of a description, in columns. */
const LINE_WIDTH = 100;

/** Renders keys: the named one in full, and those below it as a tree. @param width of the terminal; infinite without one */
export function renderExplanations(
  keys: readonly Explanation[],
  isNamed: boolean,
  width: number = Number.POSITIVE_INFINITY,
): string {
  const [first, ...below] = keys;
  if (!isNamed || !first) return renderTree(keys, width);
  const tree = below.length > 0 ? ['', renderTree(below, width)] : [];
  return [renderExplanation(first, width), ...tree].join('\n');
}

/** Renders one key: its title, description, allowed values and default. */
function renderExplanation(explanation: Explanation, width: number): string {
  const { key, title, description, expected } = explanation;
  const head = [`${key}: ${title}`, ...wrapWords(description, Math.min(LINE_WIDTH, width)), ''];
  const facts = [`values   ${expected}`, `default  ${defaultInWords(explanation)}`];
  return [...head, ...facts.flatMap((line) => wrapLine(line, width))].join('\n');
}

function renderTree(keys: readonly Explanation[], width: number): string {
  const columns = [{ title: 'key' }, { title: 'title', wraps: true }, { title: 'default', rank: 1 }];
  return renderTable(columns, treeRows(keys), width);
}

/**
 * Returns keys as the rows of a tree: indented name, title, default. A map whose keys follow has no default of its own.
 *
 * @param explanations keys in the order of the schema
 */
function treeRows(explanations: readonly Explanation[]): string[][] {
  const depths = explanations.map(({ key }) => parseKey(key).length);
  const top = Math.min(...depths);
  return explanations.map((explanation, index) => {
    const indent = '  '.repeat((depths[index] ?? top) - top);
    return [indent + parseKey(explanation.key).at(-1), explanation.title, defaultOfRow(explanation)];
  });
}

function defaultOfRow(explanation: Explanation): string {
  if (explanation.presence === 'required') return 'required';
  const isPlainMap = typeof explanation.default === 'object' && explanation.default !== null;
  if (explanation.default === undefined || (isPlainMap && !isChoice(schemaAt(parseKey(explanation.key)))))
    return '';
  return inlineYaml(explanation.default);
}
