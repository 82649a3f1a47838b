import { z } from 'zod';
import { providerNames } from '../model/traffic.ts';
import { signatures } from './envelope.ts';
import { clusterName, counter, digest, dnsName, instant, labels, objectIdText, pointer, uuid } from './schema.ts';

/** One object of an application: its identity, its file in the bundle, and the digest of that file's bytes. */
export const bundleObject = z.strictObject({ id: objectIdText, path: z.string().max(1024), digest });
export type BundleObject = z.infer<typeof bundleObject>;

/** The objects that belong to one revision alone; objects in no revision are the application's (traffic, in-place). */
export const bundleRevision = z.strictObject({ name: dnsName, objects: z.array(objectIdText) });
export type BundleRevision = z.infer<typeof bundleRevision>;

/** A replica count that the agent may move on its way to `value`: the only place in that object it overrides. */
export const bundleReplicas = z.strictObject({
  id: objectIdText,
  pointer,
  value: z.number().int().min(0),
  revision: dnsName.optional(),
});
export type BundleReplicas = z.infer<typeof bundleReplicas>;

/** One weighted way of a rule: which Service gets which share (0 to 100), and where that number stands in the object. */
export const trafficTarget = z.strictObject({
  rule: z.number().int().min(0),
  revision: dnsName,
  component: z.string(),
  service: objectIdText,
  weight: z.number().int().min(0).max(100),
  pointer: pointer.optional(),
});
export type TrafficTarget = z.infer<typeof trafficTarget>;

/** How traffic reaches the revisions: the traffic object and its targets. Without a provider there is none. */
export const bundleTraffic = z.strictObject({
  provider: z.enum(providerNames),
  id: objectIdText,
  targets: z.array(trafficTarget),
});
export type BundleTraffic = z.infer<typeof bundleTraffic>;

/** All that one application is on one cluster. `digest` covers everything but itself and `source`. */
export const bundleApp = z.strictObject({
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
export type BundleApp = z.infer<typeof bundleApp>;

/** An object that was published to this registration and is wanted no more; `approval` names an entry of `approvals`. */
export const retiredObject = z.strictObject({ id: objectIdText, since: counter, approval: digest.optional() });
export type RetiredObject = z.infer<typeof retiredObject>;

/** A guarded change that somebody approved: `change` is changeDigest of the rest; a signature where approvers are set. */
export const approval = z.strictObject({
  change: digest,
  generation: counter,
  ids: z.array(objectIdText),
  by: z.string(),
  at: instant,
  signatures: signatures.optional(),
});
export type Approval = z.infer<typeof approval>;

/** The payload of revision.json: everything that one cluster must run, named and counted. */
export const revision = z.strictObject({
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
export type Revision = z.infer<typeof revision>;

/** What identifies a bundle in inventories, reports and gates. */
export const bundleMark = z.strictObject({ epoch: counter, generation: counter, revisionDigest: digest });
export type BundleMark = z.infer<typeof bundleMark>;
