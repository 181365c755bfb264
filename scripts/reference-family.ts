/** Sections of the reference on the systems and regularizers of the model family. */
import { renderTable } from './markdown-table.js';

const SYSTEM_TABLE = renderTable([
  ['system', 'keys', 'spec'],
  ['n-gram model with modified Kneser-Ney smoothing', '`model: { ngram: {} }`', 'configs/kn5.yaml'],
  ['plain recurrent network', '`layers: [{ rnn: 200 }, { rnn: 200 }]`', 'configs/rnn.yaml'],
  ['the same with topics as context, RNN-LDA', '`model.context: {}`', 'configs/rnn-lda.yaml'],
  [
    'deep recurrent network, DOT(S)-RNN',
    '`layers: [{ deepTransition: { units: 200 } }, { feedForward: 200 }]`',
    'configs/deep-rnn.yaml',
  ],
  ['gated recurrent units', '`layers: [{ gru: 200 }, { gru: 200 }]`', 'configs/gru.yaml'],
  ["the paper's LSTM", '`layers: [{ lstm: 200 }, { lstm: 200 }]`', 'configs/small.yaml'],
]);

/** The two forms of `model`. */
export const SYSTEMS = `## Networks and n-gram models

A spec describes a network, with \`model.embedding\`, \`model.layers\` and the other keys of \`model\`, \`dropout\` and \`training\`; or
an n-gram model, with \`model.ngram\` alone. These are the systems of the paper's table of results and related ones:

${SYSTEM_TABLE}

Layers of different kinds and widths can be stacked: \`layers: [{ lstm: 1150 }, { gru: 400 }]\`.`;

const EDGE_TABLE = renderTable([
  ['entry', 'acts on', 'a mask lasts', 'in the paper'],
  ['`embedding`', 'rows of the embedding table: word types', 'a window', 'never'],
  ['`input`', 'embedding → first layer', 'as `mask` says', 'dropped'],
  ['`between`', 'layer l → layer l + 1, at the same time step', 'as `mask` says', 'dropped'],
  ['`output`', 'last layer → softmax', 'as `mask` says', 'dropped'],
  ['`recurrent`', 'h(t - 1) → h(t), within a layer', 'as `mask` says', 'never'],
  ['`recurrentWeight`', 'single weights from h(t - 1) to h(t)', 'a window', 'never'],
  ['`zoneout`', 'units of c and h, which keep their old value', 'a step', 'never'],
]);

const FAMILY_TABLE = renderTable([
  ['member', 'keys', 'spec'],
  ["the paper's small model: no regularization", 'every rate 0, the default', 'configs/small.yaml'],
  [
    "the paper's dropout",
    '`{ rate: 0.5 }` at `input`, `between` and `output`',
    'configs/medium.yaml, large.yaml',
  ],
  ['the mistake that the paper warns of', '`recurrent: { rate: 0.5 }` besides', 'configs/naive.yaml'],
  [
    'variational dropout',
    'rates at all four edges with `mask: sequence`, and at `embedding`',
    'configs/variational-large.yaml',
  ],
  [
    'the same with untied weights',
    '`perGate: true` at `input`, `between` and `recurrent`',
    'configs/variational-large.yaml',
  ],
  ['zoneout', '`zoneout: { cell: 0.25, hidden: 0.025 }`', 'configs/zoneout.yaml'],
  ['DropConnect', '`recurrentWeight: { rate: 0.5 }`', 'configs/awd-lstm.yaml'],
  [
    'penalties on activations, AR and TAR',
    '`training.activationRegularization`, `training.temporalActivationRegularization`',
    'configs/awd-lstm.yaml',
  ],
  ['weight decay', '`training.weightDecay`', 'configs/variational-large.yaml'],
  ['tied embedding', '`model.tieEmbedding: true`', 'configs/tied-large.yaml, small-tied.yaml'],
  [
    'averaging with a non-monotonic trigger',
    '`training.optimizer: { averagedSgd: { learningRate: 30 } }`, which goes with `loss: mean` and `clipNorm: 0.25`',
    'configs/awd-lstm.yaml',
  ],
  ['windows of random length', '`training.randomBptt: {}`', 'configs/awd-lstm.yaml'],
  [
    'AWD-LSTM',
    'the six above together, word types, and masks with `mask: sequence`',
    'configs/awd-lstm.yaml',
  ],
  ['fine-tuning', '`model.init: { from: RUN }`', 'configs/awd-lstm-finetune.yaml'],
  ['early stopping', '`training.earlyStopping: {}`', 'configs/awd-lstm-finetune.yaml'],
]);

