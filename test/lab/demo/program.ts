import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream, type WriteStream } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { watchdog } from './watchdog.ts';

const projectRoot = fileURLToPath(new URL('../../..', import.meta.url));

/** A program of the product that runs as a process of its own, its output in a log file. */
export interface Program {
  readonly name: string;
  readonly pid: number;
  readonly logFile: string;
  /** Resolves with what standard output said once it has a line that matches; rejects when the program ends first. */
  readonly says: (pattern: RegExp) => Promise<RegExpMatchArray>;
  /** True until the process has ended. */
  readonly isRunning: () => boolean;
  /** Resolves when the process has ended, for whatever reason. */
  readonly ended: Promise<void>;
  /** Sends a signal and waits for the end; answers the exit status (null when a signal ended it). */
  readonly stop: (signal?: NodeJS.Signals) => Promise<number | null>;
}

/** What a finished command said. */
export interface CommandResult {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

const running = new Set<ChildProcess>();
process.once('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

/** How long a program that is asked to stop may take. */
const patienceMs = 10_000;

/** Notes that a child lives, so that it ends with this process at the latest. */
export function track(child: ChildProcess): void {
  const { pid } = child;
  if (pid === undefined) return;
  running.add(child);
  watchdog().started(pid);
  child.once('exit', () => {
    running.delete(child);
    watchdog().ended(pid);
  });
}

/** Starts `node ENTRY ARGS` from the checkout with the runtime that runs this; it dies with this process at the latest. */
export function startProgram(
  name: string,
  args: readonly string[],
  options: {
    readonly logFile: string;
    readonly env?: Readonly<Record<string, string>>;
    readonly flags?: readonly string[];
  },
): Program {
  const child = spawn(process.execPath, [...(options.flags ?? []), ...args], {
    cwd: projectRoot,
    env: { ...process.env, ...options.env },
    stdio: ['ignore', 'pipe', 'pipe'],
    // Ctrl-C in a terminal reaches this process alone, which then ends the others in their order.
    detached: true,
  });
  track(child);
  const log = createWriteStream(options.logFile, { flags: 'a' });
  const listeners = new Set<() => void>();
  let output = '';
  const hear = (stream: NodeJS.ReadableStream, keep: boolean): void => {
    stream.setEncoding('utf8').on('data', (text: string) => {
      writeOpen(log, text);
      if (keep) output = (output + text).slice(-100_000);
      for (const listener of listeners) listener();
    });
  };
  hear(child.stdout, true);
  hear(child.stderr, false);
  const ended = once(child, 'exit').then(() => {
    log.end();
    for (const listener of listeners) listener();
  });
  const isRunning = (): boolean => child.exitCode === null && child.signalCode === null;
  return {
    name,
    pid: child.pid ?? -1,
    logFile: options.logFile,
    isRunning,
    ended,
    says: (pattern) =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          const match = pattern.exec(output);
          if (match !== null) resolve(match);
          else if (!isRunning())
            reject(new Error(`${name} ended before it said ${String(pattern)}; its log is ${options.logFile}`));
          else return;
          listeners.delete(look);
        };
        listeners.add(look);
        look();
      }),
    stop: async (signal = 'SIGTERM') => {
      if (isRunning()) child.kill(signal);
      const late = setTimeout(() => child.kill('SIGKILL'), patienceMs);
      await ended;
      clearTimeout(late);
      return child.exitCode;
    },
  };
}

/** Runs `node ENTRY ARGS` from the checkout to its end, with what is given on its standard input. */
export async function runCommand(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<CommandResult> {
  const child = spawn(process.execPath, [...args], {
    cwd: projectRoot,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  track(child);
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  await once(child, 'close');
  return { status: child.exitCode ?? -1, stdout, stderr };
}

function writeOpen(log: WriteStream, text: string): void {
  if (!log.writableEnded) log.write(text);
}
