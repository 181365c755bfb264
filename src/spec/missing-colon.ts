/** What was meant to be `key: value` and lacks its colon, or the space after it. */

/** An entry as it was meant, with what is wrong. */
export interface BrokenEntry {
  readonly key: string;
  /** What is wrong and what to write, without a subject: it follows a place or a sentence. */
  readonly message: string;
}

/** A separator that is not ": ", between a word and what was meant to be its value. */
const FORMS: readonly { readonly form: RegExp; readonly fault: string }[] = [
  { form: /^(\w+):([^\s:].*)$/, fault: 'a space is missing after the colon' },
  { form: /^(\w+)\s*:?=\s*(.*)$/, fault: '"=" does not separate a key from its value' },
  { form: /^(\w+)\s+([^\s:=].*)$/, fault: 'a colon is missing after the key' },
  { form: /^(\w+)()$/, fault: 'a colon is missing after the key' },
];

/** Longest value that is repeated in a message, in characters. */
const MOST_QUOTED = 40;

/**
 * Tells how a text fails to be an entry of a map.
 *
 * @param text a line, or the key that YAML has made of it, such as `lstm:8`
 * @returns undefined when it has another form
 */
export function brokenEntry(text: string): BrokenEntry | undefined {
  const bare = text
    .trim()
    .replace(/^- +/, '')
    .replace(/\s+#.*$/, '');
  for (const { form, fault } of FORMS) {
    const [, key, value = ''] = form.exec(bare) ?? [];
    if (key === undefined) continue;
    const example = value === '' || value.length > MOST_QUOTED ? `${key}: …` : `${key}: ${value}`;
    return { key, message: `${fault}; write "${example}"` };
  }
  return undefined;
}
