import type { Clock } from '../../shared/ports/clock.ts';
import { startSlices } from '../../shared/lib/slices.ts';
import { createTurns } from '../model/turns.ts';
import { startWorker, type Stopped } from '../model/worker-handle.ts';
import { brokenFile, parseFile, type ParsedFile } from './parse.ts';
import { unpackFile, type PackedFile } from './transfer.ts';

/** A file whose documents are wanted: those of ours, or all of them. */
export interface FileToRead {
  readonly path: string;
  readonly bytes: Uint8Array;
  readonly all: boolean;
}

/** Turns bytes into documents: one answer a file, in order; what is wrong with a file is in its answer. */
export interface FileReader {
  readonly read: (files: readonly FileToRead[], signal: AbortSignal) => Promise<readonly ParsedFile[]>;
}

/** Reads on the thread that asks: for a command that nothing else waits for. */
export const readHere: FileReader = {
  read: (files) => Promise.resolve(files.map(({ path, bytes, all }) => parseFile(path, bytes, all))),
};

/** Milliseconds that one file may take, and MiB of the thread's heap: twice what the largest that is read needs. */
export const readerLimits = { fileMs: 20_000, threadMib: 384 } as const;

/** Where the worker is, and its limits, when they are not the usual ones. */
export interface ReaderOptions {
  readonly workerUrl?: URL;
  readonly fileMs?: number;
  readonly threadMib?: number;
}

/**
 * Starts a reader with a thread of its own, so that whatever a file says, the asking thread has its hands free. A file that takes
 * too long or too much memory ends that thread, is broken, and the next one is read by a new thread.
 */
export function startFileReader(
  clock: Clock,
  { workerUrl, fileMs = readerLimits.fileMs, threadMib = readerLimits.threadMib }: ReaderOptions = {},
): FileReader & { readonly close: () => Promise<void> } {
  const worker = startWorker<FileToRead, PackedFile>(clock, {
    name: 'the thread that reads files',
    url: workerUrl ?? new URL('./worker.ts', import.meta.url),
    sourceMs: fileMs,
    threadMib,
  });
  const turns = createTurns();
  const reasons = { timeout: `takes more than ${fileMs / 1000} s`, crash: `needs more than ${threadMib} MiB` };
  const fileOf = async (answer: PackedFile | Stopped | undefined, path: string): Promise<ParsedFile> => {
    if (answer !== undefined && 'documents' in answer) return unpackFile(answer, startSlices());
    const reason = reasons[answer?.stopped ?? 'crash'];
    const file = brokenFile(path, `reading this file ${reason}`, { what: 'broken', hint: 'split it' });
    return { ...file, isTried: true };
  };
  return {
    read: (files, signal) =>
      turns.take(async () => {
        // Bytes may be a part of something larger, which would be sent as a whole.
        const answers = await worker.run(
          files.map((file) => ({ ...file, bytes: new Uint8Array(file.bytes) })),
          signal,
        );
        const read: ParsedFile[] = [];
        for (const [index, { path }] of files.entries()) read.push(await fileOf(answers[index], path));
        return read;
      }),
    close: worker.close,
  };
}
