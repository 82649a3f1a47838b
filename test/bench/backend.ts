import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Binaries } from '../controlplane/binaries.ts';
import { startCluster as startReal } from '../controlplane/cluster.ts';
import { startCluster as startEmbedded } from '../cluster/cluster.ts';

/** A cluster to measure on. */
export interface BenchCluster {
  readonly kubeconfig: string;
  /** Requests of the agent so far, as the API server counts them: `VERB RESOURCE`, the Lease left out, and watches that it opened. */
  readonly requests: () => Promise<ReadonlyMap<string, number>>;
  readonly stop: () => Promise<void>;
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
    return { kubeconfig: cluster.kubeconfig, requests, stop: cluster.stop };
  },
};

/** Real etcd and kube-apiserver; requests are those that its audit log has of our user agent. */
export function realBackend(binaries: Binaries): Backend {
  return {
    name: 'real API servers',
    start: async (name) => {
      const cluster = await startReal({ name, binaries, audit: true });
      const requests = async () => countAudit(await readFile(join(cluster.folder, 'audit.log'), 'utf8'));
      return { kubeconfig: cluster.kubeconfig, requests, stop: () => cluster.stop() };
    },
  };
}

/** What came on top since an earlier count: requests in all, those that write, and a line that names them. */
export function since(
  before: ReadonlyMap<string, number>,
  after: ReadonlyMap<string, number>,
): { readonly requests: number; readonly writes: number; readonly text: string } {
  const more = [...after]
    .map(([key, count]) => [key, count - (before.get(key) ?? 0)] as const)
    .filter(([, count]) => count > 0);
  const sum = (all: typeof more): number => all.reduce((total, [, count]) => total + count, 0);
  return {
    requests: sum(more.filter(([key]) => !key.startsWith('watch '))),
    writes: sum(more.filter(([key]) => /^(create|update|patch|apply|delete) /.test(key))),
    text: more.map(([key, count]) => `${count} ${key}`).join(', '),
  };
}

function isCounted(key: string): boolean {
  return !key.includes('leases');
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
