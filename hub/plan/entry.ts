import { asSluiceError, SluiceError } from '../../shared/errors.ts';
import { digestOf } from '../../shared/lib/canonical.ts';
import { by, byCodeUnit } from '../../shared/lib/order.ts';
import { parseObjectId, type ObjectId } from '../../shared/model/object.ts';
import { fileBytes } from '../../shared/model/limits.ts';
import { atOnce, unitsOfBytes, type Work } from '../../shared/lib/slices.ts';
import type { RevisionFormat, UnsealedApp } from '../../shared/wire/formats/format.ts';
import { encode } from '../../shared/wire/codec.ts';
import { appKey } from '../../shared/wire/bundle.ts';
import { objectPath } from '../../shared/wire/layout.ts';
import type { BundleApp, BundleObject } from '../../shared/wire/revision.ts';
import type { Problem } from '../model/source.ts';
import { isReadOnly, type RenderedApp } from '../model/rendered.ts';

/** One unit on one cluster as a bundle carries it: the wire's entry, and its files (null: as they were published). */
export interface Entry {
  readonly app: BundleApp;
  /** What was rendered, whole, whatever of it the format of `app` can say; absent for what stays as it was published. */
  readonly content?: UnsealedApp;
  readonly files: ReadonlyMap<string, Uint8Array> | null;
  /** Of its objects, those that other units of the cluster may have, too; absent = none. */
  readonly shared?: ReadonlySet<ObjectId>;
  /** Of its objects, those that it only reads; absent = none. */
  readonly read?: ReadonlySet<ObjectId>;
}

interface Encoded {
  readonly rendered: RenderedApp;
  readonly content: UnsealedApp;
  readonly files: ReadonlyMap<string, Uint8Array>;
  /** As each format names it, by number. */
  readonly entries: Map<number, Entry>;
}

// What did not change is rendered once for all clusters that have it, and encoded once: by its list of objects, and only while all
// else is the very same, too.
const encoded = new WeakMap<RenderedApp['objects'], Encoded>();

type Naming = Pick<RevisionFormat, 'number' | 'seal'>;

/**
 * The bundle entry of a rendered unit in a format, with the commit of the documents in force (absent: of those that it was encoded with
 * before); throws a coded error when it cannot be delivered as it is.
 */
export function entryOf(rendered: RenderedApp, format: Naming, commit?: string): Entry {
  return atOnce(encodingEntry(rendered, format, commit));
}

/** The same, as work in steps. */
export function* encodingEntry(rendered: RenderedApp, format: Naming, commit?: string): Work<Entry> {
  const known = encoded.get(rendered.objects);
  yield 1;
  const isKnown = known !== undefined && isSameRendering(known.rendered, rendered);
  const same = isKnown ? known : yield* encodingApp(rendered);
  if (same !== known) encoded.set(rendered.objects, same);
  const { content, files } = same;
  const first = () => ({ app: format.seal(content), content, files, ...togetherIn(rendered) });
  const entry = same.entries.get(format.number) ?? first();
  // The commit is not part of the content, and moves alone: of all clusters at once.
  const source = rendered.source ?? commit ?? entry.app.source;
  const isThere = entry.app.source === source;
  const moved = isThere ? entry : { ...entry, app: { ...entry.app, source }, content: { ...content, source } };
  same.entries.set(format.number, moved);
  return moved;
}

/** Why a rendered unit cannot be delivered as it is, from what `entryOf` throws. */
export function unencodedProblem(app: RenderedApp, error: unknown): Problem {
  const { code, message, data } = asSluiceError(error);
  const what = data.subject === undefined ? message : `${message}: ${data.subject}`;
  return { code, message: what, app: appKey(app), cluster: app.cluster, severity: 'error' };
}

/** True where two renderings differ in nothing but their cluster and the commit that they come from. */
export function isSameRendering(a: RenderedApp, b: RenderedApp): boolean {
  if (a === b) return true;
  const keys = Object.keys(a) as (keyof RenderedApp)[];
  return keys.every((key) => key === 'source' || key === 'cluster' || a[key] === b[key]);
}

function* encodingApp(rendered: RenderedApp): Work<Encoded> {
  const files = new Map<string, Uint8Array>();
  const objects: BundleObject[] = [];
  for (const { id, object, component, stage, treatment } of rendered.objects) {
    const path = objectPath(rendered, parseObjectId(id));
    const bytes = encode(object);
    yield unitsOfBytes(bytes.length);
    if (files.has(path)) throw new SluiceError('OBJECT_INVALID', 'two objects have one name', { subject: id });
    if (bytes.length > fileBytes) {
      throw new SluiceError('LIMIT_EXCEEDED', `an object has ${bytes.length} bytes, more than 1 MiB`, { subject: id });
    }
    files.set(path, bytes);
    const order = { ...(component !== undefined && { component }), ...(stage !== undefined && { stage }) };
    const policies = treatment?.policies === undefined ? {} : { policies: treatment.policies };
    objects.push({ id, path, digest: digestOf(bytes), bytes: bytes.length, ...order, ...policies });
  }
  const content = {
    namespace: rendered.namespace,
    name: rendered.name,
    ...(rendered.target !== undefined && { target: rendered.target }),
    source: rendered.source ?? '',
    selector: { ...rendered.selector },
    revisions: rendered.revisions.map((name) => ({
      name,
      objects: rendered.objects
        .filter(({ revision }) => revision === name)
        .map(({ id }) => id)
        .sort(byCodeUnit),
    })),
    replicas: [...rendered.replicas],
    traffic: [...rendered.traffic],
    steps: [],
    health: { progressDeadlineSeconds: rendered.progressDeadlineSeconds },
    notes: [...rendered.notes],
    objects: objects.sort(by(({ path }) => path)),
    ...(rendered.observe !== undefined && { observe: rendered.observe }),
    ...(rendered.dependsOn !== undefined && { dependsOn: rendered.dependsOn }),
    ...keptIn(rendered),
  };
  return { rendered, content, files, entries: new Map() };
}

/** What stays of an application although a later content has it no more: said while it has it, so that it is known then. */
function keptIn({ objects }: RenderedApp): Pick<UnsealedApp, 'kept'> {
  const kept = objects.flatMap(({ id, treatment }) =>
    treatment?.keep === undefined ? [] : [{ id, until: treatment.keep }],
  );
  return kept.length === 0 ? {} : { kept: kept.sort(by(({ id }) => id)) };
}

/** What of an application other units of the cluster may have, too. */
function togetherIn({ objects }: RenderedApp): Pick<Entry, 'shared' | 'read'> {
  const shared = objects.filter(({ treatment }) => treatment?.isShared === true);
  const read = objects.filter(isReadOnly);
  return {
    ...(shared.length > 0 && { shared: new Set(shared.map(({ id }) => id)) }),
    ...(read.length > 0 && { read: new Set(read.map(({ id }) => id)) }),
  };
}
