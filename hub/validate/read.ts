import type { z } from 'zod';
import { documentKinds, oamAlpha, oamDefinitions, ourApiVersions } from '../model/document-kinds.ts';
import {
  application,
  applicationDeployment,
  cluster,
  definition,
  definitionKinds,
  policyDocument,
  workflowDocument,
} from '../model/documents.ts';
import { isMap } from '../model/json-map.ts';
import type { RawDocument } from '../model/source.ts';
import type { Reporter } from '../model/reporter.ts';
import { similar } from '../model/similar.ts';
import { reporterOf, suggestion } from './problems.ts';
import type { Note } from './definition-revision.ts';
import { insteadOfFormerKind } from './instead.ts';
import { readShape } from './shape.ts';
import { spelled } from './spelling.ts';

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
  /** What is to be said of how it is written, and not of what. */
  readonly note: Note | null;
  /** True for a document that is left out, as its note says. */
  readonly isIgnored: boolean;
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
  const { value, raw, note, isIgnored } = spelled(written);
  const kind = typeof value['kind'] === 'string' ? value['kind'] : '';
  const key = keyOf(kind, value);
  const reporter = reporterFor(raw, { kind, key });
  const read = { raw, kind, key, value, note, isIgnored, reporter };
  const schema = schemas[kind];
  if (schema === undefined) {
    if (note === null) reportKind(kind, raw.value as Readonly<Record<string, unknown>>, reporter);
    return { ...read, kind: '', key: null, doc: null, rest: null };
  }
  const { apiVersion } = value;
  const versions = [...ourApiVersions, ...otherVersions(kind)];
  if (!versions.some((known) => known === apiVersion)) {
    const hint = `use ${ourApiVersions.join(' or ')}`;
    reporter.error('UNKNOWN_KIND', ['apiVersion'], `${kind} of ${String(apiVersion)} is not known`, hint);
    return { ...read, doc: null, rest: null };
  }
  return { ...read, ...readShape(schema, value, reporter) };
}

/** The versions that a kind has in KubeVela beside those of ours. */
function otherVersions(kind: string): readonly string[] {
  if (kind === 'Policy' || kind === 'Workflow') return [oamAlpha];
  return kind === 'Application' || kind.endsWith('Definition') ? [oamDefinitions] : [];
}

function reporterFor(raw: RawDocument, { kind, key }: Pick<ReadDocument, 'kind' | 'key'>): Reporter {
  return reporterOf(raw, key !== null && kind.startsWith('Application') ? key : null);
}

function reportKind(kind: string, value: Readonly<Record<string, unknown>>, reporter: Reporter): void {
  if (kind !== '') {
    const meant = suggestion(kind, documentKinds, 'kinds');
    // Without apiVersion it may be meant as an object of Kubernetes.
    const isBare = similar(kind, documentKinds) === undefined && (value['apiVersion'] ?? null) === null;
    const listed = isBare ? `${meant}; an object of Kubernetes needs its apiVersion` : meant;
    const hint = insteadOfFormerKind(kind) ?? listed;
    reporter.error('UNKNOWN_KIND', ['kind'], `unknown kind ${kind}`, hint);
    return;
  }
  const written = 'kind' in value ? undefined : similar('kind', Object.keys(value));
  const hint = written === undefined ? `kinds: ${documentKinds.join(', ')}` : `write kind instead of ${written}`;
  reporter.error('DOCUMENT_INVALID', written === undefined ? [] : [written], 'kind is missing', hint);
}

function keyOf(kind: string, value: Readonly<Record<string, unknown>>): string | null {
  const { metadata } = value;
  if (!isMap(metadata) || typeof metadata['name'] !== 'string' || metadata['name'] === '') return null;
  // Clusters have no namespace: one that is written is ignored.
  const isNamespaced = kind !== 'Cluster' && typeof metadata['namespace'] === 'string';
  return `${isNamespaced ? String(metadata['namespace']) : 'default'}/${metadata['name']}`;
}
