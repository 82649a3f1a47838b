import { z } from 'zod';
import { SluiceError } from '../../../errors.ts';
import { digestOf, type Digest } from '../../../lib/canonical.ts';
import { isEqual } from '../../../lib/equal.ts';
import { bundleLimits } from '../../../model/limits.ts';
import { approval } from '../../approval.ts';
import { appKey, contentOf } from '../../bundle.ts';
import { check, encode } from '../../codec.ts';
import { documentPath, fromPath } from '../../layout.ts';
import type { AppContent, BundleApp, Revision } from '../../revision.ts';
import { clusterName, counter, digest, dnsName, instant, labels, objectIdText, pointer, uuid } from '../../schema.ts';
import type { DocumentRef, Known, OpenedRevision, RevisionFormat, UnsealedApp } from '../format.ts';
import { decodeContent, encodeContent, objectBytes } from './content.ts';
import { delivery } from './delivery.ts';

const content = { digest, bytes: counter, objects: z.strictObject({ count: counter, bytes: counter }) };

const app = z.strictObject({
  namespace: dnsName,
  name: dnsName,
  target: dnsName.optional(),
  ...content,
  source: z.string(),
  deadline: z.number().int().positive(),
  selector: labels.optional(),
  notes: z.array(z.string()).optional(),
  observe: z.array(z.strictObject({ id: objectIdText, fields: z.array(pointer) })).optional(),
  from: z.strictObject(content).optional(),
  delivery: delivery.optional(),
});
type Head = z.infer<typeof app>;

const retired = z.strictObject({
  id: objectIdText,
  since: counter,
  approval: digest.optional(),
  delivery: z.string().max(600).optional(),
  how: z.enum(['delete', 'release']).optional(),
});

const revision = z.strictObject({
  format: z.literal(2),
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
  predecessors: z.array(uuid).max(16).optional(),
  apps: z.array(app),
  retired: z.array(retired),
  approvals: z.array(approval),
  total: z.strictObject({ objects: counter, bytes: counter }),
});

/** Format 2 of revision.json: what is about one cluster, and the digest of a document for each application. */
export const revisionV2: RevisionFormat = {
  number: 2,
  schema: revision,
  limits: bundleLimits[2],
  hasDocuments: true,
  encode: ({ bundle: { objects, bytes }, apps, ...rest }) =>
    encode({ ...rest, apps: apps.map(headOf), total: { objects, bytes } }),
  lacks: () => null,
  seal: sealed,
  count: (apps) => counted(apps.flatMap(refsOf)),
  document: encodeContent,
  decode: (value, subject, previous) => open(value, subject, { previous }).complete(() => null),
  open,
  // Documents were checked against the envelope as they were read.
  check: () => undefined,
  checkApp: () => undefined,
};

function sealed(unsealed: UnsealedApp): BundleApp {
  const { from, ...rest } = unsealed;
  return { ...rest, ...nameOf(rest), ...(from !== undefined && { from: { ...from, ...nameOf(from) } }) };
}

function nameOf(app: Omit<AppContent, 'digest' | 'bytes'>): Pick<AppContent, 'digest' | 'bytes'> {
  const bytes = encodeContent(app);
  return { digest: digestOf(bytes), bytes: bytes.length };
}

function headOf(one: BundleApp): Head {
  const { namespace, name, source, health, selector, notes, observe, from, delivery: steps } = one;
  return {
    namespace,
    name,
    target: one.target,
    ...sizeOf(one),
    source,
    deadline: health.progressDeadlineSeconds,
    selector: Object.keys(selector).length === 0 ? undefined : { ...selector },
    notes: notes.length === 0 ? undefined : [...notes],
    observe: observe as Head['observe'],
    from: from === undefined ? undefined : sizeOf(from),
    delivery: steps as Head['delivery'],
  };
}

type Size = Pick<Head, 'digest' | 'bytes' | 'objects'>;

function sizeOf(one: AppContent): Size {
  if (one.bytes === undefined) {
    throw new SluiceError('INTERNAL', 'an application of another format is not sealed', { subject: appKey(one) });
  }
  return { digest: one.digest, bytes: one.bytes, objects: { count: one.objects.length, bytes: objectBytes(one) } };
}

/** The documents of an application: its own, and that of the content that serves meanwhile. */
function refsOf(one: BundleApp): DocumentRef[] {
  return refsOfHead(one, sizeOf(one), one.from && sizeOf(one.from));
}

function refsOfHead(
  unit: Pick<AppContent, 'namespace' | 'name' | 'target'>,
  own: Size,
  from: Size | undefined,
): DocumentRef[] {
  const path = documentPath(unit);
  const refs = [{ path, ...plainSize(own) }];
  return from === undefined ? refs : [...refs, { path: fromPath(path), ...plainSize(from) }];
}

function plainSize({ digest: name, bytes, objects }: Size): Omit<DocumentRef, 'path'> {
  return { digest: name, bytes, objects };
}

