/**
 * Runs a WebAssembly program that was compiled for WASI preview 1, with arguments, one output file in memory and its standard
 * output. It has the functions that Flite imports and nothing more: no file of this machine can be read or written. `node:wasi`
 * crashes with Flite after a few runs.
 *
 * Numbers and layouts are those of the WASI preview 1 witx files.
 */

const SUCCESS = 0;
const BAD_FILE = 8;
const NO_ENTRY = 44;
const NOT_SEEKABLE = 70;

const FILE_TYPE = { characterDevice: 2, directory: 3, regularFile: 4 } as const;
const ALL_RIGHTS = 2n ** 64n - 1n;

const STANDARD_OUTPUT = 1;
const STANDARD_ERROR = 2;
/** The folder that every path is relative to; the first descriptor that a program asks for. */
const ROOT = 3;
/** The file that the program writes. */
const OUTPUT = 4;

/** A compiled program. */
export type WasmModule = object;

/** The part of WebAssembly that is used here; the types of Node have none of it. */
interface WasmApi {
  compile(bytes: Uint8Array): Promise<WasmModule>;
  instantiate(module: WasmModule, imports: object): Promise<{ readonly exports: Record<string, unknown> }>;
}

/** Memory of a program. */
interface WasmMemory {
  /** Replaced when the memory grows. */
  readonly buffer: ArrayBuffer;
}

const WASM = (globalThis as unknown as { readonly WebAssembly: WasmApi }).WebAssembly;

/** Compiles a program. @throws WebAssembly.CompileError when the bytes are none */
export async function compileProgram(bytes: Uint8Array): Promise<WasmModule> {
  return await WASM.compile(bytes);
}

/** What a program left when it ended. */
export interface ProgramResult {
  readonly exitCode: number;
  readonly standardOutput: string;
  readonly standardError: string;
  /** The file that it wrote; empty when it wrote none. */
  readonly file: Buffer;
}

/** Ends the program from within a call of `proc_exit`. */
class Exit extends Error {
  constructor(readonly code: number) {
    super(`exit ${code}`);
  }
}

/**
 * Runs a program to its end.
 *
 * @param program  exports `memory` and `_start`, and imports at most the functions of this file
 * @param args     begins with the name of the program
 * @param fileName path of the one file that the program may create
 * @throws WebAssembly.RuntimeError when the program fails
 */
export async function runProgram(
  program: WasmModule,
  args: readonly string[],
  fileName: string,
): Promise<ProgramResult> {
  const surroundings = new Surroundings(args, fileName);
  const instance = await WASM.instantiate(program, { wasi_snapshot_preview1: surroundings.functions });
  const { memory, _start: start } = instance.exports;
  if (typeof memory !== 'object' || typeof start !== 'function')
    throw new Error('The program has no memory or no start');
  surroundings.memory = memory as WasmMemory;
  let exitCode = 0;
  try {
    start();
  } catch (error) {
    if (!(error instanceof Exit)) throw error;
    exitCode = error.code;
  }
  return { exitCode, ...surroundings.result() };
}

/** A file in memory that grows as it is written. */
class MemoryFile {
  #bytes = Buffer.alloc(2 ** 16);
  #length = 0;
  position = 0;

  write(bytes: Uint8Array): void {
    const end = this.position + bytes.length;
    if (end > this.#bytes.length) {
      const larger = Buffer.alloc(2 * end);
      this.#bytes.copy(larger, 0, 0, this.#length);
      this.#bytes = larger;
    }
    this.#bytes.set(bytes, this.position);
    this.position = end;
    this.#length = Math.max(this.#length, end);
  }

  get contents(): Buffer {
    return this.#bytes.subarray(0, this.#length);
  }
}

