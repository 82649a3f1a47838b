import { expect, it } from 'vitest';
import type { WatchEvent, WatchOptions } from '../../../agent/model/kube.ts';
import type { KubeObject } from '../../../shared/model/object.ts';
import { textOf } from './context.ts';
import type { Contract } from './context.ts';
import { configMap } from './objects.ts';
import type { Facts } from './suite.ts';

/** A running watch of the agent's client whose events can be awaited one by one. */
interface Following {
  readonly seen: readonly string[];
  /** Resolves once the line was seen, or seen so many times. */
  until(line: string, times?: number): Promise<void>;
  stop(): Promise<void>;
}

function line(event: WatchEvent): string {
  return 'object' in event ? `${event.type} ${event.object.metadata.name}` : event.type;
}

/** Starts a watch of ConfigMaps in one namespace, those with the label `watched`. */
export async function follow(
  contract: Contract,
  namespace: string,
  kube = contract.kube,
  more: Partial<WatchOptions> = {},
): Promise<Following> {
  const resource = await contract.resource({ apiVersion: 'v1', kind: 'ConfigMap' });
  const seen: string[] = [];
  const waiting = new Set<() => void>();
  const control = new AbortController();
  const done = kube.watch(resource, {
    namespace,
    labelSelector: 'watched',
    metadataOnly: true,
    signal: control.signal,
    onEvent: (event) => {
      seen.push(line(event));
      for (const check of waiting) check();
    },
    onError: (error) => seen.push(`error ${error.message}`),
    ...more,
  });
  return {
    seen,
    until: async (wanted, times = 1) =>
      new Promise((resolve) => {
        const check = (): void => {
          if (seen.filter((each) => each === wanted).length < times) return;
          waiting.delete(check);
          resolve();
        };
        waiting.add(check);
        check();
      }),
    stop: async () => {
      control.abort();
      await done;
    },
  };
}

/** A ConfigMap with the label that `follow` selects. */
export function watched(namespace: string, name: string, value = '1'): ReturnType<typeof configMap> {
  const object = configMap(namespace, name, { key: value });
  return { ...object, metadata: { ...object.metadata, labels: { watched: 'yes' } } };
}

interface ServerEvent {
  readonly type: string;
  readonly object: KubeObject;
}

/** Watches: watch-list, order, selectors, bookmarks, and places that the server no longer knows. */
export const watchFacts: Facts = (at) => {
  const events = async (path: string): Promise<ServerEvent[]> => {
    const { body } = await at().raw('GET', path);
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    return text
      .split('\n')
      .filter((each) => each !== '')
      .map((each) => JSON.parse(each) as ServerEvent);
  };
  const collection = (namespace: string): string => `/api/v1/namespaces/${namespace}/configmaps`;

  it('deliver the first state, then changes in order, and end when told', async () => {
    const namespace = await at().namespace();
    await at().apply(watched(namespace, 'early'), 'sluice-agent');
    const following = await follow(at(), namespace);
    await following.until('synced');
    await at().apply(watched(namespace, 'late'), 'sluice-agent');
    await at().apply(watched(namespace, 'late', '2'), 'sluice-agent');
    await at().raw('DELETE', `${collection(namespace)}/late`);
    await following.until('deleted late');
    await following.stop();
    expect(following.seen).toEqual(['added early', 'synced', 'added late', 'modified late', 'deleted late']);
    expect(at().kube.counters().watches).toBe(0);
  });

  it('report an object that leaves the selector as deleted, and one that enters it as added', async () => {
    const namespace = await at().namespace();
    const object = configMap(namespace, 'wandering');
    await at().apply(object, 'sluice-agent');
    const following = await follow(at(), namespace);
    await following.until('synced');
    await at().apply(watched(namespace, 'wandering'), 'sluice-agent');
    await at().apply(object, 'sluice-agent');
    await following.until('deleted wandering');
    await following.stop();
    expect(following.seen).toEqual(['synced', 'added wandering', 'deleted wandering']);
  });

  it('with sendInitialEvents deliver what exists as ADDED and then a bookmark that says so', async () => {
    const namespace = await at().namespace();
    await at().apply(watched(namespace, 'one'), 'sluice-agent');
    const query =
      'watch=1&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true&timeoutSeconds=3&labelSelector=watched';
    const [first, second] = await events(`${collection(namespace)}?${query}`);
    expect(first).toMatchObject({ type: 'ADDED', object: { metadata: { name: 'one' } } });
    expect(second).toMatchObject({
      type: 'BOOKMARK',
      object: { metadata: { annotations: { 'k8s.io/initial-events-end': 'true' } } },
    });
    const version = Number(second?.object.metadata.resourceVersion);
    expect(version).toBeGreaterThan(0);
  });

  it('refuse sendInitialEvents without resourceVersionMatch with 422', async () => {
    const path = `${collection(await at().namespace())}?watch=1&sendInitialEvents=true&allowWatchBookmarks=true`;
    expect((await at().raw('GET', path)).status).toBe(422);
  });

  it('go on from a resourceVersion with exactly the later changes, and end after timeoutSeconds', async () => {
    const namespace = await at().namespace();
    const first = await at().apply(watched(namespace, 'a'), 'sluice-agent');
    await at().apply(watched(namespace, 'b'), 'sluice-agent');
    await at().raw('DELETE', `${collection(namespace)}/a`);
    const from = textOf(first.body.metadata?.resourceVersion);
    const later = await events(
      `${collection(namespace)}?watch=1&timeoutSeconds=3&resourceVersion=${from}&labelSelector=watched`,
    );
    expect(later.map(({ type, object }) => [type, object.metadata.name])).toEqual([
      ['ADDED', 'b'],
      ['DELETED', 'a'],
    ]);
  });

  it('carry metadata alone when that is asked for', async () => {
    const namespace = await at().namespace();
    await at().apply(watched(namespace, 'small'), 'sluice-agent');
    const accept = 'application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1';
    const { body } = await at().raw('GET', `${collection(namespace)}?watch=1&timeoutSeconds=3&labelSelector=watched`, {
      accept,
    });
    expect(body).toMatchObject({
      type: 'ADDED',
      object: { kind: 'PartialObjectMetadata', metadata: { name: 'small' } },
    });
    expect(Object.keys(body.object!).sort()).toEqual(['apiVersion', 'kind', 'metadata']);
  });
};
