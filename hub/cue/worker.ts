import { parentPort, workerData } from 'node:worker_threads';
import { init } from 'cue-wasm';
import { withMemoryLimit } from './memory-limit.ts';
import type { Evaluated, Source } from './program.ts';

/** The most characters of a result, which is read again by the thread that serves requests, and of an error. */
const maxAnswer = 4 * 1024 * 1024;
const maxFault = 4_096;

/**
 * The thread that evaluates CUE. It is synchronous while it works, so only the thread that started it can stop it.
 * Messages in: a list of sources. Messages out: `ready` once, then one answer per source, in order.
 */
const heap = limitHeap((workerData as { readonly memoryBytes: number }).memoryBytes);
const cue = await init();
parentPort?.on('message', (sources: readonly Source[]) => {
  for (const source of sources) {
    const answer: Evaluated = evaluate(source);
    parentPort?.postMessage({ answer, heapBytes: heap() });
  }
});
parentPort?.postMessage('ready');

function evaluate(source: Source): Evaluated {
  const value = attempt(source.value);
  if ('json' in value) return value;
  // The second evaluation finds the faulty parameter: without the template's output, the error names it.
  const parameter = attempt(source.parameter);
  return 'fault' in parameter ? { fault: parameter.fault, parameter: true } : { ...value, parameter: false };
}

function attempt(text: string): { readonly json: string } | { readonly fault: string } {
  try {
    const json = cue.toJSON(text);
    return json.length > maxAnswer ? { fault: `the result has more than ${maxAnswer} characters` } : { json };
  } catch (error) {
    if (typeof error === 'string') return { fault: error.slice(0, maxFault) };
    throw error;
  }
}

interface Loader {
  instantiate: (module: Uint8Array, imports: unknown) => Promise<Loaded>;
}
interface Loaded {
  readonly instance: { readonly exports: { readonly mem?: { readonly buffer: ArrayBuffer } } };
}

// The package hides its instance. Its memory gets a maximum, and only grows, so the starting thread must know when to replace it.
function limitHeap(bytes: number): () => number {
  const loader = (globalThis as unknown as { readonly WebAssembly: Loader }).WebAssembly;
  const instantiate = loader.instantiate.bind(loader);
  let loaded: Loaded | null = null;
  loader.instantiate = async (module, imports) => {
    loaded = await instantiate(withMemoryLimit(module, bytes), imports);
    return loaded;
  };
  return () => loaded?.instance.exports.mem?.buffer.byteLength ?? 0;
}
