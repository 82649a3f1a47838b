import type { Definition } from '../model/documents.ts';
import type { PinnedDefinition } from '../model/fleet.ts';

/** Why nothing can use a definition, and what to do. */
export interface Unusable {
  /** The member of `spec` that says so; null = the template. */
  readonly member: string | null;
  readonly why: string;
  readonly hint: string;
}

/** What a definition of the repository says of itself, as far as the applications that use it are checked against it. */
export interface Attributes {
  /** Traits that must not be on the same component: names, resources (`services.k8s.io`), groups (`*.k8s.io`), `labelSelector:a=b`. */
  readonly conflictsWith: readonly string[];
  readonly labels: Readonly<Record<string, string>>;
  /** The resource that it stands for. */
  readonly resource: string | null;
  readonly unusable: Unusable | null;
}

/** The attributes of what says nothing of itself. */
export const noAttributes: Attributes = { conflictsWith: [], labels: {}, resource: null, unusable: null };

/** The CUE template of a definition, at either of the places where KubeVela reads it; empty where there is none. */
export function templateOf({ spec }: Pick<Definition, 'spec'>): string {
  const template = spec.schematic?.cue?.template ?? memberOf(spec['extension'], 'template');
  return typeof template === 'string' ? template : '';
}

/** Where a definition has its template. */
export function templatePathOf({ spec }: Pick<Definition, 'spec'>): readonly string[] {
  return spec.schematic?.cue === undefined
    ? ['spec', 'extension', 'template']
    : ['spec', 'schematic', 'cue', 'template'];
}

/** The attributes of a definition of the repository. */
export function attributesOf(definition: Definition): Attributes {
  const { metadata, spec } = definition;
  const resource = memberOf(spec['definitionRef'], 'name');
  return {
    conflictsWith: textsOf(spec['conflictsWith']),
    labels: metadata.labels ?? {},
    resource: typeof resource === 'string' ? resource : null,
    unusable: unusableOf(definition),
  };
}

/** What a trait says of the workload that it is about. */
export function workloadAttributesOf({
  kind,
  spec,
}: Pick<Definition, 'kind' | 'spec'>): Pick<PinnedDefinition, 'workloadRefPath' | 'manageWorkload'> {
  if (kind !== 'TraitDefinition') return {};
  const path = spec['workloadRefPath'];
  return {
    ...(typeof path === 'string' && path !== '' && { workloadRefPath: path }),
    ...(spec['manageWorkload'] === true && { manageWorkload: true }),
  };
}

/** What of a trait's list of conflicts names another trait; null = nothing does. */
export function conflictWith(
  list: readonly string[],
  type: string,
  { labels, resource }: Pick<Attributes, 'labels' | 'resource'>,
): string | null {
  const found = list.find((entry) => {
    if (entry.startsWith('labelSelector:')) {
      const [key = '', value = ''] = entry.slice('labelSelector:'.length).split('=');
      return key !== '' && labels[key] === value;
    }
    if (entry.startsWith('*.')) return resource?.endsWith(entry.slice(1)) === true;
    return entry === type || entry === resource;
  });
  return found ?? null;
}

function unusableOf({ spec, ...rest }: Definition): Unusable | null {
  if (spec['controlPlaneOnly'] === true) {
    return {
      member: 'controlPlaneOnly',
      why: 'its objects are for the control plane alone (controlPlaneOnly), and the hub is not a cluster',
      hint: 'remove controlPlaneOnly, where they may go to the clusters of the application',
    };
  }
  if (/^processing\s*:[^]*\bhttp\s*:/m.test(templateOf({ ...rest, spec }))) {
    return {
      member: null,
      why: 'its template asks a server while it is evaluated (processing.http), and the hub evaluates without a network',
      hint: 'make what the server answers a parameter',
    };
  }
  return null;
}

function memberOf(value: unknown, name: string): unknown {
  return value !== null && typeof value === 'object' ? (value as Readonly<Record<string, unknown>>)[name] : undefined;
}

function textsOf(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((one) => typeof one === 'string') : [];
}
