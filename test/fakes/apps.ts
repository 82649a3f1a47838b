import type { VerifiedBundle } from '../../agent/model/bundle.ts';
import { canonicalPretty, digestOf, type Digest } from '../../shared/lib/canonical.ts';
import { idOf, refOf, type KubeObject, type ObjectId } from '../../shared/model/object.ts';
import { appDigest, bundleDigest } from '../../shared/wire/bundle.ts';
import { encode } from '../../shared/wire/codec.ts';
import { objectPath } from '../../shared/wire/layout.ts';
import type { Approval } from '../../shared/wire/approval.ts';
import type { BundleApp, RetiredObject, Revision } from '../../shared/wire/revision.ts';
import { channelId, identity, noon, registrationId } from './bundle.ts';

/** An application for tests: what the hub would have rendered for one cluster. */
export interface TestApp {
  readonly app: BundleApp;
  readonly objects: readonly KubeObject[];
}

/** One revision of an application: its number, replicas, share of the traffic, and image. */
export interface TestRevision {
  readonly n: number;
  readonly replicas: number;
  readonly weight: number;
  readonly image?: string;
}

const labels = { 'app.kubernetes.io/managed-by': 'sluice' };

/** An ApplicationDeployment `example` with a Deployment and a Service for each revision, and one VirtualService. */
export function exampleApp(
  revisions: readonly TestRevision[],
  options: {
    readonly name?: string;
    readonly namespace?: string;
    readonly deadline?: number;
    readonly router?: 'istio' | 'none';
  } = {},
): TestApp {
  const { name = 'example', namespace = 'default', router = 'istio' } = options;
  const workload = ({ n, replicas, image = `app:${n}` }: TestRevision): KubeObject => {
    const pods = { 'app.oam.dev/component': 'web', 'app.oam.dev/revision': `${name}-v${n}` };
    return {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: `${name}-web-v${n}`, namespace, labels },
      spec: {
        replicas,
        selector: { matchLabels: pods },
        template: { metadata: { labels: pods }, spec: { containers: [{ name: 'web', image }] } },
      },
    };
  };
  const service = ({ n }: TestRevision): KubeObject => ({
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: `${name}-v${n}`, namespace, labels },
    spec: {
      selector: { 'app.oam.dev/component': 'web', 'app.oam.dev/revision': `${name}-v${n}` },
      ports: [{ port: 80 }],
    },
  });
  const virtualService: KubeObject = {
    apiVersion: 'networking.istio.io/v1',
    kind: 'VirtualService',
    metadata: { name, namespace, labels },
    spec: {
      hosts: [`${name}.example.com`],
      http: [{ route: revisions.map(({ n, weight }) => ({ destination: { host: `${name}-v${n}` }, weight })) }],
    },
  };
  const hasTraffic = router === 'istio' && revisions.length > 0;
  const objects = [
    ...revisions.flatMap((one) => [workload(one), service(one)]),
    ...(hasTraffic ? [virtualService] : []),
  ];
  return testApp({
    name,
    namespace,
    objects,
    revisions: revisions.map((one) => ({
      name: `${name}-v${one.n}`,
      objects: [idOf(workload(one)), idOf(service(one))],
    })),
    replicas: revisions.map((one) => ({
      id: idOf(workload(one)),
      pointer: '/spec/replicas',
      value: one.replicas,
      revision: `${name}-v${one.n}`,
    })),
    traffic: hasTraffic
      ? [
          {
            provider: 'istio',
            id: idOf(virtualService),
            targets: revisions.map((one, index) => ({
              rule: 0,
              revision: `${name}-v${one.n}`,
              component: 'web',
              service: idOf(service(one)),
              weight: one.weight,
              pointer: `/spec/http/0/route/${index}/weight`,
            })),
          },
        ]
      : [],
    deadline: options.deadline ?? 600,
  });
}

/** An application of plain objects, without revisions and traffic. */
export function plainApp(
  name: string,
  objects: readonly KubeObject[],
  selector: Record<string, string> = {},
  namespace = 'default',
): TestApp {
  return testApp({
    name,
    namespace,
    objects,
    revisions: [],
    replicas: [],
    traffic: [],
    deadline: 600,
    selector,
  });
}

/** A ConfigMap. */
export function configMap(name: string, value = 'a', namespace = 'default'): KubeObject {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace, labels }, data: { value } };
}

function testApp(
  facts: Pick<BundleApp, 'name' | 'namespace' | 'revisions' | 'replicas' | 'traffic'> & {
    readonly objects: readonly KubeObject[];
    readonly deadline: number;
    readonly selector?: Record<string, string>;
  },
): TestApp {
  const { objects, deadline, selector = {}, ...rest } = facts;
  const entry = {
    ...rest,
    source: 'c0ffee',
    selector,
    steps: [],
    health: { progressDeadlineSeconds: deadline },
    notes: [],
    objects: objects.map((object) => ({
      id: idOf(object),
      path: objectPath(rest, refOf(object)),
      digest: digestOf(canonicalPretty(object)),
    })),
  };
  return { app: { ...entry, digest: appDigest(entry) }, objects };
}

export interface BundleFacts {
  readonly generation: number;
  readonly apps: readonly TestApp[];
  readonly retired?: readonly (ObjectId | RetiredObject)[];
  readonly approvals?: readonly Approval[];
  readonly labels?: Record<string, string>;
  readonly freshUntil?: number;
}

/** A bundle as verify would hand it over; the signatures are verify's matter and not part of it. */
export function testBundle(facts: BundleFacts): VerifiedBundle {
  const texts = new Map<Digest, string>();
  for (const object of facts.apps.flatMap((one) => one.objects)) {
    const text = canonicalPretty(object);
    texts.set(digestOf(text), text);
  }
  const all = facts.apps.flatMap((one) => one.app.objects);
  const revision: Revision = {
    format: 1,
    channel: channelId,
    registration: registrationId,
    cluster: identity.cluster,
    epoch: 1,
    generation: facts.generation,
    ledger: facts.generation,
    source: { repository: 'r', commit: 'c' },
    issuedAt: new Date(noon).toISOString(),
    freshUntil: new Date(facts.freshUntil ?? noon + 72 * 3_600_000).toISOString(),
    labels: facts.labels ?? {},
    apps: facts.apps.map((one) => one.app),
    retired: (facts.retired ?? []).map((one) => (typeof one === 'string' ? { id: one, since: facts.generation } : one)),
    approvals: [...(facts.approvals ?? [])],
    bundle: { digest: bundleDigest(all), objects: all.length, bytes: 0 },
  };
  const mark = { epoch: 1, generation: facts.generation, revisionDigest: digestOf(encode(revision)) };
  return {
    mark,
    revision,
    envelope: { payload: '', signatures: '' },
    rootVersion: 1,
    fresh: true,
    issuedAt: noon,
    freshness: null,
    objectText: (digest: Digest) => texts.get(digest) ?? null,
  } as unknown as VerifiedBundle;
}

/** The ids that a later set of applications wants no more: what the hub would retire. */
export function retiredBetween(before: readonly TestApp[], after: readonly TestApp[]): ObjectId[] {
  const wanted = new Set(after.flatMap((one) => one.app.objects.map(({ id }) => id)));
  return before.flatMap((one) => one.app.objects.map(({ id }) => id)).filter((id) => !wanted.has(id));
}
