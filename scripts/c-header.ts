/** Reading of the kernels' C headers, whose statements are few and simple, and of the names in them. */

/** A parameter of a function or a member of a struct. */
export interface Field {
  readonly name: string;
  /** The C type without qualifiers: "float *", "int64_t", "zlm_noise". */
  readonly type: string;
  readonly nullable: boolean;
  /** Number of elements of an array, as written: "4", "DIMENSIONS"; undefined for a single value. */
  readonly count?: string | undefined;
}

/** Removes comments and the preprocessor's lines. */
export function withoutComments(text: string): string {
  return text
    .replaceAll(/\/\/.*$/gm, '')
    .replaceAll(/^\s*#.*$/gm, '')
    .trim();
}

/**
 * Parses declarations such as `const float *NULLABLE a`, `float a, b` and `int32_t sizes[4]`.
 *
 * @param header its name, for errors
 * @throws Error for a declaration of another form, so that none is omitted silently
 */
export function fieldsOf(declarations: readonly string[], header: string): Field[] {
  return declarations
    .map((declaration) => declaration.replaceAll(/\s+/g, ' ').trim())
    .filter((declaration) => declaration !== '')
    .flatMap((declaration) => {
      const match = /^(?:const )?(\w+) (\*?)(NULLABLE )?(\w+(?:, \w+)*)(?:\[(\w+)\])?$/.exec(declaration);
      if (!match) throw new Error(`${header}: cannot read "${declaration}"`);
      const [, base, pointer, nullable, names, count] = match;
      const type = pointer ? `${base} *` : base;
      return names.split(', ').map((name) => ({ name, type, nullable: nullable !== undefined, count }));
    });
}

/** Converts zlm_lstm_forward to lstmForward. */
export function camel(name: string): string {
  return name.replace(/^zlm_/, '').replaceAll(/_(\w)/g, (_, letter: string) => letter.toUpperCase());
}
