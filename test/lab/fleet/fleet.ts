import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { track } from '../demo/program.ts';
import type { FleetCalls, FleetWord, Load, Part } from './calls.ts';

/** How many agents one process simulates. */
const perProcess = 2_500;

/** Simulated agents in processes of their own. */
export interface FleetProcesses {
  readonly enrol: (atOnce: number) => Promise<readonly number[]>;
  /** Agents without a stream open theirs. */
  readonly follow: () => Promise<void>;
  /** A part of the agents ends its streams, until they follow again. */
  readonly leave: (part: Part) => Promise<void>;
  /** Reports or polls of the whole fleet, spread over its processes: milliseconds of each. */
  readonly load: (what: 'report' | 'change' | 'heartbeat' | 'poll', load: Load) => Promise<readonly number[]>;
  /**
   * Resolves with the moment of each report about a commit, in milliseconds since the epoch, once as many clusters as wanted
   * reported it; `onCount` hears how many there are. Rejects when none reported for five minutes.
   */
  readonly reported: (commit: string, wanted: number, onCount?: (count: number) => void) => Promise<readonly number[]>;
  readonly stop: () => void;
}

/** Starts the agents of join lines. */
export async function startFleet(lines: readonly string[]): Promise<FleetProcesses> {
  const count = Math.ceil(lines.length / perProcess);
  // Every process has a part of each group, because names go round.
  const parts = Array.from({ length: count }, (_, part) => lines.filter((__, index) => index % count === part));
  const heard = openReports();
  const processes = parts.map(() => startProcess(heard.take));
  await Promise.all(processes.map((one, index) => one.call('open', parts[index] ?? [])));
  const all = async <Name extends keyof FleetCalls>(name: Name, given: FleetCalls[Name]['given']) =>
    Promise.all(processes.map((one) => one.call(name, given)));
  const share = (number: number) => Math.ceil(number / count);
  return {
    enrol: async (atOnce) => (await all('enrol', { atOnce: share(atOnce) })).flat(),
    follow: async () => {
      await all('follow', null);
    },
    leave: async (part) => {
      await all('leave', part);
    },
    load: async (what, load) => (await all(what, { count: share(load.count), atOnce: share(load.atOnce) })).flat(),
    reported: heard.wait,
    stop: () => {
      for (const one of processes) one.stop();
    },
  };
}

interface Waiting {
  readonly wanted: number;
  readonly done: (moments: readonly number[]) => void;
  readonly fail: (error: Error) => void;
  readonly onCount: ((count: number) => void) | undefined;
  late: NodeJS.Timeout;
}

/** A run whose agents all went silent ends. */
const silentMs = 300_000;

/** When which cluster reported which commit first. */
function openReports() {
  const moments = new Map<string, Map<string, number>>();
  const waiting = new Map<string, Waiting>();
  const of = (commit: string) => moments.get(commit) ?? moments.set(commit, new Map()).get(commit) ?? new Map();
  const look = (commit: string): void => {
    const [one, seen] = [waiting.get(commit), of(commit)];
    if (one === undefined) return;
    one.onCount?.(seen.size);
    clearTimeout(one.late);
    if (seen.size < one.wanted) {
      one.late = setTimeout(() => one.fail(new Error(`${seen.size} of ${one.wanted} have reported`)), silentMs);
      return;
    }
    waiting.delete(commit);
    one.done([...seen.values()]);
  };
  return {
    take: (word: Extract<FleetWord, { readonly kind: 'reported' }>): void => {
      const seen = of(word.commit);
      if (!seen.has(word.cluster)) seen.set(word.cluster, word.at);
      look(word.commit);
    },
    wait: (commit: string, wanted: number, onCount?: (count: number) => void): Promise<readonly number[]> =>
      new Promise((done, fail) => {
        waiting.set(commit, { wanted, done, fail, onCount, late: setTimeout(() => undefined, 0) });
        look(commit);
      }),
  };
}

interface FleetProcess {
  readonly call: <Name extends keyof FleetCalls>(
    name: Name,
    given: FleetCalls[Name]['given'],
  ) => Promise<FleetCalls[Name]['answer']>;
  readonly stop: () => void;
}

function startProcess(onReported: (word: Extract<FleetWord, { readonly kind: 'reported' }>) => void): FleetProcess {
  const child = fork(fileURLToPath(new URL('main.ts', import.meta.url)), {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  track(child);
  const calls = new Map<number, { readonly done: (answer: never) => void; readonly fail: (error: Error) => void }>();
  child.on('message', (word: FleetWord) => {
    if (word.kind === 'reported') {
      onReported(word);
      return;
    }
    const call = calls.get(word.id);
    calls.delete(word.id);
    if (word.kind === 'answer') call?.done(word.answer as never);
    else call?.fail(new Error(word.message));
  });
  child.once('exit', (status) => {
    for (const { fail } of calls.values()) fail(new Error(`simulated agents ended with status ${String(status)}`));
    calls.clear();
  });
  let last = 0;
  return {
    call: (name, given) =>
      new Promise((done, fail) => {
        const id = (last += 1);
        calls.set(id, { done, fail });
        child.send({ id, name, given });
      }),
    stop: () => void child.kill('SIGKILL'),
  };
}
