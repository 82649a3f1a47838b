import { clusterRecord } from '../../fixtures/hub/facts.ts';
import { buildBundle, type BuiltBundle } from '../../../hub/publish/bundle.ts';
import type { RevisionRecord } from '../../../hub/model/fleet.ts';
import type { ObjectReader } from '../../../hub/model/objects.ts';
import type { PublishedBundle } from '../../../hub/model/published-bundle.ts';
import type { ClusterRecord } from '../../../hub/model/registry.ts';
import type { SeenDocument } from '../../../hub/model/seen-documents.ts';
import type { Slices } from '../../../hub/model/state.ts';
import { digestOf } from '../../../shared/lib/canonical.ts';
import { encode } from '../../../shared/wire/codec.ts';
import { signerOf } from '../../../shared/wire/envelope.ts';
import type { BundleApp } from '../../../shared/wire/revision.ts';

/** A fixed key, channel and time: the same state makes the same bytes. */
export const seed = Buffer.alloc(32, 7).toString('base64url');
export const channel = '33333333-3333-4333-8333-333333333333';
export const at = Date.UTC(2026, 0, 1);
export const rootFiles = new Map([['root/1.json', Buffer.from('{}\n')]]);

const registration = '44444444-4444-4444-8444-444444444444';
const instant = '2026-01-01T00:00:00.000Z';
const source = { repository: 'https://git.example/config', commit: 'abc' };

function document(key: string, value: unknown): SeenDocument {
  return { kind: 'Application', key, place: { path: 'app.yaml', line: 1, column: 1 }, value, missing: null };
}

function cluster(name: string, more: Partial<ClusterRecord> = {}): ClusterRecord {
  return clusterRecord(name, { registration, joinedAt: instant, ...more });
}

function record(number: number): RevisionRecord {
  return {
    app: 'default/web',
    number,
    name: `web-v${number}`,
    specDigest: `digest-${number}`,
    commit: 'c0ffee',
    application: {
      apiVersion: 'core.oam.dev/v1beta1',
      kind: 'Application',
      metadata: { name: 'web' },
      spec: { components: [{ name: 'web', type: 'webservice', properties: { image: `web:${number}` } }] },
    },
    definitions: {},
    files: {},
  };
}

const noObjects: ObjectReader = { has: () => false, read: () => null, packed: () => null };

/** The first bundle of the cluster `prod-1`: one application of one object. */
export function firstBundle(): BuiltBundle {
  const file = encode({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'web', namespace: 'default' } });
  const path = 'objects/default.web/ConfigMap/default/web.json';
  const id = '/ConfigMap/default/web';
  const app: BundleApp = {
    namespace: 'default',
    name: 'web',
    digest: digestOf('web'),
    source: 'abc',
    selector: {},
    revisions: [{ name: 'web-v1', objects: [id] }],
    replicas: [],
    traffic: [],
    steps: [],
    health: { progressDeadlineSeconds: 600 },
    notes: [],
    objects: [{ id, path, digest: digestOf(file) }],
  };
  const revision = {
    format: 1 as const,
    channel,
    registration,
    cluster: 'prod-1',
    epoch: 1,
    generation: 1,
    source,
    labels: { env: 'prod' },
    apps: [app],
    retired: [{ id: '/Secret/default/old', since: 1 }],
    approvals: [],
    bundle: { digest: digestOf('bundle'), objects: 1, bytes: file.length },
  };
  const facts = { ledger: 2, issuedAt: instant, freshUntil: '2026-01-04T00:00:00.000Z', previous: null, at: null };
  return buildBundle(noObjects, signerOf(seed), { cluster: 'prod-1', revision, files: new Map([[path, file]]) }, facts);
}

/** Something in every slice. */
export function everySlice(bundle: PublishedBundle): Slices {
  const change = digestOf('change');
  return {
    source,
    documents: [document('default/web', { spec: 1 }), document('shop/.git', {}), document('shop/a b%', { a: [1, null] })],
    broken: [],
    revisions: {
      revisions: new Map([['default/web', Array.from({ length: 11 }, (_, i) => record(i + 1))]]),
      newest: new Map([
        ['default/gone', 'gone-v3'],
        ['default/web', 'web-v11'],
      ]),
    },
    clusters: new Map([
      ['prod-1', cluster('prod-1')],
      ['prod-2', cluster('prod-2', { revoked: true, declared: { ingress: true } })],
    ]),
    picks: new Map([
      ['__proto__', ['prod-2']],
      ['default/web/{}', ['prod-1']],
    ]),
    deliveries: new Map(),
    freeze: null,
    bundles: new Map([['prod-1', bundle]]),
    guarded: [
      {
        change,
        code: 'MASS_DELETE',
        cluster: 'prod-1',
        app: 'default/web',
        generation: 2,
        ids: ['/ConfigMap/default/web'],
        since: instant,
      },
    ],
    approvals: [{ change, generation: 2, ids: ['/ConfigMap/default/web'], by: 'ada', at: instant }],
    tokens: [],
    problems: [{ code: 'NAME_TAKEN', message: 'taken', app: 'default/web', cluster: 'prod-1', severity: 'error' }],
  };
}
