import { z } from 'zod';
import { approval } from '../../approval.ts';
import type { RevisionFormat } from '../format.ts';
import { SluiceError } from '../../../errors.ts';
import { isEqual, isMembers } from '../../../lib/equal.ts';
import { bundleLimits } from '../../../model/limits.ts';
import { check, encode, parse } from '../../codec.ts';
import { appDigest, appKey, bundleDigest, bundleObjects, plainEntry } from '../../bundle.ts';
import { revisionPath } from '../../layout.ts';
import type { BundleApp, RetiredObject, Revision } from '../../revision.ts';
import { clusterName, counter, digest, dnsName, instant, labels, objectIdText, pointer, uuid } from '../../schema.ts';

const bundleObject = z.strictObject({ id: objectIdText, path: z.string().max(1024), digest });

const bundleRevision = z.strictObject({ name: dnsName, objects: z.array(objectIdText) });

const bundleReplicas = z.strictObject({
  id: objectIdText,
  pointer,
  value: z.number().int().min(0),
  revision: dnsName.optional(),
});

const trafficTarget = z.strictObject({
  rule: z.number().int().min(0),
  revision: dnsName,
  component: z.string(),
  service: objectIdText,
  weight: z.number().int().min(0).max(100),
  pointer: pointer.optional(),
});

const bundleTraffic = z.strictObject({
  provider: z.enum(['istio', 'gateway-api', 'ingress']),
  id: objectIdText,
  targets: z.array(trafficTarget),
});

const bundleApp = z.strictObject({
  namespace: dnsName,
  name: dnsName,
  digest,
  source: z.string(),
  selector: labels,
  revisions: z.array(bundleRevision),
  replicas: z.array(bundleReplicas),
  traffic: z.array(bundleTraffic),
  steps: z.array(z.never()),
  health: z.strictObject({ progressDeadlineSeconds: z.number().int().positive() }),
  notes: z.array(z.string()),
  objects: z.array(bundleObject),
});

const retiredObject = z.strictObject({ id: objectIdText, since: counter, approval: digest.optional() });

const revision = z.strictObject({
  format: z.literal(1),
  channel: uuid,
  registration: uuid,
  cluster: clusterName,
  epoch: counter,
  generation: counter,
  ledger: counter,
  source: z.strictObject({ repository: z.string(), commit: z.string() }),
  issuedAt: instant,
  freshUntil: instant,
  labels,
  decommission: z.enum(['orphan', 'delete']).optional(),
  apps: z.array(bundleApp),
  retired: z.array(retiredObject),
  approvals: z.array(approval),
  bundle: z.strictObject({ digest, objects: counter, bytes: counter }),
});

/** Format 1 of revision.json: it has everything but the objects. */
export const revisionV1: RevisionFormat = {
  number: 1,
  schema: revision,
  limits: bundleLimits[1],
  hasDocuments: false,
  encode: (revision) =>
    encode({
      ...revision,
      predecessors: undefined,
      apps: revision.apps.map(plainApp),
      retired: revision.retired.map(plainRetired),
    }),
  lacks: (app) => later.find(([member]) => app[member] !== undefined)?.[1] ?? lackedByObject(app),
  seal: (app) => ({ ...plainEntry(app), source: app.source, digest: appDigest(app) }),
  count: (apps, bytes) => {
    const objects = bundleObjects({ apps });
    return { digest: bundleDigest(objects), objects: objects.length, bytes };
  },
  document: () => null,
  decode: (value, subject, previous) => read(value, subject, previous),
  open: (value, subject, { previous = null }) => {
    const whole = read(value, subject, previous);
    return { head: whole, documents: [], unknown: [], complete: () => whole };
  },
  reread: ({ cluster }, bytes, previous) => read(parse(bytes, cluster), cluster, previous),
  check: (revision) => {
    const objects = bundleObjects(revision);
    if (objects.length !== revision.bundle.objects)
      throw mismatch('the bundle has another number of objects than its envelope states');
    if (bundleDigest(objects) !== revision.bundle.digest)
      throw mismatch('the bundle has another digest than its envelope states');
  },
  checkApp: (app) => {
    if (appDigest(app) !== app.digest)
      throw mismatch('an application has another digest than its envelope states', appKey(app));
  },
};

/** What would change what a cluster runs if it were left out, in words. */
const later = [
  ['target', 'a target namespace'],
  ['dependsOn', 'components that wait for others'],
  ['kept', 'objects that are kept'],
  ['ready', 'readiness of its own'],
  ['delivery', 'a delivery in steps'],
] as const satisfies readonly (readonly [keyof BundleApp, string])[];

function lackedByObject({ objects }: Pick<BundleApp, 'objects'>): string | null {
  if (objects.some(({ stage }) => stage !== undefined)) return 'a stage of an object';
  return objects.some(({ policies }) => policies !== undefined) ? 'a policy of an object' : null;
}

function plainApp(app: BundleApp): Omit<BundleApp, 'bytes'> {
  return { ...plainEntry(app), digest: app.digest, source: app.source };
}

function plainRetired({ id, since, approval }: RetiredObject): RetiredObject {
  return { id, since, ...(approval !== undefined && { approval }) };
}

function read(value: unknown, subject: string, previous: Revision | null): Revision {
  return readShared(value, previous) ?? check(revision, value, subject);
}

function mismatch(message: string, subject: string = revisionPath): SluiceError {
  return new SluiceError('DIGEST_MISMATCH', message, { subject });
}

/**
 * Reads revision.json; applications that say the very same as in `previous` are its values: what was checked of them holds, and
 * nothing of them is kept twice. Null when anything is not as expected: then all is read, for the error that names the place.
 */
function readShared(value: unknown, previous: Revision | null): Revision | null {
  if (previous?.format !== 1 || !isMembers(value)) return null;
  const list = value['apps'];
  if (!Array.isArray(list)) return null;
  const rest = revision.safeParse({ ...value, apps: [] });
  if (!rest.success) return null;
  const known = new Map(previous.apps.map((app) => [appKey(app), app]));
  const apps: BundleApp[] = [];
  for (const one of list as readonly unknown[]) {
    const app = sameApp(one, known) ?? bundleApp.safeParse(one).data;
    if (app === undefined) return null;
    apps.push(app);
  }
  return { ...rest.data, apps };
}

function sameApp(value: unknown, known: ReadonlyMap<string, BundleApp>): BundleApp | undefined {
  if (!isMembers(value)) return undefined;
  const app = known.get(`${String(value['namespace'])}/${String(value['name'])}`);
  return app !== undefined && isEqual(value, app) ? app : undefined;
}
