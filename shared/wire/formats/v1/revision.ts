import { z } from 'zod';
import { approval } from '../../approval.ts';
import type { RevisionFormat } from '../format.ts';
import { check, encode } from '../../codec.ts';
import { appKey } from '../../bundle.ts';
import type { BundleApp, Revision } from '../../revision.ts';
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

/** Format 1 of revision.json. */
export const revisionV1: RevisionFormat = {
  number: 1,
  schema: revision,
  encode,
  lacks: () => null,
  decode: (value, subject, previous) => readShared(value, previous) ?? check(revision, value, subject),
};

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

function isEqual(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (Array.isArray(a)) return Array.isArray(b) && a.length === b.length && a.every((one, at) => isEqual(one, b[at]));
  if (!isMembers(a) || !isMembers(b)) return false;
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length && keys.every((key) => Object.hasOwn(b, key) && isEqual(a[key], b[key]));
}

function isMembers(value: unknown): value is Readonly<Record<string, unknown>> {
  return value !== null && typeof value === 'object' && !Array.isArray(value);
}
