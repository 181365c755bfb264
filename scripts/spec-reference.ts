/** Generates the reference of the spec's keys from its JSON Schema. */
import { defaultInWords, type Explanation, explainAll } from '../src/spec/explain.js';
import { specSchema } from '../src/spec/schema.js';
import { EDGES, SOURCES, SYSTEMS } from './reference-family.js';

const INTRODUCTION = `<!-- Generated from schemas/spec.schema.json by \`npm run generate\`; change the schema instead. -->
# The spec

${specSchema().description}

A spec is a YAML file with the keys that differ from the defaults, which are the paper's conventions. \`zlm spec init CORPUS\` writes a first one
for a corpus, \`zlm spec show FILE\` prints it with everything filled in, \`zlm spec check FILE\` shows every fault with its line, and \`zlm spec explain KEY\`
prints an entry of this page. Sections and figures are those of the paper, [arXiv 1409.2329](https://arxiv.org/abs/1409.2329);
other [sources](#sources) are cited by name.
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

A choice among kinds is a map with **exactly one** key, the kind, and the keys of this kind below it: \`schedule: { constant: {} }\`
or \`schedule: { decay: { factor: 0.5, afterEpoch: 4 } }\`. The choices are \`model.init\`, each item of \`model.layers\`,
\`training.optimizer\` and \`training.schedule\`.

An optional part is \`null\` or a map: \`earlyStopping: null\`, \`earlyStopping: { patience: 10 }\`, or \`earlyStopping: {}\` with the
defaults of its keys. \`model.context\` and \`training.randomBptt\` are optional parts too.`;

const VARIANTS = `## Variants

### extends

\`extends: ./medium.yaml\` starts from another spec, whose path is relative to the file that names it. Then

- maps merge key by key, to any depth;
- lists and single values replace the parent's: a list of layers must be complete;
- a choice that names another kind replaces the parent's: \`schedule: { constant: {} }\` in the child removes a parent's decay,
  while \`schedule: { decay: { afterEpoch: 8 } }\` keeps the parent's factor;
- a parent may extend another spec; a circle is refused.

A fault in a value is shown in the file that contains the value.

Within a file, YAML's anchors, aliases and merge keys work: \`input: &drop { rate: 0.5 }\`, and then \`output: { <<: *drop }\`.

### --set

\`--set KEY=VALUE\` changes one key from the command line, after \`extends\`, as often as needed. The value is YAML.

\`\`\`sh
zlm train configs/small.yaml --set training.seed=2 --set model.layers.0.lstm=300
zlm train configs/small.yaml --set 'training.schedule={constant: {}}' --set training.clipNorm=null
\`\`\`

Unlike \`extends\`, it replaces the value of its key whole. List items are counted from 0, and the number after the last one appends.
Naming another kind of a choice as a whole, as in \`--set training.schedule.constant={}\`, switches to it. A key inside a kind that
the spec does not have, such as \`training.optimizer.adam.learningRate\` when the optimizer is SGD, is refused: it would silently replace one
kind by the other.`;

/** Returns the text of docs/spec.md. */
export function generateReference(): string {
  const keys = ['## Keys', ...explainAll().map(entry)];
  const sections = [INTRODUCTION, keyTree(), CHOICES, SYSTEMS, EDGES, VARIANTS, ...keys, SOURCES];
  return `${sections.join('\n\n')}\n`;
}

/** Lists all keys, indented by depth, with their titles as comments. */
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
    `- values: ${expected}`,
    `- default: ${explanation.default === undefined ? words : `\`${words}\``}`,
  ].join('\n');
}
