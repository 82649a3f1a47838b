import { digestOfValue } from '../../shared/lib/canonical.ts';
import { by } from '../../shared/lib/order.ts';
import { docKey, namespaceOf, type Application, type Component, type Definition } from '../model/documents.ts';
import { annotation } from '../../shared/model/names.ts';
import type { Fleet, PinnedDefinition, RevisionHistory, RevisionRecord } from '../model/fleet.ts';
import type { Sourced } from '../model/source.ts';
import { builtinDefinitions, definitionKey, rawType } from './builtin.ts';
import { matchingPaths } from './files.ts';

/** A history without revisions. */
export const emptyHistory: RevisionHistory = { revisions: new Map(), newest: new Map() };

/**
 * Records every application of the fleet: a spec that is new becomes the next `NAME-vN`, one that was there before
 * gets its old number. A revision pins its definitions and the files that it refers to. Applications that are gone
 * keep their revisions, so that numbers are never used again. A revision of `unrendered` (`namespace/NAME-vN`) has no
 * render that it could pin: it takes the definitions of now.
 */
export function recordRevisions(
  history: RevisionHistory,
  fleet: Fleet,
  unrendered: ReadonlySet<string> = new Set(),
): RevisionHistory {
  const revisions = new Map(history.revisions);
  const newest = new Map<string, string>();
  for (const sourced of fleet.applications) {
    const key = docKey(sourced.doc);
    const known = revisions.get(key) ?? [];
    const files = filesOf(sourced.doc, fleet.files);
    const specDigest = specDigestOf(sourced.doc, files);
    const same = known.find((record) => record.specDigest === specDigest);
    const record = same ?? nextRecord(sourced, known, { specDigest, files, fleet });
    if (same === undefined) revisions.set(key, [...known, record]);
    else if (unrendered.has(`${namespaceOf(sourced.doc)}/${same.name}`)) {
      const definitions = definitionsOf(sourced.doc, fleet.definitions);
      revisions.set(
        key,
        known.map((one) => (one === same ? { ...same, definitions } : one)),
      );
    }
    newest.set(key, record.name);
  }
  return { revisions, newest };
}

// A document never changes: while its file stays as it is, the same one comes again with every commit.
const specDigests = new WeakMap<Application, string>();

/** The digest that tells revisions apart: over the spec, and over the files that it refers to. */
export function specDigestOf(doc: Application, files: Readonly<Record<string, string>>): string {
  if (Object.keys(files).length > 0) return digestOfValue([doc.spec, files]);
  const known = specDigests.get(doc) ?? digestOfValue([doc.spec]);
  specDigests.set(doc, known);
  return known;
}

function nextRecord(
  sourced: Sourced<Application>,
  known: readonly RevisionRecord[],
  facts: { readonly specDigest: string; readonly files: Readonly<Record<string, string>>; readonly fleet: Fleet },
): RevisionRecord {
  const number = known.reduce((highest, record) => Math.max(highest, record.number), 0) + 1;
  return {
    app: docKey(sourced.doc),
    number,
    name: `${sourced.doc.metadata.name}-v${number}`,
    specDigest: facts.specDigest,
    commit: sourced.commit,
    application: sourced.doc,
    definitions: definitionsOf(sourced.doc, facts.fleet.definitions),
    files: facts.files,
  };
}

function filesOf(doc: Application, files: ReadonlyMap<string, string>): Record<string, string> {
  const paths = doc.spec.components
    .filter((component) => component.type === rawType)
    .flatMap((component) => matchingPaths(references(component), files.keys()));
  return Object.fromEntries([...new Set(paths)].sort().map((path) => [path, files.get(path) ?? '']));
}

/** The `path` and `glob` of a component of raw objects. */
export function references(component: Component): { readonly path?: string; readonly glob?: string } {
  const { path, glob } = component.properties ?? {};
  return { ...(typeof path === 'string' && { path }), ...(typeof glob === 'string' && { glob }) };
}

function definitionsOf(
  doc: Application,
  definitions: readonly Sourced<Definition>[],
): Record<string, PinnedDefinition> {
  const wanted = new Map<string, readonly [PinnedDefinition['kind'], string]>();
  for (const component of doc.spec.components) {
    wanted.set(definitionKey('ComponentDefinition', component.type), ['ComponentDefinition', component.type]);
    for (const { type } of component.traits ?? []) {
      wanted.set(definitionKey('TraitDefinition', type), ['TraitDefinition', type]);
    }
  }
  const pinned: Record<string, PinnedDefinition> = {};
  for (const [key, [kind, type]] of [...wanted].sort(by(([name]) => name))) {
    const found = userDefinition(definitions, kind, type, namespaceOf(doc)) ?? builtinDefinitions.get(key);
    if (found !== undefined) pinned[key] = found;
  }
  return pinned;
}

// One in the application's own namespace wins, then the first by name: a platform team's, wherever it is kept.
function userDefinition(
  definitions: readonly Sourced<Definition>[],
  kind: PinnedDefinition['kind'],
  type: string,
  namespace: string,
): PinnedDefinition | undefined {
  if (type === rawType) return undefined;
  const found = definitions
    .map(({ doc }) => doc)
    .filter((doc) => doc.kind === kind && doc.metadata.name === type)
    .sort(by((doc) => `${namespaceOf(doc) === namespace ? 0 : 1} ${docKey(doc)}`))[0];
  if (found === undefined) return undefined;
  return {
    kind,
    type,
    template: found.spec.schematic?.cue?.template ?? '',
    inPlace: found.metadata.annotations?.[annotation.inPlace] === 'true',
    appliesToWorkloads: found.spec.appliesToWorkloads ?? [],
  };
}