/** What the program sees of the world. */
class Surroundings {
  /** Set after the program was made and before it starts. */
  memory!: WasmMemory;
  readonly #args: readonly Buffer[];
  readonly #files = new Map<number, MemoryFile>([
    [STANDARD_OUTPUT, new MemoryFile()],
    [STANDARD_ERROR, new MemoryFile()],
    [OUTPUT, new MemoryFile()],
  ]);

  constructor(
    args: readonly string[],
    private readonly fileName: string,
  ) {
    this.#args = args.map((argument) => Buffer.from(`${argument}\0`));
  }

  result(): Omit<ProgramResult, 'exitCode'> {
    const contents = (descriptor: number) => this.#files.get(descriptor)?.contents ?? Buffer.alloc(0);
    return {
      standardOutput: contents(STANDARD_OUTPUT).toString('utf8'),
      standardError: contents(STANDARD_ERROR).toString('utf8'),
      file: contents(OUTPUT),
    };
  }

  /** The view is made for each call, because the memory may have grown. */
  get #view(): DataView {
    return new DataView(this.memory.buffer);
  }

  #bytes(address: number, length: number): Buffer {
    return Buffer.from(this.memory.buffer, address, length);
  }

  readonly functions = {
    args_sizes_get: (countAt: number, bytesAt: number): number => {
      this.#view.setUint32(countAt, this.#args.length, true);
      this.#view.setUint32(
        bytesAt,
        this.#args.reduce((sum, { length }) => sum + length, 0),
        true,
      );
      return SUCCESS;
    },
    args_get: (pointersAt: number, bytesAt: number): number => {
      let at = bytesAt;
      for (const [index, argument] of this.#args.entries()) {
        this.#view.setUint32(pointersAt + 4 * index, at, true);
        this.#bytes(at, argument.length).set(argument);
        at += argument.length;
      }
      return SUCCESS;
    },
    // Always the same time, so that nothing depends on it.
    clock_time_get: (_clock: number, _precision: bigint, timeAt: number): number => {
      this.#view.setBigUint64(timeAt, 0n, true);
      return SUCCESS;
    },
    fd_close: (descriptor: number): number => (descriptor <= OUTPUT ? SUCCESS : BAD_FILE),
    fd_fdstat_get: (descriptor: number, statAt: number): number => {
      if (descriptor > OUTPUT) return BAD_FILE;
      const { characterDevice, directory, regularFile } = FILE_TYPE;
      const type = descriptor === ROOT ? directory : descriptor === OUTPUT ? regularFile : characterDevice;
      const view = this.#view;
      view.setUint8(statAt, type);
      view.setUint16(statAt + 2, 0, true);
      view.setBigUint64(statAt + 8, ALL_RIGHTS, true);
      view.setBigUint64(statAt + 16, ALL_RIGHTS, true);
      return SUCCESS;
    },
    fd_fdstat_set_flags: (): number => SUCCESS,
    fd_prestat_get: (descriptor: number, statAt: number): number => {
      if (descriptor !== ROOT) return BAD_FILE;
      this.#view.setUint32(statAt, 0, true);
      this.#view.setUint32(statAt + 4, 1, true);
      return SUCCESS;
    },
    fd_prestat_dir_name: (descriptor: number, nameAt: number, length: number): number => {
      if (descriptor !== ROOT || length < 1) return BAD_FILE;
      this.#bytes(nameAt, 1).set(Buffer.from('/'));
      return SUCCESS;
    },
    /** Nothing can be read: standard input is at its end. */
    fd_read: (_descriptor: number, _vectors: number, _count: number, readAt: number): number => {
      this.#view.setUint32(readAt, 0, true);
      return SUCCESS;
    },
    fd_write: (descriptor: number, vectors: number, count: number, writtenAt: number): number => {
      const file = this.#files.get(descriptor);
      if (file === undefined) return BAD_FILE;
      let written = 0;
      for (let vector = vectors; vector < vectors + 8 * count; vector += 8) {
        const [address, length] = [
          this.#view.getUint32(vector, true),
          this.#view.getUint32(vector + 4, true),
        ];
        file.write(this.#bytes(address, length));
        written += length;
      }
      this.#view.setUint32(writtenAt, written, true);
      return SUCCESS;
    },
    fd_seek: (descriptor: number, offset: bigint, whence: number, positionAt: number): number => {
      const file = descriptor === OUTPUT ? this.#files.get(descriptor) : undefined;
      if (file === undefined) return NOT_SEEKABLE;
      const from = [0, file.position, file.contents.length][whence] ?? 0;
      file.position = from + Number(offset);
      this.#view.setBigUint64(positionAt, BigInt(file.position), true);
      return SUCCESS;
    },
    path_open: (
      _folder: number,
      _follow: number,
      pathAt: number,
      pathLength: number,
      _create: number,
      _rights: bigint,
      _inherited: bigint,
      _flags: number,
      descriptorAt: number,
    ): number => {
      if (this.#bytes(pathAt, pathLength).toString('utf8') !== this.fileName) return NO_ENTRY;
      this.#view.setUint32(descriptorAt, OUTPUT, true);
      return SUCCESS;
    },
    proc_exit: (code: number): never => {
      throw new Exit(code);
    },
  };
}
