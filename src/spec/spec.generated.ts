/**
 * The resolved spec: what a spec file says once everything it extends, every override and every default is in.
 * Generated from schemas/spec.schema.json by `npm run generate`; change the schema instead.
 */

/**
 * A language model of the family of Zaremba, Sutskever and Vinyals 2014, its predecessors and successors, and its training.
 */
export type Spec = NetworkSpec | NgramSpec;
/**
 * One layer, named by its cell. Exactly one kind.
 */
export type Layer =
  | {
      /**
       * Width of a layer of long short-term memory cells without peepholes, in units (section 3.1).
       */
      lstm: number;
    }
  | {
      /**
       * Width of a layer of gated recurrent units, in units: h(t) = (1 - z) * n + z * h(t-1) with the candidate n = tanh(W x + b + r * (U h(t-1) + b')), gates r and z (Cho et al. 2014, in the form of cuDNN).
       */
      gru: number;
    }
  | {
      /**
       * Width of a layer without gates, in units: h(t) = tanh(W x + U h(t-1) + b) (Elman 1990).
       */
      rnn: number;
    }
  | {
      /**
       * A recurrent layer whose step from h(t-1) to h(t) is a network of several layers of its own, each with tanh: the DT-RNN of Pascanu et al. 2014, section 3.3. The DOT(S)-RNN of its results adds a feedForward layer above (deep output).
       */
      deepTransition: {
        /**
         * Width of the hidden state and of every layer of the transition, in units.
         */
        units: number;
        /**
         * Number of tanh layers between h(t-1) and h(t); 1 would be a plain recurrent layer (Pascanu et al. 2014: 2).
         */
        depth: number;
        /**
         * Whether h(t-1) also enters the last layer of the transition directly, past the other layers: the (S) of DT(S)-RNN, which eases the flow of gradients through time (Pascanu et al. 2014, figure 2).
         */
        shortcut: boolean;
      };
    }
  | {
      /**
       * Width of a layer without recurrence, in units: tanh(W x + b) at each time step. Above a recurrent layer it is the deep output of Pascanu et al. 2014; it cannot be the first layer.
       */
      feedForward: number;
    };
/**
 * Distribution of the initial parameters, or the run that they come from. Exactly one kind.
 */
export type Init =
  | {
      /**
       * Draw every parameter, including biases, uniformly from -a to a; the value is a (section 4.1: 0.1 small, 0.05 medium, 0.04 large).
       */
      uniform: number;
    }
  | {
      /**
       * Draw the weights from a normal distribution with mean 0 and set biases to 0; the value is its standard deviation.
       */
      normal: number;
    }
  | {
      /**
       * Draw the embedding table and the softmax's weights uniformly from -a to a, where a is the value of embedding, and the parameters of a layer uniformly from -1/sqrt(H) to 1/sqrt(H), where H is its number of units; the softmax's bias is zero (Merity et al. 2018).
       */
      scaledUniform: {
        /**
         * Largest absolute value in the embedding table and the softmax's weights at the start (Merity et al. 2018: 0.1).
         */
        embedding: number;
      };
    }
  | {
      /**
       * Draw a random orthogonal recurrent matrix for each gate, which preserves the length of the state (Saxe et al. 2014); draw the other weights uniformly between -sqrt(6 / (inputs + outputs)) and sqrt(6 / (inputs + outputs)) (Glorot and Bengio 2010) and the embedding from -0.1 to 0.1, and set biases to 0. Written as {}.
       */
      orthogonal: {};
    }
  | {
      /**
       * Start from the best parameters of a run (from their averages, where it averaged): the name of the run below runs/, its folder, or latest. The network and the vocabulary must be the same; everything else of the spec may differ. Merity et al. 2018 fine-tune in this way. The best epoch of the new run may be worse than the run that it started from.
       */
      from: string;
    };
/**
 * Probability of being dropped (section 4.1: 0.5 for the medium model's units, 0.65 for the large one's).
 */
