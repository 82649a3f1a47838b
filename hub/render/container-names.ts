import { isMap } from '../model/json-map.ts';

/** The two names by which a trait may mean the main container of a component: its template's name for it decides. */
export interface ContainerNames {
  readonly component: string;
  /** `COMPONENT-SUFFIX` where revisions live side by side. */
  readonly contextName: string;
}

/**
 * The patch with the names of containers that its base has: a trait that says `context.name`, and one that says the name of
 * the component, mean the same container. Without this, the other name would add a container without an image.
 */
export function withContainerNames(base: unknown, patch: unknown, names: ContainerNames): unknown {
  if (names.component === names.contextName || !isMap(base) || !isMap(patch)) return patch;
  return Object.fromEntries(
    Object.entries(patch).map(([member, value]) => {
      const own = base[member];
      const isContainers = member === 'containers' && Array.isArray(own) && Array.isArray(value);
      return [
        member,
        isContainers ? value.map((item: unknown) => renamed(own, item, names)) : withContainerNames(own, value, names),
      ];
    }),
  );
}

function renamed(containers: readonly unknown[], item: unknown, { component, contextName }: ContainerNames): unknown {
  if (!isMap(item)) return item;
  const has = (name: unknown): boolean =>
    containers.some((container) => isMap(container) && container['name'] === name);
  const other = item['name'] === contextName ? component : item['name'] === component ? contextName : null;
  return other === null || has(item['name']) || !has(other) ? item : { ...item, name: other };
}
