import { digestOfValue } from '../../shared/lib/canonical.ts';
import { by } from '../../shared/lib/order.ts';
import { docKey, namespaceOf, type Application, type Component } from '../model/documents.ts';
import type { Fleet, PinnedDefinition, RevisionHistory, RevisionRecord } from '../model/fleet.ts';
import { atOnce, type Work } from '../../shared/lib/slices.ts';
import type { Sourced } from '../model/source.ts';
import {
  builtinDefinitions,
  createCatalog,
  definitionKey,
  type BuiltinDefinition,
  type Catalog,
} from '../definitions/catalog.ts';
import { policies as builtinPolicies } from '../policies/types/list.ts';
import type { Policy } from '../policies/policy.ts';
import { renderedPolicies } from '../policies/user.ts';
import { contentPolicies, everyComponent } from '../policies/uses.ts';
import { goesBack, hasCopySteps, saysDelivery } from '../workflow/compile.ts';
import { componentSources, sourceOf } from '../sources/list.ts';
import { copyNames, type CopyTypes } from './copy-names.ts';
import type { ComponentSource } from '../sources/source.ts';

/** A history without revisions. */
export const emptyHistory: RevisionHistory = { revisions: new Map(), newest: new Map() };

/** The lists and facts that recording depends on beside the fleet. */
export interface RecordOptions {
  /** The definitions beside those of the fleet (default: the built-in ones). */
  readonly definitions?: readonly BuiltinDefinition[];
  /** The component sources there are (default: all of hub/sources). */
  readonly sources?: readonly ComponentSource[];
  /** The policies there are (default: all of hub/policies). */
  readonly policies?: readonly Policy[];
  /** Revisions (`namespace/NAME-vN`) without a render that they could pin: they take the current definitions. */
  readonly unrendered?: ReadonlySet<string>;
  /** The revision of an application (`namespace/name`) that serves, where that is not the last one that was recorded. */
  readonly serving?: (app: string) => string | null;
  /** ISO time that new records get (default: none). */
  readonly now?: string;
}

/**
 * Records every application of the fleet: a spec that is new becomes the next `NAME-vN`, one that was there before
 * gets its old number. A revision pins its definitions and the files that it refers to. Removed applications
 * keep their revisions, so that numbers are never used again.
 */
export function recordRevisions(history: RevisionHistory, fleet: Fleet, options: RecordOptions = {}): RevisionHistory {
  return atOnce(recording(history, fleet, options));
}

const builtinOptions = { definitions: builtinDefinitions, sources: componentSources, policies: builtinPolicies };

/** What recording an application costs, in units of a slice: most of it is the digest of one that is new. */
const applicationUnits = 15;

/** The same, as work in steps. */
export function* recording(history: RevisionHistory, fleet: Fleet, options: RecordOptions = {}): Work<RevisionHistory> {
  const { unrendered, now, definitions, sources, policies, serving } = { ...builtinOptions, ...options };
  const catalog = createCatalog(
    fleet.definitions.map(({ doc }) => doc),
    definitions,
  );
  const revisions = new Map(history.revisions);
  const newest = new Map<string, string>();
  for (const sourced of fleet.applications) {
    yield applicationUnits;
    const { doc } = sourced;
    const key = docKey(doc);
    const known = revisions.get(key) ?? [];
    const last = frozenRevision(history, fleet, key);
    if (last !== undefined) {
      // It is kept as it was: so are the files that it refers to, whatever became of them.
      newest.set(key, last);
      continue;
    }
    const all = everyComponent(doc, policies);
    const files = filesOf(all, fleet.files, sources);
    const specDigest = specDigestOf(doc, files, policies);
    const same = known.find((record) => record.specDigest === specDigest);
    const record =
      same ??
      withCopies(
        nextRecord(sourced, known, {
          specDigest,
          files,
          definitions: definitionsOf(doc, { all, policies, catalog }),
          ...(now === undefined ? {} : { at: now }),
        }),
        { known, before: serving?.(key) ?? history.newest.get(key), types: { policies, sources } },
      );
    if (same === undefined) revisions.set(key, [...known, record]);
    else if (unrendered?.has(`${namespaceOf(doc)}/${same.name}`) === true)
      revisions.set(key, withDefinitions(known, same, definitionsOf(doc, { all, policies, catalog })));
    newest.set(key, record.name);
  }
  return { revisions, newest };
}

interface Before {
  readonly known: readonly RevisionRecord[];
  /** The name of the revision that serves. */
  readonly before: string | undefined;
  readonly types: CopyTypes;
}

function withCopies(record: RevisionRecord, { known, before, types }: Before): RevisionRecord {
  const serving = known.find(({ name }) => name === before);
  const copies = copyNames({ known, serving, next: record, hasSteps: hasCopySteps(record.application) }, types);
  return copies === undefined ? record : { ...record, copies };
}

/**
 * Names the revision of an application to go back to: the one that its document says, else the one that was delivered before, else that
 * recorded before the one that serves. Those that say to go back are none.
 */
