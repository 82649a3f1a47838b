import { randomUUID } from 'node:crypto';
import { memoryContents } from '../../../agent/model/contents.ts';
import { readOptions } from '../../../agent/run/config.ts';
import { openMeasure } from '../../../agent/run/measure.ts';
import { createKube, type KubeClient } from '../../../agent/kube/client.ts';
import type { KubeKey, KubeResource } from '../../../agent/model/kube.ts';
import type { KubeObject } from '../../../shared/model/object.ts';
import { loadKubeAccess } from '../../../agent/kube/config.ts';
import { startAgent } from '../../../agent/run/start.ts';
import { openProbes } from '../../../agent/run/probes.ts';
import { systemClock, systemRandom } from '../../../shared/adapters/clock.ts';
import { createRepos } from '../../../shared/adapters/git/repos.ts';
import { createHttp } from '../../../shared/adapters/http/client.ts';
import { createLog } from '../../../shared/adapters/log.ts';
import { cronFields } from '../../../shared/adapters/schedule.ts';
import { SluiceError } from '../../../shared/errors.ts';
import type { Clock } from '../../../shared/ports/clock.ts';
import type { JoinTicket } from '../../../shared/wire/join.ts';

export interface SiteOptions {
  readonly name: string;
  readonly kubeconfig: string;
  readonly ticket: JoinTicket | null;
  /** Who holds the Lease; the same after a restart unless told otherwise. */
  readonly holder?: string;
  /** What a Git host that is not the hub is shown: what `--channel-auth-file` stands for. */
  readonly channelAuthorization?: string;
  /** Flags of `sluice-agent run`. */
  readonly flags?: Readonly<Record<string, unknown>>;
  /** The agent dies at this write step (before and after a write are a step each); 0 or absent = never. */
  readonly killAt?: number;
  /** Seconds that one stream of a watch lasts, up to twice as many. */
  readonly watchSeconds?: number;
  /** The user as whom it asks the API server; the one of the kubeconfig unless told otherwise. */
  readonly user?: string;
  /** The time that it lives in; the machine's unless told otherwise. */
  readonly clock?: Clock;
}

/** What an agent asked of the API server: the method of the client, the object (a watch or list has none), and when, by its own clock. */
export interface Call {
  readonly verb: string;
  readonly kind: string;
  readonly name: string;
  readonly at: number;
}

/** An agent in this process, with the real client, transports and loop. */
export interface RunningAgent {
  /** Resolves when it has ended; with the error that it ended with, if any. */
  readonly ended: Promise<Error | null>;
  readonly isDead: () => boolean;
  /** Write steps so far. */
  readonly steps: () => number;
  readonly logged: () => string;
  /** What it asked of the API server so far, discovery aside. */
  readonly calls: () => readonly Call[];
  /** Stops it as SIGTERM does. */
  readonly stop: () => Promise<void>;
  /** Ends it as SIGKILL does: from now on nothing that it sends leaves, and nothing that is answered reaches it. */
  readonly kill: () => void;
}

/** Starts an agent. */
export function startSite(options: SiteOptions): RunningAgent {
  const stop = new AbortController();
  let isDead = false;
  let lines = '';
  let steps = 0;
  const { clock = systemClock } = options;
  const calls: Call[] = [];
  const gated = <T extends object>(port: T): T => gate(port, () => isDead);
  const http = createHttp({ userAgent: 'sluice-agent/0.0.0' });
  const kube = createKube({
    access: loadKubeAccess({ kubeconfig: options.kubeconfig, allowExec: false, clock: systemClock }),
    clock: systemClock,
    random: systemRandom,
    ...(options.user === undefined ? {} : { impersonate: { user: options.user } }),
    ...(options.watchSeconds === undefined ? {} : { watch: { streamSeconds: options.watchSeconds } }),
  });
  const die = (): void => {
    isDead = true;
    stop.abort(new SluiceError('ABORTED', 'killed'));
    kube.close();
    http.close();
  };
  const probes = openProbes(clock);
  const own = readOptions({ namespace: 'sluice-system', poll: 30, heartbeat: 60, ...options.flags });
  const ended = startAgent(
    own,
    {
      measure: openMeasure(gated(http), own.analysisAllow ?? []),
      contents: memoryContents(),
      kube: gated(counted(kube, (call) => calls.push({ ...call, at: clock.monotonic() }))),
      http: gated(http),
      repos: createRepos(gated(http)),
      clock,
      random: systemRandom,
      uuid: randomUUID,
      cron: cronFields,
      log: createLog({ level: 'debug', format: 'json', write: (line) => (lines += line) }),
      ticket: options.ticket,
      channelAuthorization: options.channelAuthorization ?? null,
      holder: options.holder ?? options.name,
      version: '0.0.0',
      probes: {
        ...probes,
        passGoesOn: () => {
          steps += 1;
          if (steps === options.killAt) die();
          if (isDead) throw new SluiceError('ABORTED', 'killed');
          probes.passGoesOn();
        },
      },
    },
    stop.signal,
  ).then(
    () => null,
    (error: unknown) => (error instanceof Error ? error : new Error(String(error))),
  );
  return {
    ended,
    isDead: () => isDead,
    steps: () => steps,
    logged: () => lines,
    calls: () => calls,
    kill: die,
    stop: async () => {
      if (isDead) return;
      stop.abort(new SluiceError('ABORTED', 'stopped'));
      await ended;
      kube.close();
      http.close();
    },
  };
}

/** The same port until it is closed for good: then calls, and answers that were on their way, never come back. */
function gate<T extends object>(port: T, isClosed: () => boolean): T {
  const never = new Promise<never>(() => undefined);
  const through =
    (call: (...args: readonly unknown[]) => unknown) =>
    (...args: readonly unknown[]): unknown => {
      if (isClosed()) return never;
      const answer = call(...args);
      if (!(answer instanceof Promise)) return answer;
      return answer.then(
        (value: unknown) => (isClosed() ? never : value),
        (error: unknown) => (isClosed() ? never : Promise.reject(error as Error)),
      );
    };
  return Object.fromEntries(
    Object.entries(port).map(([name, call]) => [name, through(call as (...args: readonly unknown[]) => unknown)]),
  ) as T;
}

type Told = (call: Omit<Call, 'at'>) => void;

/** The same client, that tells of every request which names a kind. */
function counted(kube: KubeClient, tell: Told): KubeClient {
  const through =
    (verb: string, call: (...args: readonly unknown[]) => unknown) =>
    (...args: readonly unknown[]): unknown => {
      const target = verb === 'resource' || verb === 'isDefined' ? null : targetOf(args);
      if (target !== null) tell({ verb, ...target });
      return call(...args);
    };
  return Object.fromEntries(
    Object.entries(kube).map(([verb, call]) => [verb, through(verb, call as (...args: readonly unknown[]) => unknown)]),
  ) as unknown as KubeClient;
}

/** The object that a call is about: it has a key, or a resource and an object. */
function targetOf([first, second]: readonly unknown[]): Pick<Call, 'kind' | 'name'> | null {
  const { resource, name = '', kind } = (first ?? {}) as Partial<KubeKey & KubeResource>;
  if (resource !== undefined) return { kind: resource.kind, name };
  return kind === undefined ? null : { kind, name: (second as Partial<KubeObject>).metadata?.name ?? '' };
}