function counted(refs: readonly DocumentRef[]): Revision['bundle'] {
  return {
    objects: refs.reduce((sum, { objects }) => sum + objects.count, 0),
    bytes: refs.reduce((sum, { bytes, objects }) => sum + bytes + objects.bytes, 0),
  };
}

function open(value: unknown, subject: string, { previous = null, contents }: Known): OpenedRevision {
  const { apps: heads, total, ...rest } = check(revision, value, subject);
  checkOrder(heads, subject);
  const before = contentsOf(previous);
  const documents = heads.flatMap((head) => refsOfHead(head, head, head.from));
  const sum = counted(documents);
  if (sum.objects !== total.objects || sum.bytes !== total.bytes) {
    throw new SluiceError('DIGEST_MISMATCH', 'the bundle has other totals than its applications', { subject });
  }
  const head = { ...rest, bundle: sum };
  const known = (path: string, name: Digest): AppContent | undefined =>
    before.get(`${path} ${name}`) ?? contents?.get(name);
  return {
    head,
    documents,
    unknown: documents.filter((one) => known(one.path, one.digest) === undefined),
    complete: (read) => {
      const contentAt = (one: Head, ref: DocumentRef): AppContent => {
        const content = known(ref.path, ref.digest) ?? contentIn(read(ref), ref);
        if (content.namespace !== one.namespace || content.name !== one.name || content.target !== one.target)
          throw new SluiceError('WIRE_INVALID', 'a document is of another application', { subject: ref.path });
        contents?.set(ref.digest, content);
        return content;
      };
      const same = new Map(previous?.apps.map((one) => [appKey(one), one]));
      return { ...head, apps: heads.map((one) => sharedApp(whole(one, contentAt), same.get(appKey(one)))) };
    },
  };
}

function checkOrder(heads: readonly Head[], subject: string): void {
  const keys = heads.map(appKey);
  const wrong = keys.find((key, at) => at > 0 && key <= (keys[at - 1] ?? ''));
  if (wrong !== undefined)
    throw new SluiceError('WIRE_INVALID', `the applications are not in order, or one comes twice: ${wrong}`, {
      subject,
    });
}

/** The contents that a revision before has, by path and digest; one that was read in format 1 has none to share. */
function contentsOf(previous: Revision | null): ReadonlyMap<string, AppContent> {
  if (previous?.format !== 2) return new Map();
  const own = previous.apps.map((one) => [`${documentPath(one)} ${one.digest}`, contentOf(one)] as const);
  const from = previous.apps.flatMap((one) =>
    one.from === undefined ? [] : [[`${fromPath(documentPath(one))} ${one.from.digest}`, one.from] as const],
  );
  // What served before and serves again is known, too, and so is what serves from now on.
  const moved = previous.apps.map((one) => [`${fromPath(documentPath(one))} ${one.digest}`, contentOf(one)] as const);
  const back = previous.apps.flatMap((one) =>
    one.from === undefined ? [] : [[`${documentPath(one)} ${one.from.digest}`, one.from] as const],
  );
  return new Map([...moved, ...back, ...own, ...from]);
}

function contentIn(bytes: Uint8Array | null, ref: DocumentRef): AppContent {
  const { path: subject } = ref;
  if (bytes === null) throw new SluiceError('DIGEST_MISMATCH', 'a document of the bundle is missing', { subject });
  if (bytes.length !== ref.bytes || digestOf(bytes) !== ref.digest)
    throw new SluiceError('DIGEST_MISMATCH', 'a document has another digest or size than its envelope states', {
      subject,
    });
  const read = { ...decodeContent(bytes, subject), digest: ref.digest, bytes: ref.bytes };
  if (read.objects.length !== ref.objects.count || objectBytes(read) !== ref.objects.bytes)
    throw new SluiceError('DIGEST_MISMATCH', 'a document has other objects than its envelope counts', { subject });
  return read;
}

function whole(head: Head, contentAt: (head: Head, ref: DocumentRef) => AppContent): BundleApp {
  const [own, from] = refsOfHead(head, head, head.from);
  if (own === undefined) throw new SluiceError('INTERNAL', 'an application without a document');
  const { observe, delivery: steps } = head;
  return {
    ...contentAt(head, own),
    source: head.source,
    selector: head.selector ?? {},
    steps: [],
    health: { progressDeadlineSeconds: head.deadline },
    notes: head.notes ?? [],
    ...(observe !== undefined && { observe }),
    ...(from !== undefined && { from: contentAt(head, from) }),
    ...(steps !== undefined && { delivery: steps }),
  };
}

/** The application before, where nothing of it changed: what was made of it holds. */
function sharedApp(next: BundleApp, before: BundleApp | undefined): BundleApp {
  return before !== undefined && before.objects === next.objects && isEqual(next, before) ? before : next;
}
