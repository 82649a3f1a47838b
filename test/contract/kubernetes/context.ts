import { randomBytes } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import type { KubeAccess } from '../../../agent/kube/access.ts';
import { createKube } from '../../../agent/kube/client.ts';
import type { KubeClient } from '../../../agent/kube/client.ts';
import { loadKubeAccess } from '../../../agent/kube/config.ts';
import type { Impersonation } from '../../../agent/kube/session.ts';
import { openTransport } from '../../../agent/kube/transport.ts';
import type { KubeResource } from '../../../agent/model/kube.ts';
import { systemClock, systemRandom } from '../../../shared/adapters/clock.ts';
import { groupOf } from '../../../shared/model/object.ts';
import type { KubeObject } from '../../../shared/model/object.ts';

/** A request as the wire sees it; `body` is sent as JSON. */
export interface RawAsk {
  readonly body?: unknown;
  readonly type?: string;
  readonly accept?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface RawAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  // Answers are judged field by field by the tests; a loose type keeps them readable.
  readonly body: Loose;
}

type Member =
  | 'annotations'
  | 'code'
  | 'collisionCount'
  | 'continue'
  | 'data'
  | 'deletionTimestamp'
  | 'details'
  | 'field'
  | 'generation'
  | 'image'
  | 'kind'
  | 'labels'
  | 'message'
  | 'metadata'
  | 'minReadySeconds'
  | 'name'
  | 'object'
  | 'observedGeneration'
  | 'readyReplicas'
  | 'reason'
  | 'replicas'
  | 'resourceVersion'
  | 'spec'
  | 'status'
  | 'template'
  | 'token'
  | 'type'
  | 'uid'
  | 'userInfo'
  | 'username';

type ListMember =
  'causes' | 'conditions' | 'containers' | 'endpoints' | 'finalizers' | 'items' | 'managedFields' | 'resources';

/** JSON with the members that the facts look at; every one may be missing, and a leaf may be of any type. */
export type Loose = { readonly [name in Member]?: Loose } & { readonly [name in ListMember]?: readonly Loose[] };

/** A leaf that must be a text; fails the test otherwise. */
export function textOf(value: unknown): string {
  if (typeof value !== 'string') throw new Error(`not a text: ${JSON.stringify(value)}`);
  return value;
}

/** What every group of facts works with. */
export interface Contract {
  readonly kube: KubeClient;
  readonly access: KubeAccess;
  readonly signal: AbortSignal;
  readonly raw: (method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE', path: string, ask?: RawAsk) => Promise<RawAnswer>;
  /** A client of the same server as another user. */
  readonly as: (impersonate: Impersonation) => KubeClient;
  /** Server-side apply under any manager's name, answered raw. */
  readonly apply: (object: KubeObject, manager: string, query?: string) => Promise<RawAnswer>;
  /** The path of an object. */
  readonly pathOf: (object: KubeObject) => Promise<string>;
  readonly resource: (object: Pick<KubeObject, 'apiVersion' | 'kind'>) => Promise<KubeResource>;
  /** Creates a namespace with a name of its own. */
  readonly namespace: () => Promise<string>;
  readonly close: () => void;
}

const limits = { maxBytes: 64 * 1024 * 1024, idleMs: 30_000, totalMs: 60_000 };

/** Opens the agent's client and a raw one on a kubeconfig. */
export function openContract(kubeconfig: string): Contract {
  const access = loadKubeAccess({ kubeconfig, allowExec: false, clock: systemClock });
  const options = { access, clock: systemClock, random: systemRandom };
  const kube = createKube(options);
  const transport = openTransport(access);
  const ended = new AbortController();
  const { signal } = ended;

  const raw: Contract['raw'] = async (method, path, { body, type, accept, headers } = {}) => {
    const contentType = body === undefined ? {} : { 'content-type': type ?? 'application/json' };
    const all = { accept: accept ?? 'application/json', ...contentType, ...headers };
    const payload = body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) };
    const answer = await transport.send({ method, path, headers: all, signal, limits, ...payload });
    return { status: answer.status, headers: answer.headers, body: parse(answer.body.toString('utf8')) };
  };
  const resource: Contract['resource'] = async ({ apiVersion, kind }) =>
    kube.resource({ group: groupOf(apiVersion), kind }, signal);
  const pathOf: Contract['pathOf'] = async (object) => {
    const { group, version, plural, namespaced } = await resource(object);
    const root = group === '' ? `/api/${version}` : `/apis/${group}/${version}`;
    const scope = namespaced ? `/namespaces/${object.metadata.namespace ?? ''}` : '';
    return `${root}${scope}/${plural}/${object.metadata.name}`;
  };
  return {
    kube,
    access,
    signal,
    raw,
    resource,
    pathOf,
    as: (impersonate) => createKube({ ...options, impersonate }),
    apply: async (object, manager, query = '') =>
      raw('PATCH', `${await pathOf(object)}?fieldManager=${manager}${query}`, {
        body: object,
        type: 'application/apply-patch+yaml',
      }),
    namespace: async () => {
      const name = `contract-${randomBytes(4).toString('hex')}`;
      await raw('POST', '/api/v1/namespaces', { body: { metadata: { name } } });
      return name;
    },
    close: () => {
      ended.abort();
      kube.close();
      transport.close();
    },
  };
}

function parse(text: string): Loose {
  try {
    return JSON.parse(text) as Loose;
  } catch {
    return text as unknown as Loose;
  }
}
