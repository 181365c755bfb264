import { Flags } from '@oclif/core';
import { onceNoted } from '../cli/backend-flags.js';
import { BaseCommand } from '../cli/base-command.js';
import {
  decoderChoice,
  decodingFlags,
  decodingOptions,
  phoneDecoderFlags,
  refuseDecoderFlags,
  SPEECH,
  TRANSLATION,
} from '../cli/decoding-flags.js';
import { fileFlag, integerFlag, launcherFlag, runArgument, slurmFlag } from '../cli/flags.js';
import { interruptible } from '../cli/interrupt.js';
import { askedFor, methodFlags } from '../cli/method-flags.js';
import { openFlags, openRequest } from '../cli/open-flags.js';
import { UserError } from '../errors.js';
import type { EvaluationHooks } from '../evaluation/evaluate.js';
import type { EvaluationReport, SpeechEvaluation, TranslationEvaluation } from '../evaluation/report.js';
import type { Progress } from '../progress.js';
import type { OpenRunRequest } from '../systems/open-run.js';
import type { OpenHooks } from '../systems/system.js';

/** @throws UserError('usage') for options of job arrays where there is none */
function refuseSlurmFlags({ slurm }: { readonly slurm: readonly string[] }): void {
  if (slurm.length === 0) return;
  throw new UserError('usage', `--slurm ${slurm[0]} is for --launcher slurm`, ['Add --launcher slurm.']);
}

/** Makes the error for columns of a run that translates: only speed could depend on them. */
function batchOfPairs(run: string): UserError {
  return new UserError('usage', `--batch is for language models, and ${run} translates`, [
    'Leave it out: every pair is read by itself, so the perplexity does not depend on what is beside it.',
  ]);
}

export default class Eval extends BaseCommand<typeof Eval> {
  static override summary =
    'Measure a trained model on a split of its corpus: its perplexity, the BLEU of translations, or the phone error rate of speech.';

  static override description =
    'Perplexity is exp of the mean negative log-likelihood over exactly counted predictions. With --batch 1 the split ' +
    'is read in one sequential pass from the zero state, as in the paper; a wider batch is faster, cuts the split into ' +
    'columns that each start from nothing, and so gives a slightly higher figure. A network that was trained on sentences ' +
    '(training.sentences) reads every line from the zero state. Of a network that translates, the sources are translated ' +
    'by beam search as well, and compared with the targets as sacreBLEU does. Of a network that recognizes speech, the phones of each ' +
    'utterance are compared with those that are spoken. The method flags combine and adapt trained models; ' +
    'docs/test-time.md explains them.';

  static override examples = [
    '<%= config.bin %> <%= command.id %> --split test',
    '<%= config.bin %> <%= command.id %> small-1 --split test --checkpoint last',
    '<%= config.bin %> <%= command.id %> --split valid --batch 20 --json',
    '<%= config.bin %> <%= command.id %> small-1 --ensemble small-2 small-3',
    '<%= config.bin %> <%= command.id %> --ensemble my-sweep --launcher slurm',
    '<%= config.bin %> <%= command.id %> small-1 --dynamic --neural-cache --interpolate kn5 --tune',
  ];

  static override args = {
    run: runArgument,
  };

  static override flags = {
    split: Flags.option({
      description: 'Split to read.',
      options: ['train', 'valid', 'test'] as const,
      default: 'test' as const,
    })(),
    batch: integerFlag({
      description:
        'Columns of a text that are read side by side, 1 by default. Not for a run that translates.',
      min: 1,
    }),
    ...decodingFlags,
    'perplexity-only': Flags.boolean({
      description: 'Measure the perplexity of the targets, without translations of the sources.',
      default: false,
      helpGroup: TRANSLATION,
    }),
    translations: fileFlag({
      description: 'Write the translations to this file, one a line.',
      helpGroup: TRANSLATION,
      exclusive: ['perplexity-only'],
    }),
    ...phoneDecoderFlags(SPEECH),
    ...methodFlags,
    launcher: launcherFlag,
    slurm: slurmFlag,
    'keep-nlls': Flags.boolean({
      description: 'Keep the negative log-likelihoods of the run, as a member of an ensemble.',
      hidden: true,
    }),
    ...openFlags,
  };

