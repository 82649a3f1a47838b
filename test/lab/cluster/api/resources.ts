import type { Resource } from './kinds.ts';
import { builtIn } from './kinds.ts';

/** The resources that a cluster serves; custom ones come and go. */
export interface Resources {
  all(): readonly Resource[];
  byId(id: string): Resource | undefined;
  byKind(group: string, kind: string): Resource | undefined;
  /** The resource that serves `plural` at a version of a group. */
  served(group: string, version: string, plural: string): Resource | undefined;
  add(resource: Resource): void;
  remove(id: string): void;
}

/** The built-in resources, to which custom ones can be added. */
export function createResources(): Resources {
  const custom = new Map<string, Resource>();
  const byId = (id: string): Resource | undefined => builtInById.get(id) ?? custom.get(id);
  const all = (): readonly Resource[] => [...builtIn, ...custom.values()];
  return {
    all,
    byId,
    byKind: (group, kind) => all().find((resource) => resource.group === group && resource.kind === kind),
    served: (group, version, plural) => {
      const resource = byId(group === '' ? plural : `${plural}.${group}`);
      return resource?.versions.includes(version) === true ? resource : undefined;
    },
    add: (resource) => {
      const since = custom.get(resource.id)?.since ?? resource.since;
      custom.set(resource.id, since === undefined ? resource : { ...resource, since });
    },
    remove: (id) => custom.delete(id),
  };
}

const builtInById: ReadonlyMap<string, Resource> = new Map(builtIn.map((resource) => [resource.id, resource]));
