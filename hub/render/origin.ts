import { oncePerValue } from '../../shared/lib/memo.ts';
import { idOf, type KubeObject, type ObjectId } from '../../shared/model/object.ts';
import type { Application } from '../model/documents.ts';
import type { MadeObject } from './made.ts';

/** What made an object: its component, or a trait, and under which name of its `outputs` (null: as `output`). */
export interface ObjectOrigin {
  readonly kind: 'component' | 'trait';
  readonly type: string;
  readonly resource: string | null;
}

/** Tells the origin of each object of a component; those that are delivered as they are written are of the component. */
export function originsOf(made: readonly MadeObject[], type: string): (object: KubeObject) => ObjectOrigin {
  const origins = new Map<ObjectId, ObjectOrigin>();
  for (const { step, name, id } of made) {
    const { definition } = step;
    const kind = definition.kind === 'TraitDefinition' ? 'trait' : 'component';
    if (!origins.has(id)) origins.set(id, { kind, type: definition.type, resource: name });
  }
  const own: ObjectOrigin = { kind: 'component', type, resource: null };
  return (object) => origins.get(idOf(object)) ?? own;
}

/** Labels and annotations that the objects of an Application have from it. */
export interface Copied {
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  /** Names them: empty where there are none. */
  readonly key: string;
}

/** What is for KubeVela, for us, or for the tools that read the Application itself, is not for its objects. */
const notCopied =
  /^(?:[^/]*\.)?(?:oam\.dev|sluice\.dev|kubectl\.kubernetes\.io|argoproj\.io|fluxcd\.io|helm\.sh)\/|^app\.kubernetes\.io\//;

const filters = { labels: 'filter.oam.dev/label-keys', annotations: 'filter.oam.dev/annotation-keys' } as const;

/** What the objects of an Application have from it: not what its `filter.oam.dev/...-keys` name. */
export const copiedOf: (metadata: Application['metadata']) => Copied = oncePerValue(
  ({ labels = {}, annotations = {} }: Application['metadata']): Copied => {
    const without = (values: Readonly<Record<string, string>>, filter: string): Readonly<Record<string, string>> => {
      const named = (annotations[filter] ?? '').split(',').map((key) => key.trim());
      return Object.fromEntries(Object.entries(values).filter(([key]) => !notCopied.test(key) && !named.includes(key)));
    };
    const copied = {
      labels: without(labels, filters.labels),
      annotations: without(annotations, filters.annotations),
    };
    const isEmpty = Object.keys(copied.labels).length + Object.keys(copied.annotations).length === 0;
    return { ...copied, key: isEmpty ? '' : JSON.stringify(copied) };
  },
);
