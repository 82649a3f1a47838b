import { z } from 'zod';
import { kinds } from '../../shared/model/kinds.ts';
import { idOf, parseObjectId, type KubeObject, type ObjectId } from '../../shared/model/object.ts';
import type { Component } from '../model/documents.ts';
import type { RenderFault } from '../model/fault.ts';
import { isMap } from '../model/json-map.ts';
import { cueSource } from './cue.ts';
import type { ComponentSource } from './source.ts';

/** An object that is only named. */
type Named = Pick<KubeObject, 'apiVersion' | 'kind'> & {
  readonly metadata: { readonly name: string; readonly namespace?: string };
};

/** What is wrong with a reference. */
type Wrong = Pick<RenderFault, 'code' | 'message' | 'hint'>;

/** As KubeVela writes it: the kind, or its resource; without a name that of the component. */
const reference = z.strictObject({
  apiVersion: z.string().min(1).optional(),
  kind: z.string().min(1).optional(),
  resource: z.string().min(1).optional(),
  group: z.string().optional(),
  name: z.string().min(1).optional(),
  namespace: z.string().min(1).optional(),
  /** Empty = each cluster that the application goes to, as everywhere. */
  cluster: z.literal('').optional(),
});

/**
 * `ref-objects`: objects that are written in the component, and such that it only names: those are of the cluster that the application
 * goes to, where its agent follows them (`object-rules.ts`). No object is read in one cluster to be made in another.
 */
export const referredSource: ComponentSource = {
  ...cueSource,
  name: 'referred',
  types: ['ref-objects'],
  parameterOf: (component) => {
    const { properties = {} } = component;
    const entries = entriesOf(component);
    return entries === null ? properties : { ...properties, objects: entries.map((one) => one.named ?? one.entry) };
  },
  manifests: ({ component, path }) => {
    const faults = (entriesOf(component) ?? []).flatMap(({ wrong }, index) =>
      wrong === null ? [] : [{ ...wrong, path: [...path, 'properties', 'objects', index] }],
    );
    return Promise.resolve(faults.length > 0 ? { faults } : { value: [] });
  },
};

/** The part of a component that says what it refers to. */
type Referring = Pick<Component, 'name' | 'type' | 'properties'>;

/** What the entries of a component only name, in order; null for what is written, and for what cannot be told. */
export function namedIn(component: Referring): readonly (Named | null)[] {
  if (!referredSource.types.includes(component.type)) return [];
  return (entriesOf(component) ?? []).map(({ named }) => named);
}

/** True for an object that a component names and does not write. */
export function refersTo(component: Referring, object: KubeObject): boolean {
  return namedIn(component).some((named) => named !== null && isMeant(named, object));
}

/** The fields that a component asks of objects to which it refers. */
export function fieldsAsked(
  component: Component,
  objects: readonly KubeObject[],
): readonly { readonly id: ObjectId; readonly fields: readonly string[] }[] {
  const { asks = [] } = component;
  return namedIn(component).flatMap((named, index) => {
    const object = named === null ? undefined : objects.find((one) => isMeant(named, one));
    const fields = asks[index] ?? [];
    return object === undefined || fields.length === 0 ? [] : [{ id: idOf(object), fields }];
  });
}

function isMeant(named: Named, object: KubeObject): boolean {
  const { namespace = object.metadata.namespace } = named.metadata;
  const meant = { ...named, metadata: { ...named.metadata, ...(namespace !== undefined && { namespace }) } };
  return idOf(meant) === idOf(object);
}

/** An entry of `objects`: what it names, or why that cannot be told; both null for an object that is written. */
interface Entry {
  readonly entry: unknown;
  readonly named: Named | null;
  readonly wrong: Wrong | null;
}

function entriesOf({ name, properties }: Pick<Component, 'name' | 'properties'>): readonly Entry[] | null {
  const objects: unknown = properties?.['objects'];
  if (!Array.isArray(objects)) return null;
  return (objects as readonly unknown[]).map((entry, index) => {
    if (!isMap(entry) || entry['metadata'] !== undefined) return { entry, named: null, wrong: null };
    const found = namedBy(entry, name);
    if ('metadata' in found) return { entry, named: found, wrong: null };
    return { entry, named: null, wrong: { ...found, message: `objects[${index}] ${found.message}` } };
  });
}

function namedBy(entry: Readonly<Record<string, unknown>>, component: string): Named | Wrong {
  if (entry['labelSelector'] !== undefined) return byLabels;
  const read = reference.safeParse(entry);
  if (!read.success) return unreadable(read.error.issues[0]);
  const { name = component, namespace } = read.data;
  const kind = kindOf(read.data);
  if ('code' in kind) return kind;
  return { ...kind, metadata: { name, ...(namespace !== undefined && { namespace }) } };
}

const byLabels: Wrong = {
  code: 'UNSUPPORTED',
  message: 'names objects by labels',
  hint: 'an agent follows what an application refers to by its name: write an entry with the name of each',
};

function unreadable(issue: z.core.$ZodIssue | undefined): Wrong {
  if (issue?.path[0] === 'cluster') {
    const hint =
      'what an application refers to is in the clusters that it goes to, and is copied to none: choose them with a policy topology';
    return { code: 'UNSUPPORTED', message: 'names an object of one cluster for others', hint };
  }
  const what = issue?.code === 'unrecognized_keys' ? issue.keys.join(', ') : String(issue?.path[0] ?? 'it');
  const hint =
    'an object that is written has metadata; one that is referred to apiVersion and kind, or resource, and name';
  return { code: 'DOCUMENT_INVALID', message: `has no metadata, and its ${what} is nothing of a reference`, hint };
}

function kindOf({
  apiVersion,
  kind,
  resource,
  group,
}: z.infer<typeof reference>): Pick<Named, 'apiVersion' | 'kind'> | Wrong {
  if (apiVersion !== undefined && kind !== undefined) return { apiVersion, kind };
  const hint = 'write apiVersion and kind';
  if (resource === undefined) {
    return { code: 'DOCUMENT_INVALID', message: 'has neither apiVersion and kind nor a resource', hint };
  }
  const found = [...kinds.keys()]
    .map((one) => parseObjectId(`${one}//any`))
    .filter((one) => {
      return resourcesOf(one.kind).includes(resource.toLowerCase()) && (group === undefined || group === one.group);
    });
  const [only] = found;
  if (only === undefined || found.length > 1) {
    const what = group === undefined ? resource : `${resource}.${group}`;
    return {
      code: 'REFERENCE_NOT_FOUND',
      message: `has the resource ${what}, which names no kind that is known here`,
      hint,
    } as const;
  }
  // Objects are found by group and kind, whatever version of them a server has.
  return { apiVersion: only.group === '' ? 'v1' : `${only.group}/v1`, kind: only.kind };
}

/** What a kind is called as a resource: one of it, and many. */
function resourcesOf(kind: string): readonly string[] {
  const one = kind.toLowerCase();
  if (/(?:s|x|ch|sh)$/.test(one)) return [one, `${one}es`];
  return [one, /[^aeiou]y$/.test(one) ? `${one.slice(0, -1)}ies` : `${one}s`];
}