/** The table of edges, and the regularizers that its entries and some keys of training make. */
export const EDGES = `## The table of edges

The paper's subject is where dropout acts, so dropout is a table: each edge of the network has a drop probability \`rate\` and
a \`mask\` lifetime. For L layers, the three vertical edges make L + 1 places where units are dropped. Three more entries are
for words, weights and kept values instead of edges.

${EDGE_TABLE}

\`mask: step\` draws a new mask at every time step, as the paper does; \`mask: sequence\` keeps one mask for a whole window, as
Gal and Ghahramani (2016) do. With \`perGate: true\` each gate of an LSTM layer has a mask of its own. The regularizers of the
family are entries of this table and a few keys of \`training\`:

${FAMILY_TABLE}`;

/** Titles and addresses of the cited papers. */
export const SOURCES = `## Sources

Sections, figures and tables without a name are those of Zaremba, Sutskever and Vinyals 2014. The others:

${renderTable([
  ['cited as', 'work'],
  ['Chen and Goodman 1998', 'An Empirical Study of Smoothing Techniques for Language Modeling'],
  [
    'Cho et al. 2014',
    'Learning Phrase Representations using RNN Encoder-Decoder for Statistical Machine Translation, arXiv 1406.1078',
  ],
  ['Elman 1990', 'Finding Structure in Time'],
  [
    'Gal and Ghahramani 2016',
    'A Theoretically Grounded Application of Dropout in Recurrent Neural Networks, arXiv 1512.05287',
  ],
  ['Glorot and Bengio 2010', 'Understanding the Difficulty of Training Deep Feedforward Neural Networks'],
  ['Jozefowicz et al. 2015', 'An Empirical Exploration of Recurrent Network Architectures'],
  ['Kingma and Ba 2015', 'Adam: A Method for Stochastic Optimization, arXiv 1412.6980'],
  [
    'Krueger et al. 2017',
    'Zoneout: Regularizing RNNs by Randomly Preserving Hidden Activations, arXiv 1606.01305',
  ],
  ['Loshchilov and Hutter 2017', 'SGDR: Stochastic Gradient Descent with Warm Restarts, arXiv 1608.03983'],
  ['Merity et al. 2018', 'Regularizing and Optimizing LSTM Language Models, arXiv 1708.02182'],
  ['Mikolov and Zweig 2012', 'Context Dependent Recurrent Neural Network Language Model'],
  ['Pascanu et al. 2014', 'How to Construct Deep Recurrent Neural Networks, arXiv 1312.6026'],
  ['Polyak and Juditsky 1992', 'Acceleration of Stochastic Approximation by Averaging'],
  ['Press and Wolf 2017', 'Using the Output Embedding to Improve Language Models, arXiv 1608.05859'],
  [
    'Saxe et al. 2014',
    'Exact Solutions to the Nonlinear Dynamics of Learning in Deep Linear Neural Networks, arXiv 1312.6120',
  ],
  ['Tieleman and Hinton 2012', 'Lecture 6.5, RMSProp, of Neural Networks for Machine Learning'],
  ['Wan et al. 2013', 'Regularization of Neural Networks using DropConnect'],
])}`;
