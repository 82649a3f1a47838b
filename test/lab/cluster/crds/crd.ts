import type { JsonObject, KubeObject } from '../json.ts';

/** A custom kind in a few words. */
export interface KindSpec {
  readonly group: string;
  readonly kind: string;
  readonly plural: string;
  readonly namespaced?: boolean;
  /** Served versions; the first is stored. */
  readonly versions: readonly string[];
  readonly shortNames?: readonly string[];
  /** Schemas of the members of spec that merge in a way of their own; everything else is kept as sent. */
  readonly spec?: JsonObject;
  readonly columns?: readonly { readonly name: string; readonly path: string; readonly type?: string }[];
}

/** The CustomResourceDefinition of a kind, with a loose schema. */
export function crdOf(kind: KindSpec): JsonObject & Pick<KubeObject, 'metadata'> {
  const { group, plural, versions, columns } = kind;
  const age = { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' };
  return {
    metadata: { name: `${plural}.${group}` },
    spec: {
      group,
      scope: kind.namespaced === false ? 'Cluster' : 'Namespaced',
      names: { kind: kind.kind, plural, ...(kind.shortNames === undefined ? {} : { shortNames: kind.shortNames }) },
      versions: versions.map((name, index) => ({
        name,
        served: true,
        storage: index === 0,
        schema: { openAPIV3Schema: { type: 'object', properties: { spec: loose(kind.spec), status: statusSchema } } },
        subresources: { status: {} },
        additionalPrinterColumns: [
          ...(columns ?? []).map(({ name: title, path, type }) => ({
            name: title,
            type: type ?? 'string',
            jsonPath: path,
          })),
          age,
        ],
      })),
    },
  };
}

/** A list whose items are told apart by keys. */
export function listMap(...keys: readonly string[]): JsonObject {
  const properties = Object.fromEntries(keys.map((key) => [key, { type: 'string' }]));
  const items = { type: 'object', properties, required: keys, 'x-kubernetes-preserve-unknown-fields': true };
  return { type: 'array', items, 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': keys };
}

/** A list that is replaced as a whole. */
export const atomicList: JsonObject = {
  type: 'array',
  items: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
  'x-kubernetes-list-type': 'atomic',
};

/** A list of texts. */
export const textList: JsonObject = { type: 'array', items: { type: 'string' } };

const statusSchema = {
  type: 'object',
  properties: { conditions: listMap('type') },
  'x-kubernetes-preserve-unknown-fields': true,
};

function loose(properties: JsonObject | undefined): JsonObject {
  return {
    type: 'object',
    ...(properties === undefined ? {} : { properties }),
    'x-kubernetes-preserve-unknown-fields': true,
  };
}
