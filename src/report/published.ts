/** Published perplexities on the Penn Treebank, for the table of results. Each has its source; none was measured with zlm. */

/** A published figure; null where the source gives none. */
export interface PublishedFigure {
  readonly model: string;
  readonly valid: number | null;
  readonly test: number;
  readonly source: string;
}

const ZAREMBA = 'Zaremba et al. 2014, arXiv 1409.2329';

/** The systems of the paper's table of results, one of each kind. */
export const PAPER_FIGURES: readonly PublishedFigure[] = [
  { model: 'KN5', valid: null, test: 141.2, source: 'Mikolov and Zweig 2012' },
  { model: 'RNN-LDA', valid: null, test: 113.7, source: 'Mikolov and Zweig 2012' },
  { model: 'Deep RNN', valid: null, test: 107.5, source: 'Pascanu et al. 2014, arXiv 1312.6026' },
  { model: 'Non-regularized LSTM (small)', valid: 120.7, test: 114.5, source: ZAREMBA },
  { model: 'Medium regularized LSTM', valid: 86.2, test: 82.7, source: ZAREMBA },
  { model: 'Large regularized LSTM', valid: 82.2, test: 78.4, source: ZAREMBA },
  { model: '38 large LSTMs, averaged', valid: 71.9, test: 68.7, source: ZAREMBA },
];

/** The other systems of that table, and what came after. */
export const MORE_FIGURES: readonly PublishedFigure[] = [
  { model: 'RNN-LDA + KN5 + cache', valid: null, test: 92.0, source: 'Mikolov and Zweig 2012' },
  { model: '2 non-regularized LSTMs, averaged', valid: 100.4, test: 96.1, source: ZAREMBA },
  { model: '5 non-regularized LSTMs, averaged', valid: 87.9, test: 84.1, source: ZAREMBA },
  { model: '10 non-regularized LSTMs, averaged', valid: 83.5, test: 80.0, source: ZAREMBA },
  { model: '2 medium LSTMs, averaged', valid: 80.6, test: 77.0, source: ZAREMBA },
  { model: '5 medium LSTMs, averaged', valid: 76.7, test: 73.3, source: ZAREMBA },
  { model: '10 medium LSTMs, averaged', valid: 75.2, test: 72.0, source: ZAREMBA },
  { model: '2 large LSTMs, averaged', valid: 76.9, test: 73.6, source: ZAREMBA },
  { model: '10 large LSTMs, averaged', valid: 72.8, test: 69.5, source: ZAREMBA },
  {
    model: 'Variational LSTM, large, untied masks',
    valid: null,
    test: 75.2,
    source: 'Gal and Ghahramani 2016, arXiv 1512.05287',
  },
  {
    model: 'The same with MC dropout',
    valid: null,
    test: 73.4,
    source: 'Gal and Ghahramani 2016, arXiv 1512.05287',
  },
  { model: 'Large LSTM, tied', valid: null, test: 74.3, source: 'Press and Wolf 2017, arXiv 1608.05859' },
  { model: 'Zoneout LSTM', valid: null, test: 77.4, source: 'Krueger et al. 2017, arXiv 1606.01305' },
  {
    model: 'AWD-LSTM without fine-tuning',
    valid: null,
    test: 58.8,
    source: 'Merity et al. 2018, arXiv 1708.02182',
  },
  { model: 'AWD-LSTM', valid: null, test: 57.3, source: 'Merity et al. 2018, arXiv 1708.02182' },
  { model: 'AWD-LSTM + cache', valid: null, test: 52.8, source: 'Merity et al. 2018, arXiv 1708.02182' },
  {
    model: 'AWD-LSTM + dynamic evaluation',
    valid: null,
    test: 51.1,
    source: 'Krause et al. 2018, arXiv 1709.07432',
  },
];
