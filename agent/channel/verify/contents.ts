import { isSluiceError, SluiceError } from '../../../shared/errors.ts';
import type { Digest } from '../../../shared/lib/canonical.ts';
import { inSlices, startSlices, unitsOfBytes, type Slices, type Work } from '../../../shared/lib/slices.ts';
import type { KubeObject } from '../../../shared/model/object.ts';
import { appKey } from '../../../shared/wire/bundle.ts';
import { formats } from '../../../shared/wire/formats.ts';
import { fromPath, revisionPath } from '../../../shared/wire/layout.ts';
import type { AppContent, BundleApp, BundleObject, Revision } from '../../../shared/wire/revision.ts';
import type { ChannelSnapshot, VerifiedBundle } from '../../model/bundle.ts';
import type { Contents } from '../../model/contents.ts';
import type { Objection } from '../../model/rows.ts';
import { beyondThisAgent } from './beyond.ts';
import { checkedBytes, checkedObject, checkPointers, checkReferences, checkSize, proofKey } from './objects.ts';

/** What was proved before, and where checked files are kept. */
export interface Proved {
  readonly previous: VerifiedBundle | null;
  readonly contents: Contents;
  /** The applications of the bundle before. */
  readonly unchanged: ReadonlySet<BundleApp>;
}

/** A bundle whose objects are being read. A large one is read in slices: the Lease and the watches go on meanwhile. */
interface Reading {
  readonly snapshot: ChannelSnapshot;
  readonly revision: Revision;
  readonly previous: VerifiedBundle | null;
  readonly contents: Contents;
  readonly slices: Slices;
}

/**
 * Completeness before meaning: every object is there with its digest, or the whole bundle is refused. What an application then
 * means is its own matter, save in format 1: there, one that means nothing refuses the bundle. What the bundle before this one
 * proved is not proved again. Answers the applications whose content means nothing, or too much, here.
 */
export async function verifyObjects(
  snapshot: ChannelSnapshot,
  revision: Revision,
  { previous, contents, unchanged }: Proved,
): Promise<ReadonlyMap<string, Objection>> {
  const reading: Reading = { snapshot, revision, previous, contents, slices: startSlices() };
  await readAll(reading);
  const proved = provedObjects(revision, previous);
  const unfit = new Map<string, Objection>();
  for (const app of revision.apps) {
    const key = appKey(app);
    const why = unchanged.has(app) ? previous?.unfit.get(key) : await judged(reading, app, proved);
    if (why !== undefined) unfit.set(key, why);
  }
  return unfit;
}

/** Reads every object of a bundle, that of what serves meanwhile included, and counts them against what the envelope states. */
async function readAll(reading: Reading): Promise<void> {
  const { apps, bundle, format } = reading.revision;
  reading.snapshot.expect?.(
    apps.flatMap((app) => [...app.objects, ...(app.from?.objects ?? [])]).map((one) => one.digest),
  );
  let bytes = 0;
  for (const app of apps) {
    bytes += await readObjects(reading, app.objects);
    for (const { objects } of app.from === undefined ? [] : [app.from]) {
      bytes += await readObjects(reading, objects.map(ofServing));
    }
    if (bytes > bundle.bytes) throw mismatch('the bundle is larger than its envelope states');
  }
  // With documents, each of them was counted against the envelope, and each object against its document.
  if (!formats.revision.at(format).hasDocuments && bytes !== bundle.bytes)
    throw mismatch('the bundle has another size than its envelope states');
}

function ofServing(object: BundleObject): BundleObject {
  return { ...object, path: fromPath(object.path) };
}

/** Reads the objects that are not at hand, and answers how many bytes all of them have. */
async function readObjects(
  { snapshot, previous, contents, slices }: Reading,
  objects: readonly BundleObject[],
): Promise<number> {
  let sum = 0;
  for (const object of objects) {
    const kept = contents.sizeOf(object.digest);
    const bytes = kept === null ? await readBytes(snapshot, object, previous) : null;
    if (bytes !== null) contents.put(object.digest, bytes);
    const size = bytes?.byteLength ?? kept ?? 0;
    checkSize(object, size);
    sum += size;
    await slices.spend(kept === null ? unitsOfBytes(size) : 0);
  }
  return sum;
}

async function readBytes(
  snapshot: ChannelSnapshot,
  object: BundleObject,
  previous: VerifiedBundle | null,
): Promise<Uint8Array> {
  const bytes = previous?.objectBytes(object.digest) ?? null;
  if (bytes !== null) return bytes;
  const fetched = await snapshot.object(object.path, object.digest);
  if (fetched !== null) return checkedBytes(object, fetched);
  throw mismatch('an object of the bundle is missing', object.id);
}

/** Objects that the bundle before had in applications that changed. */
function provedObjects(revision: Revision, previous: VerifiedBundle | null): ReadonlySet<string> {
  const same = new Set(revision.apps);
  const others = previous?.revision.apps.filter((app) => !same.has(app) && !previous.unfit.has(appKey(app))) ?? [];
  return new Set(others.flatMap(({ objects }) => objects.map(proofKey)));
}

/** Why an application cannot be carried out here; undefined = it can. Throws where its format lets it stand for the whole bundle. */
async function judged(
  { contents, slices, revision }: Reading,
  app: BundleApp,
  proved: ReadonlySet<string>,
): Promise<Objection | undefined> {
  const { hasDocuments } = formats.revision.at(revision.format);
  try {
    if (hasDocuments) checkReferences(app);
    await inSlices(checkingObjects(app, contents, proved), slices);
  } catch (error) {
    if (!hasDocuments || !isSluiceError(error)) throw error;
    const { code, message, data } = error;
    return { code, message: data.subject === undefined ? message : `${message}: ${data.subject}` };
  }
  return beyondThisAgent(app) ?? undefined;
}

function* checkingObjects(app: AppContent, contents: Contents, proved: ReadonlySet<string>): Work<void> {
  const textOf = (digest: Digest | undefined) =>
    Buffer.from((digest === undefined ? null : contents.read(digest)) ?? []).toString('utf8');
  // What no pointer leads into is dropped at once: a parsed object takes many times the memory of its text.
  const pointed = new Set([...app.replicas, ...app.traffic].map(({ id }) => id));
  const parsed = new Map<string, KubeObject>();
  for (const object of app.objects) {
    const { id, digest } = object;
    if (proved.has(proofKey(object))) continue;
    const text = textOf(digest);
    const checked = checkedObject(id, text);
    if (pointed.has(id)) parsed.set(id, checked);
    yield unitsOfBytes(text.length);
  }
  const digests = new Map<string, Digest>(app.objects.map(({ id, digest }) => [id, digest]));
  checkPointers(app, (id) => parsed.get(id) ?? checkedObject(id, textOf(digests.get(id))));
}

function mismatch(message: string, subject: string = revisionPath): SluiceError {
  return new SluiceError('DIGEST_MISMATCH', message, { subject });
}
