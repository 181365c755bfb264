/**
 * The resolved spec: what a spec file says once everything it extends, every override and every default is in.
 * Generated from schemas/spec.schema.json by `npm run generate`; change the schema instead.
 */

/**
 * One recurrent layer, named by its cell. Exactly one kind.
 */
export type Layer = {
  /**
   * Width of a layer of long short-term memory cells without peepholes, in units (section 3.1).
   */
  lstm: number;
};
/**
 * How the parameters are drawn. Exactly one kind.
 */
export type Init = {
  /**
   * Draw every parameter, biases included, evenly from -a to a; the value is a (section 4.1: 0.1 small, 0.05 medium, 0.04 large).
   */
  uniform: number;
};
/**
 * What turns a gradient into a step. Exactly one kind.
 */
export type Optimizer = {
  /**
   * Plain steps against the gradient, without momentum (section 4.1).
   */
  sgd: {
    /**
     * Length of a step in multiples of the gradient, before the schedule (section 4.1: 1).
     */
    learningRate: number;
  };
};
/**
 * How the learning rate changes from epoch to epoch. Exactly one kind.
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
         * What the learning rate is multiplied by each epoch. The paper divides by 2, 1.2 and 1.15 (section 4.1): 0.5, 0.8333333333333334 and 0.8695652173913043.
         */
        factor: number;
        /**
         * Number of epochs at the full learning rate (section 4.1: 4 small, 6 medium, 14 large).
         */
        afterEpoch: number;
      };
    };

/**
 * A dropout-LSTM language model of Zaremba, Sutskever and Vinyals 2014, and how it is trained.
 */
export interface Spec {
  /**
   * Name of a prepared corpus, as given by `zlm prepare`: ptb, sotu, or a name of your own.
   */
  corpus: string;
  /**
   * The network: an embedding, a stack of recurrent layers, a softmax over the vocabulary (section 3).
   */
  model: {
    /**
     * Width of a word's vector, in units. The paper makes it as wide as the layers (section 4.1).
     */
    embedding: number;
    /**
     * The recurrent layers from the embedding up to the softmax. The paper stacks two (section 4.1).
     */
    layers: Layer[];
    /**
     * Use the embedding table, transposed, as the softmax's weights (Press and Wolf 2017). The paper does not tie. The last layer must then be as wide as the embedding.
     */
    tieEmbedding: boolean;
    init: Init;
  };
  /**
   * What is dropped where: one entry for each edge of the network (section 3.2, figure 2). The paper drops on the vertical edges, input, between and output, and never on the recurrent one.
   */
  dropout: {
    input: Edge;
    between: Edge;
    output: Edge;
    recurrent: Edge;
  };
  /**
   * How the parameters are fitted: truncated backpropagation through time and stochastic gradient descent (section 4.1). The loss is a sum over time and a mean over the batch.
   */
  training: {
    /**
     * Number of columns, in sequences, into which the corpus is cut to be read side by side (section 4.1: 20).
     */
    batchSize: number;
    /**
     * Length of a window, in tokens, through which gradients flow; the state is carried on to the next window (section 4.1: 20 for the small model, 35 for the others).
     */
    bptt: number;
    /**
     * Number of epochs, each ended by an evaluation on the validation split and a checkpoint. The default is that of the paper's medium model, whose batch, window and clipping are the defaults too (section 4.1).
     */
    epochs: number;
    /**
     * Number of windows after which an epoch ends, or null for one pass over the corpus, as in the paper. Shorter epochs let a large corpus be evaluated, saved and scheduled more often; the next epoch goes on where the last one stopped.
     */
    windowsPerEpoch: number | null;
    /**
     * Greatest L2 norm of the gradient over all parameters together; a longer gradient is scaled down to it. Null clips nothing (section 4.1: 5, and 10 for the large model).
     */
    clipNorm: number | null;
    optimizer: Optimizer;
    schedule: Schedule;
    /**
     * When the state is saved inside an epoch, besides at its end.
     */
    checkpoint: {
      /**
       * Time between two checkpoints, in minutes: the most work that a power cut can cost.
       */
      everyMinutes: number;
    };
    /**
     * What matrix products compute in while training. f32: float32. mixed: operands rounded to bfloat16, sums in float32; parameters, states and everything between products stay float32. Faster where the processor has bfloat16 instructions. Evaluation is always float32.
     */
    precision: 'f32' | 'mixed';
    /**
     * Seed of everything random: the initial parameters and the dropout masks. The same seed gives the same run.
     */
    seed: number;
  };
}
/**
 * Dropout on one edge of the network. What is kept is scaled by 1/(1 - rate), so that nothing changes at test time.
 */
export interface Edge {
  /**
   * Probability that a unit is dropped (section 4.1: 0.5 for the medium model, 0.65 for the large one).
   */
  rate: number;
  /**
   * How long a mask lives: step draws a fresh one at every time step (the paper); sequence keeps one for a whole window (Gal and Ghahramani 2016).
   */
  mask: 'step' | 'sequence';
}
