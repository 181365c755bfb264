/**
 * The public API: everything that the command line does, for programs. The commands call the same services; here every
 * option has the default that the command line has. docs/api.md describes it.
 *
 *     for await (const event of train({ spec: 'small.yaml' })) console.log(event.kind);
 *
 * A fault that a user can fix is thrown as {@link UserError}. Nothing is printed, and the process is never ended.
 */
export * from './api/prepare.js';
export * from './api/runs.js';
export * from './api/speech.js';
export type { Surroundings } from './api/surroundings.js';
export * from './api/train.js';
export * from './api/translation.js';
export type { BackendName } from './backends/backend.js';
export type { PreparedSummary } from './corpus/build/corpus-recipe.js';
export type { PreparedParallel } from './corpus/parallel/prepare.js';
export type { SplitName } from './corpus/prepared.js';
export type { RecallTask } from './corpus/recall.js';
export type { PreparedSpeech } from './corpus/speech/prepare-corpus.js';
export type { TranscribedUtterance, Transcription } from './decoding/transcribe.js';
export type { Candidate, Translation, TranslationTotal } from './decoding/translate.js';
export { type FaultKind, UserError } from './errors.js';
export type { OpenedCombination } from './evaluation/combine.js';
export type { MethodRequest } from './evaluation/method.js';
export { readMethodFile } from './evaluation/method-file.js';
export type { DecoderChoice, PhoneDecoding } from './evaluation/phone-decoder.js';
export type { PhoneHmmScales } from './evaluation/phone-hmm.js';
export type { LagRecall, RecallReport } from './evaluation/recall.js';
export type * from './evaluation/report.js';
export type { LineScore, ScoreTotal, TokenScore } from './evaluation/score.js';
export type { MemoryReport } from './inspect/memory.js';
export { type BleuOptions, type BleuScore, BleuStatistics, corpusBleu, formatBleu } from './metrics/bleu.js';
export { type ChrfOptions, type ChrfScore, ChrfStatistics, corpusChrf, formatChrf } from './metrics/chrf.js';
export {
  type AlignedPhone,
  alignPhones,
  countErrors,
  type PhoneErrors,
  phoneErrorRate,
} from './metrics/phone-errors.js';
export type { Predictor } from './predictors/predictor.js';
export type { Progress } from './progress.js';
export type {
  OpenedNetwork,
  OpenedNgram,
  OpenedRun,
  OpenedSpeech,
  OpenedTranslation,
} from './runs/opened-run.js';
export type { SampleResult } from './sampling/sample.js';
export { SpecError } from './spec/diagnostics.js';
export { type LoadedSpec, loadSpec } from './spec/load.js';
export type { NetworkSpec, NgramSpec, Spec } from './spec/systems.js';
export { ensembleMembers } from './sweeps/ensemble-members.js';
export type { SlurmOptions } from './sweeps/launchers/batch-script.js';
export type { EndedJob, Job, LaunchedJobs, Launcher } from './sweeps/launchers/launcher.js';
export type { GroupReport, RunReport, Spread, SweepReport } from './sweeps/report.js';
export type { SweepEvent } from './sweeps/start-sweep.js';
export type { NetworkOutcome, NgramOutcome, NgramPlan, Plan, TrainingOutcome } from './systems/system.js';
export { resultOf } from './systems/train.js';
export type * from './training/events.js';
export type { NetworkPlan } from './training/plan.js';
