import { digestOf, type Digest } from '../../shared/lib/canonical.ts';
import { idOf, refOf, type KubeObject } from '../../shared/model/object.ts';
import { appDigest, bundleDigest } from '../../shared/wire/bundle.ts';
import { encode } from '../../shared/wire/codec.ts';
import {
  type PayloadType,
  payloadTypes,
  signaturesText,
  type SignedBytes,
  type Signer,
  signerOf,
} from '../../shared/wire/envelope.ts';
import { freshnessKey, freshnessShard, type Freshness } from '../../shared/wire/freshness.ts';
import { objectPath } from '../../shared/wire/layout.ts';
import type { BundleApp, Revision } from '../../shared/wire/revision.ts';
import type { Root } from '../../shared/wire/root.ts';
import type { ChannelSnapshot } from '../../agent/model/bundle.ts';
import type { Identity } from '../../agent/model/site.ts';

/** A signer whose key is always the same: `seed` is one letter. */
export function fixedSigner(seed: string): Signer {
  return signerOf(Buffer.alloc(32, seed).toString('base64url'));
}

export const channelId = '11111111-1111-4111-8111-111111111111';
export const registrationId = '22222222-2222-4222-8222-222222222222';
/** The moment at which the fixture's bundles are read. */
export const noon = Date.parse('2026-06-01T12:00:00Z');

export const keys = {
  root: fixedSigner('r'),
  nextRoot: fixedSigner('n'),
  hub: fixedSigner('h'),
  approver: fixedSigner('a'),
  stranger: fixedSigner('s'),
};

/** A file of a channel with its signatures. */
export function signed(type: PayloadType, content: unknown, ...signers: readonly Signer[]): SignedBytes {
  const payload = encode(content);
  const signatures = signers.flatMap((signer) => signer.sign(type, payload).signatures);
  return { payload, signatures: Buffer.from(signaturesText({ payloadType: type, signatures })) };
}

/** The first root document, with what differs. */
export function rootDocument(change: Partial<Root> = {}): Root {
  return {
    format: 1,
    channel: channelId,
    version: 1,
    epoch: 1,
    roots: { keys: [keys.root.publicKey], threshold: 1 },
    hubs: { keys: [keys.hub.publicKey] },
    approvers: { keys: [], threshold: 0 },
    ...change,
  };
}

export const firstRoot = signed(payloadTypes.root, rootDocument(), keys.root);

export const identity: Identity = {
  channel: channelId,
  url: 'https://hub.example.com/channel.git',
  hub: 'https://hub.example.com',
  registration: registrationId,
  cluster: 'edge-1',
  rootFingerprint: digestOf(firstRoot.payload),
  minimumGeneration: 1,
};

/** The objects of the fixture's application. */
export const deployment: KubeObject = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'web-v1', namespace: 'shop' },
  spec: { replicas: 3, template: { spec: { containers: [{ name: 'web', image: 'nginx:1' }] } } },
};
export const service: KubeObject = {
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: 'web-v1', namespace: 'shop' },
  spec: { ports: [{ port: 80 }] },
};
export const route: KubeObject = {
  apiVersion: 'networking.istio.io/v1',
  kind: 'VirtualService',
  metadata: { name: 'web', namespace: 'shop' },
  spec: { http: [{ route: [{ destination: { host: 'web-v1' }, weight: 100 }] }] },
};

/** An application with its digest, over the objects given. */
export function appOf(objects: readonly KubeObject[], change: Partial<BundleApp> = {}): BundleApp {
  const names = { namespace: 'shop', name: 'web', ...change };
  const content = {
    selector: {},
    revisions: [{ name: 'web-v1', objects: objects.slice(0, 1).map(idOf) }],
    replicas: [{ id: idOf(deployment), pointer: '/spec/replicas', value: 3, revision: 'web-v1' }],
    traffic: [
      {
        provider: 'istio' as const,
        id: idOf(route),
        targets: [
          {
            rule: 0,
            revision: 'web-v1',
            component: 'web',
            service: idOf(service),
            weight: 100,
            pointer: '/spec/http/0/route/0/weight',
          },
        ],
      },
    ],
    steps: [],
    health: { progressDeadlineSeconds: 600 },
    notes: [],
    objects: objects.map((object) => ({
      id: idOf(object),
      path: objectPath(names, refOf(object)),
      digest: digestOf(encode(object)),
    })),
    ...names,
  };
  return { source: 'c0ffee', ...content, digest: change.digest ?? appDigest(content) };
}

