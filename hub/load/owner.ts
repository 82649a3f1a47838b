import { groupOf } from '../../shared/model/object.ts';
import { similar } from '../model/similar.ts';
import { documentKinds, isOurGroup, ourApiVersions } from '../model/document-kinds.ts';

type Mapping = Readonly<Record<string, unknown>>;

/** Kinds that others have, too (Argo CD and Argo Workflows, Kyverno, Cluster API ...): of those the shape says whose one is. */
const commonKinds: readonly string[] = ['Application', 'Cluster', 'Policy', 'Workflow'];

const ourGroups = ourApiVersions.map(groupOf);

/** What stands at the top of our documents: one that has nothing else lost its kind. */
const topKeys: readonly string[] = ['apiVersion', 'kind', 'metadata', 'name', 'spec', 'status'];

/**
 * True for what Sluice has to understand: one of our API groups, a kind without an apiVersion (Kubernetes has none of
 * those), and what was meant as one of ours and is misspelled. What is ours and not understood is an error, never skipped.
 */
export function isOurs(value: unknown): boolean {
  if (!isMapping(value)) return false;
  const { apiVersion, kind } = value;
  if (typeof apiVersion === 'string' && apiVersion !== '') return isOurApiVersion(apiVersion, kind, value);
  if (apiVersion !== undefined && apiVersion !== null && apiVersion !== '') return isOurKind(kind);
  if (Object.keys(value).some((key) => key.toLowerCase() === 'kind')) return true;
  return lostItsKind(value);
}

/** True for an object that Kubernetes would take: it has an apiVersion and a kind. */
export function isManifestOfOthers(value: unknown): boolean {
  return isMapping(value) && isText(value['apiVersion']) && isText(value['kind']) && !isOurs(value);
}

function isOurApiVersion(apiVersion: string, kind: unknown, value: Mapping): boolean {
  const group = groupOf(apiVersion);
  if (isOurGroup(group)) return true;
  const isNear = group === '' || ourGroups.some((ours) => isNearGroup(group, ours));
  if (!isOurKind(kind)) return isNear && typeof kind === 'string' && similar(kind, documentKinds) !== undefined;
  return isNear || !commonKinds.includes(String(kind)) || hasOurShape(kind, value);
}

function isNearGroup(group: string, ours: string): boolean {
  return similar(group, [ours]) !== undefined || ours.endsWith(`.${group}`) || group.endsWith(`.${ours}`);
}

function isOurKind(kind: unknown): boolean {
  return documentKinds.some((known) => known === kind);
}

function hasOurShape(kind: unknown, { spec, type, steps }: Mapping): boolean {
  if (kind === 'Application') return isMapping(spec) && 'components' in spec;
  if (kind === 'Policy') return isText(type);
  if (kind === 'Workflow') return Array.isArray(steps);
  return spec === undefined || spec === null || (isMapping(spec) && Object.keys(spec).every(isClusterKey));
}

function isClusterKey(key: string): boolean {
  return key === 'capabilities' || key === 'kubeconfigSecretRef';
}

function lostItsKind(value: Mapping): boolean {
  const keys = Object.keys(value);
  const isKnown = (key: string): boolean =>
    topKeys.some((known) => known.toLowerCase() === key.toLowerCase()) ||
    similar(key, ['kind', 'apiVersion']) !== undefined;
  return ('metadata' in value || 'spec' in value) && keys.every(isKnown);
}

function isText(value: unknown): boolean {
  return typeof value === 'string' && value !== '';
}

function isMapping(value: unknown): value is Mapping {
  return value !== null && typeof value === 'object' && !Array.isArray(value);
}
