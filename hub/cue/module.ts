import { zstdDecompressSync } from 'node:zlib';
import { withMemoryLimit } from './memory-limit.ts';
import { refusedCall, systemCalls, type SystemPorts } from './wasi.ts';

/** The evaluator: our own program over the CUE library (shim/), as WebAssembly. It is synchronous. */
export interface CueModule {
  /** The answer to a request, both JSON texts. Throws when the evaluator ends: then it is of no use any more. */
  readonly answer: (request: string) => string;
  /** The bytes of its memory, which only grows. */
  readonly memoryBytes: () => number;
}

// The part of WebAssembly that is used: the types of the language's own library have none of it.
interface WebAssemblyLike {
  readonly compile: (bytes: Uint8Array) => Promise<object>;
  readonly instantiate: (module: object, imports: object) => Promise<{ readonly exports: object }>;
  readonly Module: {
    readonly imports: (module: object) => readonly { readonly module: string; readonly name: string }[];
  };
}

interface Exports {
  readonly memory: { readonly buffer: ArrayBuffer };
  readonly _initialize: () => void;
  readonly room: (size: number) => number;
  readonly evaluate: () => bigint;
}

/** Room for the whole program: without it, it is put together of small pieces, which takes half as long again. */
const programBytes = 32 * 1024 * 1024;

/** Starts the evaluator from its compressed bytes, with a memory that can never be larger than some bytes. */
export async function startModule(
  compressed: Uint8Array,
  memoryBytes: number,
  ports: Omit<SystemPorts, 'memory'>,
): Promise<CueModule> {
  const { WebAssembly } = globalThis as unknown as { readonly WebAssembly: WebAssemblyLike };
  const program = zstdDecompressSync(compressed, { chunkSize: programBytes });
  const module = await WebAssembly.compile(withMemoryLimit(program, memoryBytes));
  let exports: Exports | null = null;
  const memory = (): ArrayBuffer => exports?.memory.buffer ?? new ArrayBuffer(0);
  const calls = systemCalls({ ...ports, memory });
  const imports: Record<string, Record<string, unknown>> = {};
  for (const { module: group, name } of WebAssembly.Module.imports(module)) {
    (imports[group] ??= {})[name] = calls[name] ?? refusedCall;
  }
  exports = (await WebAssembly.instantiate(module, imports)).exports as Exports;
  exports._initialize();
  const { room, evaluate } = exports;
  return {
    answer: (request) => {
      const bytes = Buffer.from(request);
      const at = room(bytes.length) >>> 0;
      new Uint8Array(memory(), at, bytes.length).set(bytes);
      const place = BigInt.asUintN(64, evaluate());
      return Buffer.from(memory(), Number(place >> 32n), Number(place & 0xffff_ffffn)).toString();
    },
    memoryBytes: () => memory().byteLength,
  };
}
