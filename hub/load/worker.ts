import { parentPort } from 'node:worker_threads';
import type { ThreadMessage } from '../model/thread.ts';
import { parseFile } from './parse.ts';
import type { FileToRead } from './reader.ts';
import { buffersOf, packFile, type PackedFile } from './transfer.ts';

/**
 * The thread that reads files. It is synchronous while it works, so only the thread that started it can stop it. Messages in:
 * a list of files. Messages out: `ready` once, then one answer a file, in order.
 */
const say = (message: ThreadMessage<PackedFile>, buffers: ArrayBuffer[] = []): void =>
  parentPort?.postMessage(message, buffers);

parentPort?.on('message', (files: readonly FileToRead[]) => {
  for (const { path, bytes, all } of files) {
    const answer = packFile(parseFile(path, bytes, all));
    say({ answer, heapBytes: 0, cpu: process.threadCpuUsage() }, buffersOf(answer));
  }
});
say('ready');
