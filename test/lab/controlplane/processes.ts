import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { openSync, closeSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Child processes that live and die together, each with its output in `FOLDER/NAME.log`. */
export type ProcessGroup = {
  start(name: string, command: string, args: readonly string[]): void;
  /** Kills one child, which is no failure, and waits until it is gone; `start` may bring it back. */
  end(name: string): Promise<void>;
  /** Rejects, with the end of its log, as soon as a child ends that was not stopped. */
  readonly failed: Promise<never>;
  pids(): Readonly<Record<string, number>>;
  /** Kills every child and waits until all are gone; may be called twice. */
  stop(): Promise<void>;
};

/** Starts an empty group; its children end with this process however it ends (the watchdog sees even a SIGKILL). */
export function processGroup(folder: string): ProcessGroup {
  const children = new Map<string, ChildProcess>();
  const watchdog = startWatchdog(folder);
  let stopping: Promise<void> | undefined;
  let fail: (error: Error) => void = () => undefined;
  const failed = new Promise<never>((_resolve, reject) => {
    fail = reject;
  });
  failed.catch(() => undefined);
  const killAll = (): void => {
    for (const child of children.values()) child.kill('SIGKILL');
  };
  process.once('exit', killAll);

  return {
    failed,
    start(name, command, args) {
      const log = join(folder, `${name}.log`);
      const output = openSync(log, 'a');
      const child = spawn(command, args, {
        stdio: ['ignore', output, output],
        cwd: folder,
        env: childEnvironment(folder),
      });
      closeSync(output);
      children.set(name, child);
      if (child.pid !== undefined) watchdog.stdin?.write(`${child.pid}\n`);
      child.once('error', fail);
      child.once('exit', (code, signal) => {
        if (stopping === undefined && children.get(name) === child)
          fail(new Error(`${name} ended with ${code ?? signal ?? ''}:\n${endOf(log)}`));
      });
    },
    async end(name) {
      const child = children.get(name);
      if (child === undefined) return;
      children.delete(name);
      await killAndWait(child);
      watchdog.stdin?.write(`-${child.pid ?? ''}\n`);
    },
    pids() {
      return Object.fromEntries([...children].map(([name, child]) => [name, child.pid ?? 0]));
    },
    stop() {
      stopping ??= Promise.all([...children.values()].map(killAndWait)).then(() => {
        process.off('exit', killAll);
        watchdog.stdin?.end('done\n');
      });
      return stopping;
    },
  };
}

/** A shell that reads child pids (`-PID`: it has ended) and, when its input ends without `done`, kills them and removes their folder: exit handlers do not run on SIGKILL. */
function startWatchdog(folder: string): ChildProcess {
  const script =
    'while read line; do case $line in done) exit 0;; -*) rest=; for pid in $pids; do [ "-$pid" = "$line" ] || rest="$rest $pid"; done; pids=$rest;; *) pids="$pids $line";; esac; done; [ -z "$pids" ] || kill -9 $pids; rm -rf "$0"';
  const watchdog = spawn('sh', ['-c', script, folder], { stdio: ['pipe', 'ignore', 'ignore'], detached: true });
  watchdog.stdin.on('error', () => undefined);
  watchdog.unref();
  return watchdog;
}

/** Only what the programs need: nothing of the developer's own Kubernetes or proxy configuration. */
function childEnvironment(folder: string): NodeJS.ProcessEnv {
  return { PATH: process.env['PATH'], HOME: folder, TMPDIR: folder };
}

async function killAndWait(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  await new Promise<void>((resolve) => {
    child.once('exit', () => resolve());
    // SIGTERM would make the API server drain for up to a minute with its port still bound.
    child.kill('SIGKILL');
  });
}

function endOf(log: string): string {
  return readFileSync(log, 'utf8').split('\n').slice(-15).join('\n');
}
