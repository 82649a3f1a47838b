import type { Code } from '../../shared/errors.ts';
import { ourApiVersions } from '../model/document-kinds.ts';
import { isMap, mapAt, type JsonMap } from '../model/json-map.ts';
import type { Steps } from '../model/reporter.ts';
import type { RawDocument } from '../model/source.ts';

/** What is to be said of how a document is written. */
export interface Note {
  readonly severity: 'error' | 'warning';
  readonly code: Code;
  readonly path: Steps;
  readonly message: string;
  readonly hint: string;
}

/** Where a DefinitionRevision of KubeVela has its definition, and of which kind that is, by its `definitionType`. */
const members: Readonly<Record<string, { readonly member: string; readonly kind: string }>> = {
  Component: { member: 'componentDefinition', kind: 'ComponentDefinition' },
  Trait: { member: 'traitDefinition', kind: 'TraitDefinition' },
  Policy: { member: 'policyDefinition', kind: 'PolicyDefinition' },
  WorkflowStep: { member: 'workflowStepDefinition', kind: 'WorkflowStepDefinition' },
};

/** The name of a DefinitionRevision: that of the definition, and its version. */
const revisionName = /^(.+)-v(\d[\w.-]*)$/;

interface Read {
  readonly value: JsonMap;
  readonly raw: RawDocument;
  readonly note: Note | null;
}

/**
 * A DefinitionRevision as the definition that it has: `TYPE-vN` as one of the type `TYPE@vN`, which applications name so. It says
 * all that a definition says, and its problems stand where it is written. Pure.
 */
export function definitionOf(raw: RawDocument, written: JsonMap): Read {
  const type = mapAt(written, 'spec')?.['definitionType'];
  const found = typeof type === 'string' && Object.hasOwn(members, type) ? members[type] : undefined;
  if (found === undefined) {
    const message = `definitionType must be one of ${Object.keys(members).join(', ')}`;
    return broken(raw, written, ['spec', 'definitionType'], message);
  }
  const name = nameOf(written);
  if (name === null) {
    return broken(raw, written, ['metadata', 'name'], 'the name of a DefinitionRevision is that of its type and -vN');
  }
  const inner = mapAt(written, 'spec', found.member);
  const metadata = { name, ...metadataOf(written, inner) };
  const apiVersion = written['apiVersion'] ?? ourApiVersions[0];
  const value = { apiVersion, kind: found.kind, metadata, spec: inner?.['spec'] };
  return { value, raw: within(raw, found.member), note: null };
}

/** What the definition says of itself, in the namespace of its revision. */
function metadataOf(written: JsonMap, inner: JsonMap | undefined): JsonMap {
  const { labels, annotations } = mapAt(inner, 'metadata') ?? {};
  const namespace = mapAt(written, 'metadata')?.['namespace'];
  return {
    ...(namespace !== undefined && { namespace }),
    ...(isMap(labels) && { labels }),
    ...(isMap(annotations) && { annotations }),
  };
}

function nameOf(written: JsonMap): string | null {
  const name = mapAt(written, 'metadata')?.['name'];
  const [, type, version] = revisionName.exec(typeof name === 'string' ? name : '') ?? [];
  return type === undefined || version === undefined ? null : `${type}@v${version}`;
}

function broken(raw: RawDocument, value: JsonMap, path: Steps, message: string): Read {
  const hint = 'export it from KubeVela as it is, or write the definition itself';
  return { value, raw, note: { severity: 'error', code: 'DOCUMENT_INVALID', path, message, hint } };
}

/** What is said of a definition stands inside of its revision; its name is that of the revision. */
function within(raw: RawDocument, member: string): RawDocument {
  const isOutside = ([first, second]: Steps): boolean => first === 'metadata' && second !== 'labels';
  return {
    ...raw,
    locate: (path) =>
      raw.locate(isOutside(path) || path[0] === 'kind' || path.length === 0 ? path : ['spec', member, ...path]),
  };
}
