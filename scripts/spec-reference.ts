/** The reference of the spec's keys, generated from its JSON Schema. */
import { type Explanation, explainAll } from '../src/spec/explain.js';
import { defaultInWords } from '../src/spec/explain-text.js';
import { specSchema } from '../src/spec/schema.js';

const INTRODUCTION = `<!-- Generated from schemas/spec.schema.json by \`npm run generate\`; change the schema instead. -->
# The spec

${specSchema().description}

A spec is a YAML file. It says what differs from the defaults, which are the paper's conventions; \`zlm spec show FILE\`
prints it with everything filled in, \`zlm spec check FILE\` shows every fault with its line, and \`zlm spec explain KEY\`
prints an entry of this page. Sections and figures are those of the paper, [arXiv 1409.2329](https://arxiv.org/abs/1409.2329).
With the line \`# yaml-language-server: $schema=…/schemas/spec.schema.json\` at its top, editors complete and check it as you type.

\`\`\`yaml
corpus: ptb
model:
  embedding: 650
  layers: [{ lstm: 650 }, { lstm: 650 }]
  init: { uniform: 0.05 }
dropout:
  input: { rate: 0.5 }
  between: { rate: 0.5 }
  output: { rate: 0.5 }
training:
  schedule: { decay: { factor: 0.8333333333333334, afterEpoch: 6 } }
\`\`\``;

const CHOICES = `## Choices

Where several kinds of a thing exist, or may come to exist, a map holds **exactly one** key, the kind, with what the kind
needs below it: \`schedule: { constant: {} }\` or \`schedule: { decay: { factor: 0.5, afterEpoch: 4 } }\`. So it is with
\`model.init\`, each item of \`model.layers\`, \`training.optimizer\` and \`training.schedule\`.`;

const EDGE_TABLE = renderTable([
  ['edge', 'from → to', 'in the paper'],
  ['`input`', 'embedding → first layer', 'dropped'],
  ['`between`', 'layer l → layer l + 1, at the same time step', 'dropped'],
  ['`output`', 'last layer → softmax', 'dropped'],
  ['`recurrent`', 'h(t - 1) → h(t), within a layer', 'never dropped'],
]);

const FAMILY_TABLE = renderTable([
  ['regularizer', 'entries'],
  ["none: the paper's small model", 'every rate 0, the default'],
  ["the paper's medium model", '`{ rate: 0.5 }` at `input`, `between` and `output`'],
  ['variational dropout', 'rates at all four edges, with `mask: sequence`'],
  ['the mistake that the paper warns of', '`recurrent: { rate: 0.5 }`, as in configs/naive.yaml'],
]);

const EDGES = `## The table of edges

Where dropout stands is the paper's subject, so it is a table: each edge of the network has a drop probability \`rate\` and
a \`mask\` lifetime. For L layers, the three vertical edges make L + 1 places where units are dropped.

${EDGE_TABLE}

\`mask: step\` draws a new mask at every time step, as the paper does; \`mask: sequence\` keeps one mask for a whole window, as
Gal and Ghahramani (2016) do. The regularizers of the family are entries of this table:

${FAMILY_TABLE}`;

const VARIANTS = `## Variants

### extends

\`extends: ./medium.yaml\` starts from another spec, whose path is relative to the file that names it. Then

- maps merge key by key, to any depth;
- lists and single values replace the parent's: a list of layers is given whole;
- a choice that names another kind replaces the parent's: \`schedule: { constant: {} }\` in the child takes away a parent's decay,
  while \`schedule: { decay: { afterEpoch: 8 } }\` keeps the parent's factor;
- a parent may extend in turn; a circle is refused.

A fault in a value is shown in the file that the value stands in.

### --set

\`--set KEY=VALUE\` changes one key from the command line, after \`extends\`, as often as needed. The value is YAML.

\`\`\`sh
zlm train configs/small.yaml --set training.seed=2 --set model.layers.0.lstm=300
zlm train configs/small.yaml --set 'training.schedule={constant: {}}' --set training.clipNorm=null
\`\`\`

Unlike \`extends\`, it replaces the value of its key whole. List items are counted from 0, and the number after the last one appends.
Naming another kind of a choice, as in \`--set training.schedule.constant={}\`, switches to it.`;

/** A Markdown table, padded as the formatter of the repository wants it; the first row is the head. */
function renderTable(rows: readonly (readonly string[])[]): string {
  const [head = [], ...body] = rows;
  const widths = head.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const rule = widths.map((width) => '-'.repeat(width));
  const padded = [head, rule, ...body].map((row) =>
    row.map((cell, column) => cell.padEnd(widths[column] ?? 0)),
  );
  return padded.map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

/** The text of docs/spec.md. */
export function generateReference(): string {
  const sections = [INTRODUCTION, keyTree(), CHOICES, EDGES, VARIANTS, '## Keys', ...explainAll().map(entry)];
  return `${sections.join('\n\n')}\n`;
}

/** All keys, indented by depth, with their titles as comments. */
function keyTree(): string {
  const keys = explainAll();
  const lines = keys.map(({ key }) => {
    const segments = key.split('.');
    const name = segments.at(-1) === '0' ? '-' : `${segments.at(-1)}:`;
    return '  '.repeat(segments.length - 1) + name;
  });
  const width = Math.max(...lines.map((line) => line.length));
  const commented = lines.map((line, index) => `${line.padEnd(width)}  # ${keys[index]?.title}`);
  return ['## The tree of keys', '', '```text', ...commented, '```'].join('\n');
}

function entry(explanation: Explanation): string {
  const { key, title, description, expected } = explanation;
  const words = defaultInWords(explanation);
  return [
    `### \`${key}\``,
    '',
    `**${title}.** ${description}`,
    '',
    `- holds: ${expected}`,
    `- default: ${explanation.default === undefined ? words : `\`${words}\``}`,
  ].join('\n');
}
