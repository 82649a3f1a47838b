import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { StatusView } from '../../../hub/api/status.ts';
import type { JoinBody } from '../../../hub/api/bodies.ts';
import type { KubeObject } from '../../../shared/model/object.ts';
import { parseJoinLine, type JoinTicket } from '../../../shared/wire/join.ts';
import { openContract, type Contract } from '../../contract/kubernetes/context.ts';
import { waitFor } from '../../lab/controlplane/wait.ts';
import type { Backend } from '../scenarios/backend.ts';
import { rowOf, startFleet, type Fleet, type Site } from '../scenarios/fleet.ts';
import { handsOf, type Hands } from '../scenarios/hands.ts';
import type { Call, SiteOptions } from '../scenarios/site.ts';

const fixtures = new URL('../../fixtures/field/', import.meta.url).pathname;

/** A fault that a cluster has suffered, and what comes out now. */
export interface FieldCase {
  /** The folder of `test/fixtures/field` that it is about, then what it shows. */
  readonly name: string;
  /** True for what only a real API server does: admission, aggregated APIs, quotas. */
  readonly needsServer?: boolean;
  readonly run: (scene: Scene) => Promise<void>;
}

/** A fleet of one cluster, on which a case happens. */
export interface Scene {
  readonly fleet: Fleet;
  readonly site: () => Site;
  readonly hands: () => Hands;
  /** The administrator's own requests to the cluster. */
  readonly admin: () => Contract;
  /** Starts the cluster of the case; its agent starts with the first delivery. */
  readonly begin: (name: string) => Promise<void>;
  /** Pushes files and waits until the cluster has settled on what they say. */
  readonly deliver: (files: Readonly<Record<string, string | null>>) => Promise<StatusView>;
  readonly start: (more?: Partial<SiteOptions>) => void;
  readonly healthy: (application: string) => Promise<StatusView>;
  /** Waits until `sluice-hub status` says so, and answers all that it says. */
  readonly said: (what: RegExp) => Promise<string>;
  /** A join line for the cluster, as `cluster join` gives it. */
  readonly ticket: (body: Partial<JoinBody>) => Promise<JoinTicket>;
  /** Makes or changes an object as an administrator. */
  readonly apply: (object: object, manager?: string) => Promise<KubeObject>;
  /** What the agent asked about an object so far. */
  readonly calls: (name: string) => Call[];
  readonly gone: (id: string) => Promise<void>;
  /** Delivers an application of its own, so that whatever the agent would have done meanwhile is done. */
  readonly deliverBeside: () => Promise<void>;
}

/** The text of a file of a case. */
export function textOf(path: string): string {
  return readFileSync(join(fixtures, path), 'utf8');
}

/** The files of a folder of a case, by their path in the config repository. */
export function filesOf(folder: string): Record<string, string> {
  const paths = readdirSync(join(fixtures, folder), { recursive: true, withFileTypes: true });
  return Object.fromEntries(
    paths
      .filter((one) => one.isFile())
      .map((one) => join(one.parentPath, one.name).slice(join(fixtures, folder).length + 1))
      .map((path) => [path, textOf(`${folder}/${path}`)]),
  );
}

/** An Application of the object files of a repository that only records, and a deployment of one of its revisions everywhere. */
export function appOf(name: string, path: string, version = 1): string {
  return `kind: Application
metadata: { name: ${name}, namespace: default, annotations: { app.oam.dev/revision-only: "true" } }
spec: { components: [{ name: ${name}, type: k8s-objects, properties: { path: ${path} } }] }
---
${deploymentOf(name, version)}`;
}

/** A deployment of one revision on every cluster of the environment. */
export function deploymentOf(name: string, version: number, namespace = 'default'): string {
  return `kind: ApplicationDeployment
metadata: { name: ${name}, namespace: ${namespace} }
spec:
  appRevisions:
    - revisionName: ${name}-v${version}
      placement: [{ clusterSelector: { labels: { env: prod }, pick: all } }]
`;
}

/** The file of an application of raw objects, and of its deployment everywhere. */
export function rawFiles(
  name: string,
  objects: readonly object[],
  version = 1,
  namespace = 'default',
): Record<string, string> {
  const text = `kind: Application
metadata: { name: ${name}, namespace: ${namespace}, annotations: { app.oam.dev/revision-only: "true" } }
spec: { components: [{ name: ${name}, type: k8s-objects, properties: { objects: ${JSON.stringify(objects)} } }] }
---
${deploymentOf(name, version, namespace)}`;
  return { [`${name}.yaml`]: text };
}

