import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Binaries } from '../controlplane/binaries.ts';
import { sendOk } from '../controlplane/client.ts';
import { startCluster as startReal, type Cluster } from '../controlplane/cluster.ts';
import { startCluster as startEmbedded } from '../cluster/cluster.ts';

/** A cluster to measure on. */
export interface BenchCluster {
  readonly kubeconfig: string;
  /** Requests of the agent so far, as the API server counts them: `VERB RESOURCE`, the Lease left out, and watches that it opened. */
  readonly requests: () => Promise<ReadonlyMap<string, number>>;
  /**
   * What a stretch of time costs the API server while nobody but the agent talks to it: by the server's own metrics where it has
   * some. Watches that are open in the end and were not before count as requests.
   */
  readonly spent: (during: () => Promise<unknown>) => Promise<Spent>;
  readonly stop: () => Promise<void>;
}

/** Requests in all, those that write, and a line that names them. */
export interface Spent {
  readonly requests: number;
  readonly writes: number;
  readonly text: string;
}

/** Where clusters come from. */
export interface Backend {
  readonly name: string;
  readonly start: (name: string) => Promise<BenchCluster>;
}

/** The embedded Kubernetes API, in this process. Who is on it beside the agent must not send requests while it counts. */
export const embedded: Backend = {
  name: 'embedded clusters',
  start: async (name) => {
    const cluster = await startEmbedded({ name });
    const requests = () => Promise.resolve(new Map([...cluster.requests.by].filter(([key]) => isCounted(key))));
    const spent: BenchCluster['spent'] = async (during) => {
      const before = await requests();
      await during();
      return since(before, await requests(), () => true);
    };
    return { kubeconfig: cluster.kubeconfig, requests, spent, stop: cluster.stop };
  },
};

/** Real etcd and kube-apiserver; `requests` are those that its audit log has of our user agent. */
export function realBackend(binaries: Binaries): Backend {
  return {
    name: 'real API servers',
    start: async (name) => {
      const cluster = await startReal({ name, binaries, audit: true });
      const requests = async () => countAudit(await readFile(join(cluster.folder, 'audit.log'), 'utf8'));
      const spent: BenchCluster['spent'] = async (during) => {
        haltOthers(cluster, 'SIGSTOP');
        try {
          const before = await countMetrics(cluster);
          await during();
          return since(before, await countMetrics(cluster), () => true);
        } finally {
          haltOthers(cluster, 'SIGCONT');
        }
      };
      return { kubeconfig: cluster.kubeconfig, requests, spent, stop: () => cluster.stop() };
    },
  };
}

/** What came on top since an earlier count; opened watches count only where that is asked for. */
export function since(
  before: ReadonlyMap<string, number>,
  after: ReadonlyMap<string, number>,
  isRequest: (key: string) => boolean = (key) => !key.startsWith('watch '),
): Spent {
  const more = [...after]
    .map(([key, count]) => [key, count - (before.get(key) ?? 0)] as const)
    .filter(([, count]) => count > 0);
  const sum = (all: typeof more): number => all.reduce((total, [, count]) => total + count, 0);
  return {
    requests: sum(more.filter(([key]) => isRequest(key))),
    writes: sum(more.filter(([key]) => /^(create|update|post|put|patch|apply|delete) /.test(key))),
    text: more.map(([key, count]) => `${count} ${key}`).join(', '),
  };
}

function isCounted(key: string): boolean {
  return !key.includes('leases');
}

/** Controller manager, scheduler and kwok stand still, so that the server's count is the agent's. */
function haltOthers(cluster: Cluster, signal: 'SIGSTOP' | 'SIGCONT'): void {
  for (const [name, pid] of Object.entries(cluster.pids())) {
    if (name !== 'etcd' && name !== 'kube-apiserver') process.kill(pid, signal);
  }
}

/**
 * `apiserver_request_total` by verb and resource, and the watches that are open now (the total has a watch only when it ends).
 * Without the Lease, and without what the server asks itself for: its OpenAPI documents, its metrics.
 */
async function countMetrics({ admin }: Cluster): Promise<ReadonlyMap<string, number>> {
  const counts = new Map<string, number>();
  const text = (await sendOk(admin, { path: '/metrics' })) as string;
  for (const [, metric, labels = '', value] of text.matchAll(
    /^(apiserver_request_total|apiserver_longrunning_requests)\{(.*)\} (\S+)$/gm,
  )) {
    const label = (name: string): string => new RegExp(`(?:^|,)${name}="([^"]*)"`).exec(labels)?.[1] ?? '';
    const isOpen = metric === 'apiserver_longrunning_requests';
    const [resource, subresource] = [label('resource'), label('subresource')];
    if ((label('verb') === 'WATCH') !== isOpen) continue;
    if (resource === 'leases' || /^\/?(openapi|metrics)/.test(subresource)) continue;
    const key = `${label('verb').toLowerCase()} ${[resource, subresource].filter(Boolean).join('/')}`;
    counts.set(key, (counts.get(key) ?? 0) + Number(value));
  }
  return counts;
}

interface AuditEvent {
  readonly stage: string;
  readonly verb: string;
  readonly userAgent?: string;
  readonly requestURI: string;
  readonly objectRef?: { readonly resource?: string; readonly subresource?: string };
}

// A watch has two lines, its start and its end; every other request has one when it is complete.
function countAudit(text: string): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const line of text.split('\n')) {
    if (!line.includes('"userAgent":"sluice-agent/')) continue;
    const event = JSON.parse(line) as AuditEvent;
    if (event.stage !== (event.verb === 'watch' ? 'ResponseStarted' : 'ResponseComplete')) continue;
    const { resource, subresource } = event.objectRef ?? {};
    const what = resource === undefined ? event.requestURI : [resource, subresource].filter(Boolean).join('/');
    const key = `${event.verb} ${what}`;
    if (isCounted(key)) counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  return counts;
}
