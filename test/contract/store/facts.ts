import type { RevisionRecord } from '../../../hub/model/fleet.ts';
import type { ObjectReader } from '../../../hub/model/objects.ts';
import type { PublishedBundle } from '../../../hub/model/published-bundle.ts';
import type { ClusterRecord } from '../../../hub/model/registry.ts';
import type { SeenDocument } from '../../../hub/model/seen-documents.ts';
import { buildBundle, type BuiltBundle } from '../../../hub/publish/bundle.ts';
import { digestOf } from '../../../shared/lib/canonical.ts';
import { encode } from '../../../shared/wire/codec.ts';
import { newSeed, signerOf } from '../../../shared/wire/envelope.ts';
import type { BundleApp } from '../../../shared/wire/revision.ts';

export const channel = '11111111-1111-4111-8111-111111111111';
export const at = Date.UTC(2026, 0, 1);
const instant = '2026-01-01T00:00:00.000Z';
const signer = signerOf(newSeed());

export function cluster(name: string, more: Partial<ClusterRecord> = {}): ClusterRecord {
  return {
    name,
    registration: `00000000-0000-4000-8000-${Buffer.from(name).toString('hex').padStart(12, '0').slice(-12)}`,
    labels: { env: 'prod' },
    capabilities: { istio: true },
    joinedAt: instant,
    agentKey: null,
    token: null,
    reports: true,
    revoked: false,
    decommission: null,
    ...more,
  };
}

export function document(key: string): SeenDocument {
  return {
    kind: 'Application',
    key,
    place: { path: 'app.yaml', line: 1, column: 1 },
    value: { a: [1, null] },
    missing: null,
  };
}

export function revisionRecord(app: string, number: number): RevisionRecord {
  const name = app.split('/')[1] ?? '';
  return {
    app,
    number,
    name: `${name}-v${number}`,
    specDigest: `digest-${number}`,
    commit: 'c0ffee',
    application: {
      apiVersion: 'core.oam.dev/v1beta1',
      kind: 'Application',
      metadata: { name },
      spec: { components: [{ name: 'web', type: 'webservice' }] },
    },
    definitions: {},
    files: {},
  };
}

const nothing: ObjectReader = { has: () => false, read: () => null, packed: () => null };

/** The next bundle of a cluster: a ConfigMap for each application, retired ones left out. */
export function nextBundle(
  name: string,
  previous: PublishedBundle | null,
  apps: readonly string[],
  objects: ObjectReader = nothing,
): BuiltBundle {
  const files = new Map(apps.map((app) => [pathOf(app), encode({ kind: 'ConfigMap', metadata: { name: app } })]));
  const { registration, labels } = cluster(name);
  const revision = {
    format: 1 as const,
    channel,
    registration,
    cluster: name,
    epoch: 1,
    generation: (previous?.revision.generation ?? 0) + 1,
    source: { repository: 'https://git.example/config', commit: 'abc' },
    labels,
    apps: apps.map((app) => bundleApp(app, files.get(pathOf(app)) ?? Buffer.of())),
    retired: [],
    approvals: [],
    bundle: { digest: digestOf('bundle'), objects: apps.length, bytes: 1 },
  };
  const facts = { ledger: 2, issuedAt: instant, freshUntil: '2026-01-04T00:00:00.000Z', previous };
  return buildBundle(
    objects,
    signer,
    { cluster: name, revision, files },
    { ...facts, parent: previous?.commit ?? null },
  );
}

const pathOf = (app: string): string => `objects/default.${app}/ConfigMap/default/${app}.json`;

function bundleApp(name: string, file: Uint8Array): BundleApp {
  return {
    namespace: 'default',
    name,
    digest: digestOf(name),
    source: 'abc',
    selector: {},
    revisions: [],
    replicas: [],
    traffic: [],
    steps: [],
    health: { progressDeadlineSeconds: 600 },
    notes: [],
    objects: [{ id: `/ConfigMap/default/${name}`, path: pathOf(name), digest: digestOf(file) }],
  };
}
