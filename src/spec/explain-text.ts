/** Explanations of keys as plain text. */
import { stringify } from 'yaml';
import type { Explanation } from './explain.js';
import { isChoice, parseKey, schemaAt } from './schema.js';

/** Widest line of an explanation, in characters. */
const LINE_WIDTH = 100;

/** What the default is when there is none. */
const NO_DEFAULT: Readonly<Record<Explanation['presence'], string>> = {
  required: 'none: a spec must give it',
  optional: 'none',
  choice: 'none: name it to choose it',
};

/** One key: its title, its description, what it holds and its default. */
export function renderExplanation(explanation: Explanation): string {
  const { key, title, description, expected } = explanation;
  const head = [`${key}: ${title}`, ...wrap(description), ''];
  return [...head, `holds    ${expected}`, `default  ${defaultInWords(explanation)}`].join('\n');
}

/** The default as one line of YAML, or that there is none. */
export function defaultInWords(explanation: Explanation): string {
  return explanation.default === undefined
    ? NO_DEFAULT[explanation.presence]
    : inlineYaml(explanation.default);
}

/**
 * Keys as the rows of a tree: indented name, title, default. Of a map whose keys follow, the defaults are theirs.
 *
 * @param explanations keys in the schema's order
 */
export function treeRows(explanations: readonly Explanation[]): string[][] {
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

function inlineYaml(value: unknown): string {
  return stringify(value, { collectionStyle: 'flow', lineWidth: 0 }).trimEnd();
}

/** A text cut between words into lines of at most {@link LINE_WIDTH} characters. */
function wrap(text: string): string[] {
  const lines = [''];
  for (const word of text.split(' ')) {
    const line = lines.at(-1) ?? '';
    if (line.length + word.length + 1 > LINE_WIDTH) lines.push(word);
    else lines[lines.length - 1] = line === '' ? word : `${line} ${word}`;
  }
  return lines;
}