export function revisionBefore(
  { revisions }: Pick<RevisionHistory, 'revisions'>,
  doc: Application,
): (serving: string, previous: string | null) => string | null {
  const known = (revisions.get(docKey(doc)) ?? []).filter(({ application }) => !goesBack(application));
  const version = versionOf(doc);
  return (serving, previous) => {
    if (version !== null)
      return known.find(({ name, number }) => name === version || `v${number}` === version)?.name ?? null;
    const number = known.find(({ name }) => name === serving)?.number ?? 0;
    return previous ?? known.findLast((one) => one.number < number)?.name ?? null;
  };
}

/** The revision that a step names to go back to; null = none does. */
function versionOf({ spec }: Application): string | null {
  const named = (spec.workflow?.steps ?? []).map(({ properties }) => properties?.['rollbackVersion']);
  return named.find((one) => typeof one === 'string') ?? null;
}

/** The newest revision of an application that is kept as it was last seen. */
function frozenRevision(history: RevisionHistory, fleet: Fleet, key: string): string | undefined {
  return fleet.frozen.has(`Application ${key}`) ? history.newest.get(key) : undefined;
}

/** The records with other definitions for one of them, which no cluster has yet. */
function withDefinitions(
  records: readonly RevisionRecord[],
  unrendered: RevisionRecord,
  definitions: RevisionRecord['definitions'],
): RevisionRecord[] {
  return records.map((one) => (one === unrendered ? { ...one, definitions } : one));
}

/** The files that the newest revision of each application pins, where it pins some. */
export function pinnedFiles({ revisions, newest }: RevisionHistory): ReadonlyMap<string, RevisionRecord['files']> {
  const pinned = new Map<string, RevisionRecord['files']>();
  for (const [app, name] of newest) {
    const files = revisions.get(app)?.find((record) => record.name === name)?.files ?? {};
    if (Object.keys(files).length > 0) pinned.set(app, files);
  }
  return pinned;
}

// A document never changes: while its file stays as it is, the same one comes again with every commit.
const specDigests = new WeakMap<Application, string>();

/**
 * The digest that tells revisions apart: over the content of the spec, and over the files that it refers to. Steps, clusters and
 * the numbers of a rollout say how content gets somewhere, and are not part of it.
 */
export function specDigestOf(
  doc: Application,
  files: Readonly<Record<string, string>>,
  policies: readonly Policy[] = builtinPolicies,
): string {
  if (Object.keys(files).length > 0) return digestOfValue([contentOf(doc, policies), files]);
  const known = specDigests.get(doc) ?? digestOfValue([contentOf(doc, policies)]);
  specDigests.set(doc, known);
  return known;
}

// What says nothing of its delivery keeps the digest that it has had from the first release on.
function contentOf(doc: Application, types: readonly Policy[]): unknown {
  if (!saysDelivery(doc)) return doc.spec;
  const { components, workflow } = doc.spec;
  const policies = contentPolicies(doc.spec.policies ?? [], types);
  return {
    components,
    ...(policies.length > 0 && { policies }),
    // Without components the steps are all that there is.
    ...(components.length === 0 && { workflow }),
    ...(goesBack(doc) && { goesBack: versionOf(doc) ?? true }),
  };
}

function nextRecord(
  sourced: Sourced<Application>,
  known: readonly RevisionRecord[],
  pinned: Pick<RevisionRecord, 'specDigest' | 'files' | 'definitions' | 'at'>,
): RevisionRecord {
  const number = known.reduce((highest, record) => Math.max(highest, record.number), 0) + 1;
  return {
    app: docKey(sourced.doc),
    number,
    name: `${sourced.doc.metadata.name}-v${number}`,
    commit: sourced.commit,
    application: sourced.doc,
    ...pinned,
  };
}

function filesOf(
  components: readonly Component[],
  files: ReadonlyMap<string, string>,
  sources: readonly ComponentSource[],
): Record<string, string> {
  const paths = components.flatMap((component) => sourceOf(component.type, sources).filesOf(component, files.keys()));
  return Object.fromEntries([...new Set(paths)].sort().map((path) => [path, files.get(path) ?? '']));
}

/** What a revision pins: all components that it may have, the policies that there are, and the definitions of now. */
interface Pinning {
  readonly all: readonly Component[];
  readonly policies: readonly Policy[];
  readonly catalog: Catalog;
}

function definitionsOf(doc: Application, { all, policies, catalog }: Pinning): Record<string, PinnedDefinition> {
  const namespace = namespaceOf(doc);
  const wanted = new Map<string, readonly [PinnedDefinition['kind'], string]>();
  for (const { component } of renderedPolicies(doc, policies)) {
    wanted.set(definitionKey('PolicyDefinition', component.type), ['PolicyDefinition', component.type]);
  }
  for (const component of all) {
    wanted.set(definitionKey('ComponentDefinition', component.type), ['ComponentDefinition', component.type]);
    for (const { type } of component.traits ?? []) {
      wanted.set(definitionKey('TraitDefinition', type), ['TraitDefinition', type]);
    }
  }
  const pinned: Record<string, PinnedDefinition> = {};
  for (const [key, [kind, type]] of [...wanted].sort(by(([name]) => name))) {
    const found = catalog.find(kind, type, namespace);
    if (found !== null) pinned[key] = found.pinned;
  }
  return pinned;
}