export type Rate = number;
/**
 * Lifetime of a mask: step draws a new one at every time step (the paper); sequence keeps one for a whole window (Gal and Ghahramani 2016).
 */
export type MaskLifetime = 'step' | 'sequence';
/**
 * The rule that turns a gradient into a step. Exactly one kind.
 */
export type Optimizer =
  | {
      /**
       * Plain steps against the gradient, without momentum (section 4.1).
       */
      sgd: {
        /**
         * Length of a step in multiples of the gradient, before the schedule (section 4.1: 1).
         */
        learningRate: number;
      };
    }
  | {
      /**
       * Stochastic gradient descent whose result is the average of the parameters over all steps since averaging began (Polyak and Juditsky 1992); validation, evaluation and sampling use the average. With the trigger of AWD-LSTM it is the NT-ASGD of Merity et al. 2018.
       */
      averagedSgd: {
        /**
         * Length of a step in multiples of the gradient, before the schedule (Merity et al. 2018: 30, with loss mean).
         */
        learningRate: number;
        /**
         * Averaging begins after the first epoch whose validation perplexity is above the best of all earlier epochs except the last so many (Merity et al. 2018: 5). Unused where startEpoch is set.
         */
        nonMonotonic: number;
        /**
         * Epoch, counted from 1, with which averaging begins; null waits for the trigger of nonMonotonic.
         */
        startEpoch: number | null;
      };
    }
  | {
      /**
       * Steps scaled by running moments of the gradient, with bias correction (Kingma and Ba 2015, algorithm 1).
       */
      adam: {
        /**
         * Length of a step, before the schedule (Kingma and Ba 2015: 0.001).
         */
        learningRate: number;
        /**
         * Factor of the running mean of the gradient at each step.
         */
        beta1: number;
        /**
         * Factor of the running mean of the squared gradient at each step.
         */
        beta2: number;
        /**
         * Added to the divisor, so that it is never zero.
         */
        epsilon: number;
      };
    }
  | {
      /**
       * Steps divided by the root of a running mean of the squared gradient (Tieleman and Hinton 2012).
       */
      rmsprop: {
        /**
         * Length of a step, before the schedule.
         */
        learningRate: number;
        /**
         * Factor of the running mean of the squared gradient at each step.
         */
        decay: number;
        /**
         * Added to the divisor, so that it is never zero.
         */
        epsilon: number;
      };
    };
/**
 * The change of the learning rate from epoch to epoch. Exactly one kind.
 */
export type Schedule =
  | {
      /**
       * The optimizer's learning rate in every epoch; written as {}.
       */
      constant: {};
    }
  | {
      /**
       * The optimizer's learning rate at first, then smaller by a factor each epoch: epoch e, counted from 1, has learningRate * factor^max(0, e - afterEpoch) (section 4.1).
       */
      decay: {
        /**
         * Factor of the learning rate per epoch. The paper divides by 2, 1.2 and 1.15 (section 4.1): 0.5, 0.8333333333333334 and 0.8695652173913043.
         */
        factor: number;
        /**
         * Number of epochs at the full learning rate (section 4.1: 4 small, 6 medium, 14 large).
         */
        afterEpoch: number;
      };
    }
  | {
      /**
       * The optimizer's learning rate at first, then multiplied by factor whenever the validation perplexity stops falling: after more than patience epochs in a row that are no better than the best before by more than the fraction threshold. With the defaults it is halved after every epoch without improvement.
       */
      plateau: {
        /**
         * Factor of the learning rate after a plateau.
         */
        factor: number;
        /**
         * Number of epochs in a row without improvement before the learning rate falls.
         */
        patience: number;
        /**
         * Fraction by which a validation perplexity must be below the best one before it to count as an improvement.
         */
        threshold: number;
      };
    }
  | {
      /**
       * Half a cosine from the optimizer's learning rate in epoch 1 to the fraction final of it: epoch e of E has learningRate * (final + (1 - final) * (1 + cos(pi * (e - 1) / E)) / 2), so the epoch after the last one would reach the fraction (Loshchilov and Hutter 2017, without restarts).
       */
      cosine: {
        /**
         * Final learning rate, as a fraction of that of the first epoch.
         */
        final: number;
      };
    };

