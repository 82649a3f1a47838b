import { kindAliases, ourApiVersions } from '../model/document-kinds.ts';
import { isMap, type JsonMap } from '../model/json-map.ts';
import type { Steps } from '../model/reporter.ts';
import type { RawDocument } from '../model/source.ts';
import { definitionOf, type Note } from './definition-revision.ts';
import { insteadOfKind } from './instead.ts';
import { olderPath, olderSpelling } from './spelling-older.ts';

/** A document with other spellings put right: those of the design text, of KubeVela's exports, of its older releases. */
export interface Spelled {
  readonly value: JsonMap;
  /** The document; its places are those of what is written. */
  readonly raw: RawDocument;
  readonly note: Note | null;
  /** True for a kind of KubeVela that means nothing here: the note says so, and nothing else is said of it. */
  readonly isIgnored: boolean;
}

/** Puts the spelling of a document right: aliases, a missing apiVersion, a name at the top, steps as a list. Pure. */
export function spelled(raw: RawDocument): Spelled {
  const written = raw.value as JsonMap;
  const kind = String(written['kind']);
  if (kind === 'DefinitionRevision') return { ...definitionOf(raw, written), isIgnored: false };
  const instead = insteadOfKind(kind);
  if (instead !== undefined) {
    const note = { severity: 'warning', code: 'UNSUPPORTED', path: ['kind'], ...instead } as const;
    return { value: written, raw, note, isIgnored: true };
  }
  const value = olderSpelling(normalised(written));
  const read = located(raw, (path) => olderPath(written, path));
  return { value, raw: hasStepList(written) ? withoutSteps(read) : read, note: null, isIgnored: false };
}

function normalised(value: JsonMap): JsonMap {
  const written = value['kind'];
  const kind = typeof written === 'string' && Object.hasOwn(kindAliases, written) ? kindAliases[written] : written;
  const apiVersion = value['apiVersion'] ?? ourApiVersions[0];
  const { name, ...rest } = withSteps(value);
  const metadata = value['metadata'];
  // The design text writes `name:` at the top; both at once would leave open which one counts.
  const isTop =
    typeof name === 'string' && (metadata === undefined || (isMap(metadata) && metadata['name'] === undefined));
  if (!isTop) return { ...rest, ...('name' in value && { name }), apiVersion, kind };
  return { ...rest, apiVersion, kind, metadata: { ...(isMap(metadata) ? metadata : {}), name } };
}

// The design text writes the steps of a workflow as a plain list.
function hasStepList(value: JsonMap): boolean {
  return isMap(value['spec']) && Array.isArray(value['spec']['workflow']);
}

function withSteps(value: JsonMap): JsonMap {
  if (value['kind'] !== 'Application' || !hasStepList(value)) return value;
  const spec = value['spec'] as JsonMap;
  return { ...value, spec: { ...spec, workflow: { steps: spec['workflow'] } } };
}

/** A document whose workflow is a list: what is said of `workflow.steps` stands at its items. */
function withoutSteps(raw: RawDocument): RawDocument {
  return located(raw, (path) => {
    const isStep = path[0] === 'spec' && path[1] === 'workflow' && path[2] === 'steps';
    return isStep ? ['spec', 'workflow', ...path.slice(3)] : path;
  });
}

function located(raw: RawDocument, pathOf: (path: Steps) => Steps): RawDocument {
  return { ...raw, locate: (path) => raw.locate(pathOf(path)) };
}
