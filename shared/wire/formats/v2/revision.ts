import { z } from 'zod';
import { SluiceError } from '../../../errors.ts';
import { canonicalPretty, digestOf, type Digest } from '../../../lib/canonical.ts';
import { isEqual } from '../../../lib/equal.ts';
import { bundleLimits } from '../../../model/limits.ts';
import { approval } from '../../approval.ts';
import { appKey, contentOf } from '../../bundle.ts';
import { check } from '../../codec.ts';
import { documentPath, fromPath } from '../../layout.ts';
import type { AppContent, BundleApp, Revision } from '../../revision.ts';
import { clusterName, counter, digest, instant, labels, objectIdText, uuid } from '../../schema.ts';
import type { DocumentRef, Known, OpenedRevision, RevisionFormat, UnsealedApp } from '../format.ts';
import { appSchema, headOf, headText, refsOf, refsOfHead, type Head } from './app.ts';
import { decodeContent, encodeContent, objectBytes } from './content.ts';

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
  apps: z.array(appSchema),
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
  encode: (document) => {
    const { apps } = document;
    const text = canonicalPretty(envelopeOf(document));
    return Buffer.from(
      apps.length === 0 ? text : text.replace(noApps, () => `\n  "apps": [\n${apps.map(headText).join(',\n')}\n  ],`),
    );
  },
  lacks: () => null,
  seal: sealed,
  count: (apps) => counted(apps.flatMap(refsOf)),
  document: encodeContent,
  decode: (value, subject, previous) => open(value, subject, { previous }).complete(() => null),
  open,
  reread,
  // Documents were checked against the envelope as they were read.
  check: () => undefined,
  checkApp: () => undefined,
};

/** Where the applications are in the text of an envelope without them: nothing else stands at this depth. */
const noApps = '\n  "apps": [],';

/** The envelope without its applications. */
function envelopeOf({ bundle: { objects, bytes }, ...rest }: Revision): Record<string, unknown> {
  return { ...rest, apps: [], total: { objects, bytes } };
}

function sealed(unsealed: UnsealedApp): BundleApp {
  const { from, ...rest } = unsealed;
  return { ...rest, ...nameOf(rest), ...(from !== undefined && { from: { ...from, ...nameOf(from) } }) };
}

function nameOf(app: Omit<AppContent, 'digest' | 'bytes'>): Pick<AppContent, 'digest' | 'bytes'> {
  const bytes = encodeContent(app);
  return { digest: digestOf(bytes), bytes: bytes.length };
}

type Total = Pick<Revision['bundle'], 'objects' | 'bytes'>;

function counted(refs: readonly DocumentRef[]): Revision['bundle'] {
  return {
    objects: refs.reduce((sum, { objects }) => sum + objects.count, 0),
    bytes: refs.reduce((sum, { bytes, objects }) => sum + bytes + objects.bytes, 0),
  };
}

function open(value: unknown, subject: string, { previous = null, contents, apps: shared }: Known): OpenedRevision {
  const { apps: heads, total, ...rest } = check(revision, value, subject);
  checkOrder(heads, subject);
  const before = contentsOf(previous);
  const documents = heads.flatMap((head) => refsOfHead(head, head, head.from));
  const sum = counted(documents);
  checkTotal(sum, total, subject);
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
      return { ...head, apps: heads.map((one) => sharedApp(oneOf(shared, one, contentAt), same.get(appKey(one)))) };
    },
  };
}

function checkTotal(sum: Total, said: Total, subject: string): void {
  if (sum.objects === said.objects && sum.bytes === said.bytes) return;
  throw new SluiceError('DIGEST_MISMATCH', 'the bundle has other totals than its applications', { subject });
}

function checkOrder(heads: readonly Pick<Head, 'namespace' | 'name' | 'target'>[], subject: string): void {
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

function reread(revision: Revision, _: Uint8Array, previous: Revision | null): Revision {
  const { cluster: subject, bundle } = revision;
  const { head } = open(plain(envelopeOf({ ...revision, bundle: { objects: 0, bytes: 0 } })), subject, {});
  const apps = revision.apps.map(appAsRead);
  checkOrder(apps, subject);
  checkTotal(counted(apps.flatMap(refsOf)), bundle, subject);
  const same = new Map(previous?.apps.map((one) => [appKey(one), one]));
  return { ...head, bundle, apps: apps.map((one) => sharedApp(one, same.get(appKey(one)))) };
}

/** An application of many revisions is one value. */
function oneOf(apps: Known['apps'], head: Head, contentAt: (head: Head, ref: DocumentRef) => AppContent): BundleApp {
  const key = apps === undefined ? '' : JSON.stringify(head);
  const known = apps?.get(key);
  if (known !== undefined) return known;
  const app = whole(head, contentAt);
  appsRead.set(app, app);
  apps?.set(key, app);
  return app;
}

const appsRead = new WeakMap<BundleApp, BundleApp>();

/** An application as a reader of its text and of its documents has it: read once for all clusters that have it. */
function appAsRead(one: BundleApp): BundleApp {
  const known = appsRead.get(one);
  if (known !== undefined) return known;
  const head = check(appSchema, plain(headOf(one)), appKey(one));
  const isServing = ({ path }: DocumentRef) => one.from !== undefined && path === fromPath(documentPath(one));
  const read = whole(head, (_, ref) => contentIn(encodeContent(isServing(ref) ? (one.from ?? one) : one), ref));
  for (const each of [one, read]) appsRead.set(each, read);
  return read;
}

function plain(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value));
}

/** The application before, where nothing of it changed: what was made of it holds. */
function sharedApp(next: BundleApp, before: BundleApp | undefined): BundleApp {
  if (before === undefined || before === next) return next;
  return before.digest === next.digest && isEqual(next, before) ? before : next;
}