  async run(): Promise<EvaluationReport> {
    const { runOpener } = await import('../systems/open-run.js');
    const { evaluate } = await import('../evaluation/evaluate.js');
    const { renderEvaluation } = await import('../cli/evaluation-text.js');
    const { split, batch = 1 } = this.flags;
    const onProgress = (progress: Progress) => this.progress().update(progress);
    const onNote = (line: string) => this.progress().note(line);
    const onBackend = onceNoted(onNote);
    const asked = await askedFor(this.args.run, this.flags, onNote);
    if (this.flags.launcher !== 'slurm') refuseSlurmFlags(this.flags);
    if ('combination' in asked) refuseDecoderFlags(this.flags, 'methods at test time are for text');
    const report = await interruptible(async (signal) => {
      const requestOf = (run: string) => openRequest(run, this.flags, onNote);
      const openHooks = { signal, onProgress, onBackend, onWarning: onNote };
      const opener = runOpener(requestOf, openHooks);
      const hooks = { signal, onProgress, onNote };
      if (this.flags['keep-nlls'] && 'run' in asked) {
        const { keepReading, meanOfReadings } = await import('../evaluation/member-reading.js');
        const reading = await keepReading(asked.run, { split, batch }, opener, hooks);
        return await meanOfReadings([reading]);
      }
      if (this.flags.launcher === 'slurm') {
        const { evaluateOnSlurm } = await import('../cli/spread-command.js');
        return await evaluateOnSlurm(asked, { ...this.flags, batch }, this.config.root, hooks);
      }
      if ('combination' in asked) {
        const { evaluateCombination } = await import('../evaluation/combine.js');
        return await evaluateCombination({ ...asked.combination, split, batch }, opener, hooks);
      }
      const request = requestOf(asked.run);
      const { taskOfRun } = await import('../systems/open-run.js');
      const task = await taskOfRun(request);
      if (task === 'speech') return await this.#evaluateSpeech(request, openHooks, hooks);
      const { TASK_VERBS } = await import('../spec/systems.js');
      refuseDecoderFlags(this.flags, `${request.run} ${TASK_VERBS[task]}`);
      if (task === 'translation') return await this.#evaluateTranslation(request, openHooks, hooks);
      const opened = await opener.open(asked.run);
      try {
        return await evaluate(opened, { split, batch }, hooks);
      } finally {
        opened.dispose();
      }
    });
    return this.print(report, renderEvaluation);
  }

  async #evaluateSpeech(
    request: OpenRunRequest,
    openHooks: OpenHooks,
    hooks: EvaluationHooks,
  ): Promise<SpeechEvaluation> {
    const { openRecognizer } = await import('../systems/open-run.js');
    const { evaluateSpeech } = await import('../decoding/evaluate-speech.js');
    const { split } = this.flags;
    const opened = await openRecognizer(request, openHooks);
    try {
      return await evaluateSpeech(opened, { split, ...decoderChoice(this.flags) }, hooks);
    } finally {
      opened.dispose();
    }
  }

  async #evaluateTranslation(
    request: OpenRunRequest,
    openHooks: OpenHooks,
    hooks: EvaluationHooks,
  ): Promise<TranslationEvaluation> {
    const { openTranslator } = await import('../systems/open-run.js');
    const { evaluateTranslation } = await import('../decoding/evaluate-translation.js');
    const { split, batch, 'perplexity-only': perplexityOnly, translations } = this.flags;
    if (batch !== undefined) throw batchOfPairs(request.run);
    const opened = await openTranslator(request, openHooks);
    try {
      const decoding = perplexityOnly ? null : decodingOptions(this.flags);
      const keep = async (texts: readonly string[]) => {
        if (translations === undefined) return;
        const { writeFileAtomically } = await import('../storage/atomic-write.js');
        await writeFileAtomically(translations, texts.map((text) => `${text}\n`).join(''));
      };
      return await evaluateTranslation(opened, { split, decoding, onTranslations: keep }, hooks);
    } finally {
      opened.dispose();
    }
  }
}