/** The bytes of object files by path, as `objects` has them under the application `shop.web`. */
export function objectFiles(objects: readonly KubeObject[]): Map<string, Uint8Array> {
  return new Map(
    objects.map((object) => [objectPath({ namespace: 'shop', name: 'web' }, refOf(object)), encode(object)]),
  );
}

/** A revision over these applications, counted and digested right, then changed. */
export function revisionOf(
  apps: readonly BundleApp[],
  files: ReadonlyMap<string, Uint8Array>,
  change: Partial<Revision> = {},
): Revision {
  const objects = apps.flatMap((app) => app.objects);
  const bytes = objects.reduce((sum, { path }) => sum + (files.get(path)?.byteLength ?? 0), 0);
  return {
    format: 1,
    channel: channelId,
    registration: registrationId,
    cluster: 'edge-1',
    epoch: 1,
    generation: 7,
    ledger: 12,
    source: { repository: 'https://git.example.com/config.git', commit: 'c0ffee' },
    issuedAt: '2026-06-01T11:00:00.000Z',
    freshUntil: '2026-06-04T11:00:00.000Z',
    labels: { env: 'prod' },
    apps: [...apps],
    retired: [],
    approvals: [],
    bundle: { digest: bundleDigest(objects), objects: objects.length, bytes },
    ...change,
  };
}

/** A freshness list that names a bundle, with what differs. */
export function freshnessOf(revisionDigest: Digest, change: Partial<Freshness> = {}): Freshness {
  return {
    format: 1,
    channel: channelId,
    epoch: 1,
    shard: freshnessShard(registrationId),
    issuedAt: '2026-06-01T11:00:00.000Z',
    freshUntil: '2026-06-10T11:00:00.000Z',
    current: [freshnessKey(registrationId, revisionDigest)],
    ...change,
  };
}

/** A snapshot over files in memory. */
export function snapshotOf(parts: {
  readonly revision: SignedBytes;
  readonly files: ReadonlyMap<string, Uint8Array>;
  readonly roots?: readonly SignedBytes[];
  readonly freshness?: SignedBytes | null;
}): ChannelSnapshot {
  return {
    roots: parts.roots ?? [firstRoot],
    revision: parts.revision,
    freshness: parts.freshness ?? null,
    object: (path) => Promise.resolve(parts.files.get(path) ?? null),
  };
}

/** The fixture's own bundle: one application of three objects, signed by the hub. */
export function goodBundle(change: Partial<Revision> = {}): {
  readonly revision: Revision;
  readonly signed: SignedBytes;
  readonly files: Map<string, Uint8Array>;
} {
  const objects = [deployment, service, route];
  const files = objectFiles(objects);
  const revision = revisionOf([appOf(objects)], files, change);
  return { revision, signed: signed(payloadTypes.revision, revision, keys.hub), files };
}

/** The fixture's bundle as the files of its channel refs, by ref. */
export function channelFiles(bundle = goodBundle()): Record<string, Record<string, Uint8Array>> {
  const { payload, signatures } = bundle.signed;
  const list = signed(payloadTypes.freshness, freshnessOf(digestOf(payload)), keys.hub);
  return {
    'refs/heads/main': {
      'README.md': Buffer.from('# A channel\n'),
      'root/1.json': firstRoot.payload,
      'root/1.sig': firstRoot.signatures,
    },
    [`refs/heads/clusters/${identity.cluster}`]: {
      'revision.json': payload,
      'revision.sig': signatures,
      ...Object.fromEntries(bundle.files),
    },
    [`refs/heads/fresh/${freshnessShard(registrationId)}`]: {
      'freshness.json': list.payload,
      'freshness.sig': list.signatures,
    },
  };
}
