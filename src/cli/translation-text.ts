/** Renders translations: one a line, several in the form of Moses' n-best lists, or JSON objects. */
import { once } from 'node:events';
import type { Translation, TranslationTotal } from '../decoding/translate.js';
import { visible, visibleJson } from '../visible.js';

/** Writes translations to a stream, and waits while its reader is behind. */
export class TranslationOutput {
  constructor(
    private readonly stream: NodeJS.WritableStream,
    /** `list` is Moses' n-best list: the sentence's number from 0, translation and score, between bars. */
    private readonly format: 'text' | 'list' | 'json',
  ) {}

  async write(result: Translation | TranslationTotal): Promise<void> {
    const text = this.#textOf(result);
    if (text !== '' && !this.stream.write(text)) await once(this.stream, 'drain');
  }

  #textOf(result: Translation | TranslationTotal): string {
    if (this.format === 'json') return `${visibleJson(JSON.stringify(result))}\n`;
    if (result.type === 'total') return '';
    const { line, translations } = result;
    if (this.format === 'text') return `${visible(translations[0].text)}\n`;
    return translations
      .map(({ text, score }) => `${line - 1} ||| ${visible(text)} ||| ${score.toFixed(4)}\n`)
      .join('');
  }
}

/** Returns remarks on a whole translation. */
export function translationNotes({ sentences, unknownWords, cutOff }: TranslationTotal): string[] {
  const exact = (count: number) => count.toLocaleString('en-US');
  return [
    ...(unknownWords > 0 ? [`Words that the vocabulary lacks, read as <unk>: ${exact(unknownWords)}`] : []),
    ...(cutOff > 0
      ? [
          `Translations that reached the longest length, and were cut off: ${exact(cutOff)} of ${exact(sentences)}`,
        ]
      : []),
  ];
}
