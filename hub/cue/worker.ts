import { readFileSync } from 'node:fs';
import { parentPort, workerData } from 'node:worker_threads';
import { evaluatorFile } from './evaluator.ts';
import { startModule } from './module.ts';
import { readAnswer, type Source } from './program.ts';

/** The most characters of a result, which is read again by the thread that serves requests. */
const maxAnswer = 4 * 1024 * 1024;

/**
 * The thread that evaluates CUE. It is synchronous while it works, so only the thread that started it can stop it.
 * Messages in: a list of sources. Messages out: `ready` once, then one answer per source, in order.
 */
const cue = await startModule(
  readFileSync(evaluatorFile),
  (workerData as { readonly memoryBytes: number }).memoryBytes,
  { clock: () => process.hrtime.bigint(), random: (bytes) => crypto.getRandomValues(bytes) },
);
parentPort?.on('message', (sources: readonly Source[]) => {
  for (const source of sources) {
    const answer = readAnswer(cue.answer(source), maxAnswer);
    parentPort?.postMessage({ answer, heapBytes: cue.memoryBytes(), cpu: process.threadCpuUsage() });
  }
});
parentPort?.postMessage('ready');