/** A definition of a custom kind whose objects may hold anything. */
export function definition(plural: string, group: string, kind: string, scope = 'Namespaced'): object {
  const schema = { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } };
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${plural}.${group}` },
    spec: {
      group,
      scope,
      names: { kind, plural, singular: kind.toLowerCase() },
      versions: [{ name: 'v1', served: true, storage: true, schema, subresources: { status: {} } }],
    },
  };
}

/** Registers cases: each has a fleet of its own. */
export function describeCases(title: string, backend: Backend, cases: readonly FieldCase[], isServer: boolean): void {
  describe(`${title}, on ${backend.name}`, { timeout: 240_000 }, () => {
    let close = (): Promise<void> => Promise.resolve();
    afterEach(() => close());
    const here = cases.filter(({ needsServer }) => isServer || needsServer !== true);
    // A loop keeps the names whole, which it.each cuts.
    for (const { name, run } of here) {
      it(name, async () => {
        const opened = await open(backend);
        close = opened.close;
        await run(opened.scene);
      });
    }
  });
}

/** Registers cases that share a fleet: each has an application of its own. */
export function describeTogether(
  title: string,
  backend: Backend,
  cases: readonly FieldCase[],
  isServer: boolean,
): void {
  describe(`${title}, on ${backend.name}`, { timeout: 240_000 }, () => {
    let opened: Awaited<ReturnType<typeof open>> | undefined;
    beforeAll(async () => {
      opened = await open(backend);
      await opened.scene.begin('k1');
      opened.scene.start({ flags: { poll: 2 } });
    });
    afterAll(() => opened?.close());
    for (const { name, run, needsServer } of cases)
      if (isServer || needsServer !== true) it(name, () => run(opened!.scene));
  });
}

async function open(backend: Backend): Promise<{ readonly scene: Scene; readonly close: () => Promise<void> }> {
  const fleet = await startFleet({ backend });
  let [site, contract]: [Site | null, Contract | null] = [null, null];
  let besides = 0;
  const here = (): Site => {
    if (site === null) throw new Error('the cluster has not begun');
    return site;
  };
  const admin = (): Contract => (contract ??= openContract(here().kubeconfig));
  const apply: Scene['apply'] = async (object, manager = 'administrator') => {
    const answer = await admin().apply(object as KubeObject, manager, '&force=true');
    if (answer.status >= 300) throw new Error(`${answer.status}: ${JSON.stringify(answer.body)}`);
    return answer.body as unknown as KubeObject;
  };
  const scene: Scene = {
    fleet,
    site: here,
    hands: () => handsOf(here().view),
    admin,
    apply,
    begin: async (name) => {
      await fleet.push({ 'clusters.yaml': `kind: Cluster\nmetadata: { name: ${name}, labels: { env: prod } }\n` });
      site = await fleet.join(name, { agent: null });
    },
    deliver: async (files) => {
      await fleet.push(files);
      return fleet.settled();
    },
    start: (more) => void here().start(more),
    healthy: (application) =>
      fleet.until(`${application} to be healthy`, (status) => {
        const row = rowOf(status, application);
        return row?.health === 'Healthy' && row.applied;
      }),
    said: (what) => saidBy(fleet, what),
    ticket: async (body) => {
      const { line } = await fleet.client().join({ name: here().name, ...body });
      return parseJoinLine(line);
    },
    calls: (name) =>
      here()
        .agent()
        .calls()
        .filter((call) => call.name === name),
    gone: (id) => here().view.untilGone(id),
    deliverBeside: async () => {
      const name = `beside-${(besides += 1)}`;
      const object = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name } };
      await fleet.push(rawFiles(name, [object]));
      await scene.healthy(`default/${name}`);
    },
  };
  const close = async (): Promise<void> => {
    contract?.close();
    await fleet.close();
  };
  return { scene, close };
}

async function saidBy(fleet: Fleet, what: RegExp): Promise<string> {
  let last = '';
  try {
    return await waitFor(
      `status to say ${String(what)}`,
      async () => {
        // A line may be broken anywhere.
        last = (await fleet.cli('status')).stdout.replaceAll(/\s+/g, ' ');
        return what.test(last) ? last : undefined;
      },
      30_000,
    );
  } catch (error) {
    throw new Error(`${String(error)}; it says:\n${last}`, { cause: error });
  }
}

/** Fails unless a live object is the one that had this uid before. */
export async function expectSame(scene: Scene, id: string, uid: string | undefined): Promise<void> {
  expect((await scene.site().view.get(id))?.metadata.uid).toBe(uid);
}
