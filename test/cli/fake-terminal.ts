/** Streams for the progress tests: a terminal that keeps a screen, and a log file that keeps lines. */

/** Interprets the few control sequences that cli-progress writes; anything else fails the test. */
export class FakeTerminal {
  readonly isTTY = true;
  readonly #lines: string[] = [''];
  #row = 0;
  #column = 0;
  #saved = { row: 0, column: 0 };

  constructor(readonly columns = 120) {}

  /** What the user would see, without empty lines at the end. */
  get screen(): string {
    return this.#lines
      .map((line) => line.trimEnd())
      .join('\n')
      .trimEnd();
  }

  write(text: string): boolean {
    // biome-ignore lint/suspicious/noControlCharactersInRegex: control sequences are what this reads
    for (const token of text.match(/\u001b\[[0-9?]*[A-Za-z]|\u001b[78]|[\s\S]/gu) ?? [])
      this.#interpret(token);
    return true;
  }

  #interpret(token: string): void {
    if (!token.startsWith('\u001b')) this.#type(token);
    else if (token === '\u001b7') this.#saved = { row: this.#row, column: this.#column };
    else if (token === '\u001b8') [this.#row, this.#column] = [this.#saved.row, this.#saved.column];
    else if (token === '\u001b[1G') this.#column = 0;
    else if (token === '\u001b[1A') this.#row -= 1;
    else if (token === '\u001b[2K') this.#lines[this.#row] = '';
    else if (token === '\u001b[0K') this.#lines[this.#row] = this.#line.slice(0, this.#column);
    else throw new Error(`unknown control sequence ${JSON.stringify(token)}`);
  }

  #type(character: string): void {
    if (character === '\r') this.#column = 0;
    else if (character === '\n') [this.#row, this.#column] = [this.#row + 1, 0];
    else {
      this.#lines[this.#row] =
        this.#line.padEnd(this.#column).slice(0, this.#column) +
        character +
        this.#line.slice(this.#column + 1);
      this.#column += 1;
    }
    this.#lines[this.#row] ??= '';
  }

  get #line(): string {
    return this.#lines[this.#row] ?? '';
  }
}

/** What is written when stderr goes to a file. */
export class FakeLog {
  readonly isTTY = false;
  text = '';

  get lines(): string[] {
    return this.text.split('\n').slice(0, -1);
  }

  write(text: string): boolean {
    this.text += text;
    return true;
  }
}