/**
 * A spec of a network.
 */
export interface NetworkSpec {
  /**
   * Name of a prepared corpus, as given by `zlm prepare`: ptb, sotu, or a name of your own.
   */
  corpus: string;
  /**
   * What the network is trained to do. Exactly one kind.
   */
  task:
    | {
        /**
         * Predict the next token of a text, written as {} (section 4.1).
         */
        languageModelling: {};
      }
    | {
        /**
         * Translate the sentences of a parallel corpus (section 4.3). A batch is batchSize pairs of sentences; gradients flow through whole pairs.
         */
        translation: {
          /**
           * Which layers read the source: shared reads source and then target with one stack, as the paper does (section 4.3); separate has an encoder with parameters of its own, of the same layers, whose final state starts the decoder (Sutskever et al. 2014).
           */
          stack: 'shared' | 'separate';
          /**
           * Whether the source is read from its last word to its first, which brings the first words of both languages together (Sutskever et al. 2014, section 3.3).
           */
          reverseSource: boolean;
          /**
           * Whether each word of the target looks back at all outputs of a separate encoder (Luong et al. 2015, section 3.1, global attention): dot compares by h·s, general by h·W·s. None leaves the decoder with the encoder's final state alone.
           */
          attention: 'none' | 'dot' | 'general';
          /**
           * What is measured on valid besides the perplexity.
           */
          validation: {
            /**
             * BLEU of translations of valid, as zlm eval computes it. Null for the perplexity alone.
             */
            bleu: {
              /**
               * BLEU is measured after every so many epochs, and after the last.
               */
              everyEpochs: number;
              /**
               * Translations of a sentence that are kept side by side during the search; 1 is greedy.
               */
              beam: number;
              /**
               * Whether BLEU instead of perplexity chooses the best epoch and ends a training by earlyStopping. An epoch without BLEU is then never the best, once one has it. A plateau schedule goes by perplexity in any case.
               */
              decides: boolean;
            } | null;
          };
        };
      };
  /**
   * The model that predicts the next word: a network of an embedding, a stack of layers and a softmax over the vocabulary (section 3), or an n-gram model.
   */
  model: {
    /**
     * Width of a word's vector, in units. The paper makes it as wide as the layers (section 4.1).
     */
    embedding: number;
    /**
     * The layers from the embedding up to the softmax, each of any width. The paper stacks two LSTM layers (section 4.1).
     */
    layers: Layer[];
    /**
     * Use the transposed embedding table as the weights of the softmax (Press and Wolf 2017). Where the input of the softmax (the units of the last layer and any topics of model.context) has another width than the embedding, a projection without bias is added between them. The paper does not tie them.
     */
    tieEmbedding: boolean;
    /**
     * Initial bias of the forget gates of LSTM layers; a positive value makes memory last from the start (Jozefowicz et al. 2015: 1). Null draws them like the other parameters, as the paper does.
     */
    forgetBias: number | null;
    init: Init;
    /**
     * Topics of the words read so far as a second input of the first layer and of the softmax, which dropout does not affect (Mikolov and Zweig 2012). `zlm prepare topics` trains them. Null for a network that sees only words.
     */
    context: {
      /**
       * Number of topics K of the latent Dirichlet allocation (Mikolov and Zweig 2012: 40).
       */
      topics: number;
      /**
       * Weight of the earlier words: with t(w) the topics of word w, the context is f(t) = f(t-1)^decay * t(w)^(1-decay), scaled to a sum of 1 (Mikolov and Zweig 2012, equation 8: 0.95).
       */
      decay: number;
    } | null;
  };
  /**
   * Noise during training: dropout on each edge of the network (section 3.2, figure 2), of whole word types and of single weights, and units that keep their old value. The paper drops on the vertical edges, input, between and output, and never on the recurrent one.
   */
  dropout: {
    /**
     * Dropout of word types: the row of a dropped word in the embedding table is zero in the whole window, in every column of the batch (Gal and Ghahramani 2016; one mask for the batch as in the code of Merity et al. 2018, where Gal's draws one for each column). Kept rows are scaled by 1/(1 - rate). A tied softmax still sees every row.
     */
    embedding: {
      rate: Rate;
    };
    input: Edge;
    between: Edge;
    /**
     * Dropout on the last layer's output, where it enters the softmax.
     */
    output: {
      rate: Rate;
      mask: MaskLifetime;
    };
    recurrent: Edge;
    /**
     * DropConnect: single weights of the hidden-to-hidden matrices are dropped, with one mask per window, and kept ones are scaled by 1/(1 - rate) (Wan et al. 2013, Merity et al. 2018).
     */
    recurrentWeight: {
      rate: Rate;
    };
    /**
     * Units that keep the value of the time step before instead of being dropped, drawn at each time step; at test time their state is the expectation, z * old + (1 - z) * new (Krueger et al. 2017).
     */
    zoneout: {
      /**
       * Probability that a unit of c, the memory of an LSTM layer, keeps its old value (Krueger et al. 2017: 0.5).
       */
      cell: number;
      /**
       * Probability that a unit of h keeps its old value (Krueger et al. 2017: 0.05).
       */
      hidden: number;
    };
  };
  /**
   * Training of the parameters: truncated backpropagation through time and, by default, plain stochastic gradient descent (section 4.1).
   */
  training: {
    /**
     * Number of columns (sequences) into which the corpus is cut, and which are read side by side (section 4.1: 20).
     */
    batchSize: number;
    /**
     * Of a translation, the most target tokens in a batch, each target counted with its <eos> and as long as the longest beside it: so batches of short sentences have more pairs than batches of long ones, and batchSize is the most pairs that one may have. A pair that is longer by itself is a batch of its own. Null for batches of batchSize pairs.
     */
    batchTokens: number | null;
    /**
     * Length of a window, in tokens, through which gradients flow; the state is carried on to the next window (section 4.1: 20 for the small model, 35 for the others). With randomBptt, the mean length.
     */
    bptt: number;
    /**
     * Train on every line as a sequence of its own, from the zero state, instead of on windows of one stream. The first token of a line is predicted from <eos>, so a text of N tokens has N predictions. A batch is batchSize lines of similar length; gradients flow through whole lines, and bptt is not used.
     */
    sentences: boolean;
    /**
     * Draw the length of each window, so that its borders differ in every pass (Merity et al. 2018): the mean is bptt, or bptt / 2 with probability halve, and the length is drawn from a normal distribution around it. The learning rate of a window is scaled by its length / bptt where loss is mean. Null makes every window bptt long, as the paper does.
     */
    randomBptt: {
      /**
       * Probability that the mean length of a window is bptt / 2 instead of bptt (Merity et al. 2018: 0.05).
       */
      halve: number;
      /**
       * Standard deviation of the length around its mean, in tokens (Merity et al. 2018: 5).
       */
      deviation: number;
      /**
       * Minimum length of a window, in tokens; shorter drawn lengths are raised to it (Merity et al. 2018: 5).
       */
      minimum: number;
    } | null;
    /**
     * Number of epochs, each ended by an evaluation on the validation split and a checkpoint. The default is that of the paper's medium model, whose batch, window and clipping are the defaults too (section 4.1).
     */
    epochs: number;
    /**
     * Number of tokens from the beginning of the train split that the network is trained on, or null for all of them. With less text a network overfits sooner, which is where regularization shows. Vocabulary, valid and test stay those of the corpus.
     */
    tokens: number | null;
    /**
     * Number of windows after which an epoch ends, or null for one pass over the corpus, as in the paper. Shorter epochs let a large corpus be evaluated, saved and scheduled more often; the next epoch continues where the last one stopped. With randomBptt, windows of every length count alike.
     */
    windowsPerEpoch: number | null;
    /**
     * The loss of a window. sum: the sum over its time steps of the mean over the batch, as in the paper. mean: the mean over all its predictions, as in most later code; the learning rate of a window is then scaled by its length / bptt. A gradient under sum is bptt times the one under mean, so learning rate and clipping must be chosen with it.
     */
    loss: 'sum' | 'mean';
    /**
     * Largest L2 norm of the gradient over all parameters together; a larger gradient is scaled down to it. Null disables clipping (section 4.1: 5, and 10 for the large model).
     */
    clipNorm: number | null;
    /**
     * Largest absolute value of each element of the gradient; larger elements are cut to it. Null disables clipping. Only one of clipNorm and clipValue can be set, and clipNorm is set by default: write clipNorm: null beside it.
     */
    clipValue: number | null;
    /**
     * L2 regularization: weightDecay * w is added to the gradient of each parameter w after clipping, so it is coupled with the optimizer and falls with the learning rate (Gal and Ghahramani 2016: 1e-7, in whose code it does not fall; Merity et al. 2018: 1.2e-6). The paper has none.
     */
    weightDecay: number;
    /**
     * Weight alpha of the penalty alpha * mean(h^2) on the last layer's output after dropout, which keeps activations small (Merity et al. 2018: 2). It is added to the mean loss per prediction; where loss is sum, it is multiplied by the window's length like the rest.
     */
    activationRegularization: number;
    /**
     * Weight beta of the penalty beta * mean((h(t) - h(t-1))^2) on the last layer's output before dropout, which keeps it from changing fast (Merity et al. 2018: 1). Added to the loss like activationRegularization.
     */
    temporalActivationRegularization: number;
    optimizer: Optimizer;
    schedule: Schedule;
    /**
     * End the training before its last epoch once the validation perplexity stops falling. Null trains all epochs, as the paper does.
     */
    earlyStopping: {
      /**
       * Number of epochs in a row without a new best validation perplexity after which training ends.
       */
      patience: number;
    } | null;
    /**
     * Checkpoints within an epoch, in addition to the one at its end.
     */
    checkpoint: {
      /**
       * Time between two checkpoints, in minutes: the most work that a power failure can lose.
       */
      everyMinutes: number;
    };
    /**
     * Precision of matrix products during training. f32: float32. mixed: operands rounded to bfloat16, sums in float32; parameters, states and everything between products stay float32. Faster where the processor has bfloat16 instructions. tf32: as mixed, with operands rounded to TF32, which keeps three more bits; on the backend cuda alone, on GPUs of compute capability 8.0 and newer. Evaluation is always float32.
     */
    precision: 'f32' | 'tf32' | 'mixed';
    /**
     * Seed of everything random: the initial parameters, the masks and the window lengths. The same seed gives the same run.
     */
    seed: number;
  };
}
/**
 * Dropout on one edge of the network. Kept units are scaled by 1/(1 - rate), so no scaling is needed at test time.
 */
export interface Edge {
  rate: Rate;
  mask: MaskLifetime;
  /**
   * Whether each gate of the LSTM layer above the edge has its own mask (the untied weights of Gal and Ghahramani 2016) instead of one mask for all gates.
   */
  perGate: boolean;
}
/**
 * A spec of an n-gram model.
 */
export interface NgramSpec {
  /**
   * Name of a prepared corpus, as given by `zlm prepare`: ptb, sotu, or a name of your own.
   */
  corpus: string;
  /**
   * The model that predicts the next word: a network of an embedding, a stack of layers and a softmax over the vocabulary (section 3), or an n-gram model.
   */
  model: {
    /**
     * An interpolated n-gram model instead of a network, counted in one pass over the corpus. It cannot be combined with other keys of model, dropout or training.
     */
    ngram: {
      /**
       * Length n of the n-grams: a word is predicted from the n - 1 before it. The paper's KN5 row has 5 (table 1).
       */
      order: number;
      /**
       * Distribution of the probability between seen and unseen n-grams: modified-kneser-ney discounts each count by one of three amounts per order and gives the rest to the next lower order (Chen and Goodman 1998).
       */
      smoothing: 'modified-kneser-ney';
    };
  };
}
