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

/**
 * The output as a trait reads it: its main container goes by the name that the trait looks for, which is `context.name` unless its
 * properties name the container of the component. What the trait then says of that name is of the container (`withContainerNames`).
 */
export function asTraitsSeeIt(output: unknown, parameter: unknown, names: ContainerNames): unknown {
  const { component, contextName } = names;
  if (component === contextName) return output;
  const [seen, other] = saysContainer(parameter, component) ? [component, contextName] : [contextName, component];
  return called(output, seen, other);
}

/** True where one of the properties that are about containers has this name. */
function saysContainer(value: unknown, name: string, isAbout = false): boolean {
  if (Array.isArray(value)) return value.some((item) => saysContainer(item, name, isAbout));
  if (!isMap(value)) return isAbout && value === name;
  return Object.entries(value).some(([key, member]) => saysContainer(member, name, isAbout || /container/i.test(key)));
}

/** The value with this container called so, wherever it has no container of that name. */
function called(value: unknown, name: string, other: string): unknown {
  if (!isMap(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([member, own]) => {
      if (member !== 'containers' || !Array.isArray(own)) return [member, called(own, name, other)];
      const list: readonly unknown[] = own;
      const isThere = list.some((container) => isMap(container) && container['name'] === name);
      return [
        member,
        isThere ? list : list.map((one) => (isMap(one) && one['name'] === other ? { ...one, name } : one)),
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
