import type { Definition } from '../model/documents.ts';
import { valueAt } from '../model/json-map.ts';

interface WorkloadReference {
  readonly type?: unknown;
  readonly definition?: { readonly apiVersion?: unknown; readonly kind?: unknown };
}

/** The resource that a user's definition runs as, in the words of `appliesToWorkloads` (`deployments.apps`); null where it does not say. */
export function workloadOf({ kind: of, spec }: Pick<Definition, 'kind' | 'spec'>): string | null {
  if (of === 'WorkloadDefinition') return textOf(valueAt(spec['definitionRef'], 'name'));
  const workload = spec.workload as WorkloadReference | null | undefined;
  if (typeof workload?.type === 'string') return workload.type.startsWith('autodetects.') ? null : workload.type;
  const { apiVersion, kind } = workload?.definition ?? {};
  if (typeof apiVersion !== 'string' || typeof kind !== 'string') return null;
  const group = apiVersion.includes('/') ? apiVersion.slice(0, apiVersion.indexOf('/')) : '';
  return group === '' ? pluralOf(kind) : `${pluralOf(kind)}.${group}`;
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}

/** The resource of a kind, as the Kubernetes conventions make it. */
function pluralOf(kind: string): string {
  const word = kind.toLowerCase();
  if (/(s|x|z|ch|sh)$/.test(word)) return `${word}es`;
  return /[^aeiou]y$/.test(word) ? `${word.slice(0, -1)}ies` : `${word}s`;
}
