import type { z } from 'zod';
import {
  application,
  applicationDeployment,
  cluster,
  definition,
  definitionKinds,
  documentKinds,
  kindAliases,
  oamAlpha,
  ourApiVersions,
  policyDocument,
  workflowDocument,
} from '../model/documents.ts';
import { isMap } from '../model/json-map.ts';
import type { RawDocument } from '../model/source.ts';
import type { Reporter } from '../model/reporter.ts';
import { similar } from '../model/similar.ts';
import { reporterOf, suggestion } from './problems.ts';
import { readShape } from './shape.ts';

/** A document after its shape was read; `doc` is null when it is broken, `key` when not even its name can be told. */
export interface ReadDocument {
  readonly raw: RawDocument;
  /** Kind without alias; empty for a kind that Sluice does not read. */
  readonly kind: string;
  readonly key: string | null;
  /** The document with aliases and defaults put right, before its shape was checked. */
  readonly value: Readonly<Record<string, unknown>>;
  readonly doc: unknown;
  /** The part of a broken document that can still be checked. */
  readonly rest: unknown;
  readonly reporter: Reporter;
}

const schemas: Readonly<Record<string, z.ZodType>> = {
  Application: application,
  ApplicationDeployment: applicationDeployment,
  Cluster: cluster,
  Policy: policyDocument,
  Workflow: workflowDocument,
  ...Object.fromEntries(definitionKinds.map((kind) => [kind, definition])),
};

// The loader gives the same value again for a document whose file did not change: valid ones are read once.
const validDocuments = new WeakMap<RawDocument, Omit<ReadDocument, 'reporter'>>();

/** Reads one document: aliases, a missing apiVersion and a top-level `name` are put right, then its shape is checked. */
export function readDocument(raw: RawDocument): ReadDocument {
  const known = validDocuments.get(raw);
  if (known !== undefined) return { ...known, reporter: reporterFor(known.raw, known) };
  const { reporter, ...read } = readFresh(raw);
  if (read.doc !== null) validDocuments.set(raw, read);
  return { ...read, reporter };
}

function readFresh(written: RawDocument): ReadDocument {
  const value = normalised(written.value as Readonly<Record<string, unknown>>);
  const raw = hasStepList(written.value) ? withoutSteps(written) : written;
  const kind = typeof value['kind'] === 'string' ? value['kind'] : '';
  const key = keyOf(kind, value);
  const reporter = reporterFor(raw, { kind, key });
  const read = { raw, kind, key, value, reporter };
  const schema = schemas[kind];
  if (schema === undefined) {
    reportKind(kind, raw.value as Readonly<Record<string, unknown>>, reporter);
    return { ...read, kind: '', key: null, doc: null, rest: null };
  }
  const { apiVersion } = value;
  const versions = kind === 'Policy' || kind === 'Workflow' ? [...ourApiVersions, oamAlpha] : ourApiVersions;
  if (!versions.some((known) => known === apiVersion)) {
    const hint = `use ${versions.join(' or ')}`;
    reporter.error('UNKNOWN_KIND', ['apiVersion'], `${kind} of ${String(apiVersion)} is not known`, hint);
    return { ...read, doc: null, rest: null };
  }
  return { ...read, ...readShape(schema, value, reporter) };
}

function reporterFor(raw: RawDocument, { kind, key }: Pick<ReadDocument, 'kind' | 'key'>): Reporter {
  return reporterOf(raw, key !== null && kind.startsWith('Application') ? key : null);
}

function reportKind(kind: string, value: Readonly<Record<string, unknown>>, reporter: Reporter): void {
  if (kind !== '') {
    const meant = suggestion(kind, documentKinds, 'kinds');
    // Without apiVersion it may be meant as an object of Kubernetes.
    const isBare = similar(kind, documentKinds) === undefined && (value['apiVersion'] ?? null) === null;
    const hint = isBare ? `${meant}; an object of Kubernetes needs its apiVersion` : meant;
    reporter.error('UNKNOWN_KIND', ['kind'], `unknown kind ${kind}`, hint);
    return;
  }
  const written = 'kind' in value ? undefined : similar('kind', Object.keys(value));
  const hint = written === undefined ? `kinds: ${documentKinds.join(', ')}` : `write kind instead of ${written}`;
  reporter.error('DOCUMENT_INVALID', written === undefined ? [] : [written], 'kind is missing', hint);
}

function normalised(value: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const kind = aliased(value['kind']);
  const apiVersion = value['apiVersion'] ?? ourApiVersions[0];
  const { name, ...rest } = withSteps(value);
  const metadata = value['metadata'];
  // The design text writes `name:` at the top; both at once would leave open which one counts.
  const isTop =
    typeof name === 'string' && (metadata === undefined || (isMap(metadata) && metadata['name'] === undefined));
  if (!isTop) return { ...rest, ...('name' in value && { name }), apiVersion, kind };
  return { ...rest, apiVersion, kind, metadata: { ...(isMap(metadata) ? metadata : {}), name } };
}

function aliased(kind: unknown): unknown {
  return typeof kind === 'string' && Object.hasOwn(kindAliases, kind) ? kindAliases[kind] : kind;
}

// The design text writes the steps of a workflow as a plain list.
function hasStepList(value: unknown): boolean {
  return isMap(value) && isMap(value['spec']) && Array.isArray(value['spec']['workflow']);
}

function withSteps(value: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  if (value['kind'] !== 'Application' || !hasStepList(value)) return value;
  const spec = value['spec'] as Readonly<Record<string, unknown>>;
  return { ...value, spec: { ...spec, workflow: { steps: spec['workflow'] } } };
}

/** A document whose workflow is a list: what is said of `workflow.steps` stands at its items. */
function withoutSteps(raw: RawDocument): RawDocument {
  return {
    ...raw,
    locate: (path) => {
      const isStep = path[0] === 'spec' && path[1] === 'workflow' && path[2] === 'steps';
      return raw.locate(isStep ? ['spec', 'workflow', ...path.slice(3)] : path);
    },
  };
}

function keyOf(kind: string, value: Readonly<Record<string, unknown>>): string | null {
  const { metadata } = value;
  if (!isMap(metadata) || typeof metadata['name'] !== 'string' || metadata['name'] === '') return null;
  // Clusters have no namespace: one that is written is ignored.
  const isNamespaced = kind !== 'Cluster' && typeof metadata['namespace'] === 'string';
  return `${isNamespaced ? String(metadata['namespace']) : 'default'}/${metadata['name']}`;
}
