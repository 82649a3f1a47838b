import { z } from 'zod';
import { isMap, type JsonMap } from '../model/json-map.ts';
import type { Component, Trait } from '../model/documents.ts';
import type { PolicyCheck } from './policy.ts';
import type { Steps } from '../model/reporter.ts';

/** Components as a policy changes them: of a name or a pattern, of a type, or all. */
const name = z.string().min(1);
const properties = z.record(z.string(), z.unknown());
export const componentPatch = z.strictObject({
  name: name.optional(),
  type: name.optional(),
  properties: properties.optional(),
  traits: z
    .array(z.strictObject({ type: name, properties: properties.optional(), disable: z.boolean().optional() }))
    .optional(),
});
export type ComponentPatch = z.infer<typeof componentPatch>;

/** The patches of a policy, and the names (or patterns) of the components that stay; null = all. */
export interface Patches {
  readonly patches: readonly ComponentPatch[];
  readonly selector: readonly string[] | null;
}

/**
 * The components after some patches, as KubeVela patches them: properties merge member by member, lists are replaced, a trait of a
 * type that is there merges into it or is disabled, any other is added; a component of a name that is not there is a new one. Pure.
 */
export function patchComponents(
  components: readonly Component[],
  { patches, selector }: Patches,
): readonly Component[] {
  const patched = patches.reduce(patchAll, components);
  return selector === null ? patched : patched.filter(({ name: own }) => selector.some((one) => isNamed(own, one)));
}

/** True when a name is that of a pattern, whose `*` stands for any letters. */
export function isNamed(own: string, pattern: string): boolean {
  const parts = pattern.split('*').map((part) => part.replaceAll(/[.+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${parts.join('.*')}$`).test(own);
}

function patchAll(components: readonly Component[], patch: ComponentPatch): readonly Component[] {
  const { name: pattern, type } = patch;
  const isMeant = (one: Component): boolean =>
    pattern === undefined ? type === undefined || type === one.type : isNamed(one.name, pattern);
  if (pattern === undefined || components.some(isMeant)) {
    return components.map((one) => (isMeant(one) ? patchOne(one, patch) : one));
  }
  return isNew(patch) ? [...components, replacement(pattern, patch)] : components;
}

/** True when a patch makes a component where there is none of its name. */
function isNew({ name: pattern, type }: ComponentPatch): boolean {
  return pattern !== undefined && type !== undefined && !isPattern(pattern);
}

/** True for what no component can be called: a pattern, or a regular expression as KubeVela takes them. */
function isPattern(name: string): boolean {
  return /[^\w.-]/.test(name);
}

// A component of another type has other properties: what is written is all of it.
function patchOne(component: Component, patch: ComponentPatch): Component {
  if (patch.type !== undefined && patch.type !== component.type) return replacement(component.name, patch);
  const traits = (patch.traits ?? []).reduce(patchTrait, component.traits ?? []);
  return {
    ...component,
    ...(patch.properties !== undefined && { properties: merged(component.properties ?? {}, patch.properties) }),
    ...(patch.traits !== undefined && { traits: [...traits] }),
  };
}

function replacement(own: string, { type = '', properties: given, traits = [] }: ComponentPatch): Component {
  const added = traits.reduce<readonly Trait[]>(patchTrait, []);
  return {
    name: own,
    type,
    ...(given !== undefined && { properties: given }),
    ...(added.length > 0 && { traits: [...added] }),
  };
}

type TraitPatch = NonNullable<ComponentPatch['traits']>[number];

function patchTrait(traits: readonly Trait[], { type, properties: given, disable }: TraitPatch): readonly Trait[] {
  if (disable === true) return traits.filter((one) => one.type !== type);
  const patch = given === undefined ? {} : { properties: given };
  if (!traits.some((one) => one.type === type)) return [...traits, { type, ...patch }];
  return traits.map((one) =>
    one.type === type && given !== undefined ? { ...one, properties: merged(one.properties ?? {}, given) } : one,
  );
}

function merged(base: JsonMap, patch: JsonMap): JsonMap {
  const all = Object.entries(patch).map(([key, value]) => {
    const own = Object.hasOwn(base, key) ? base[key] : undefined;
    return [key, isMap(own) && isMap(value) ? merged(own, value) : value] as const;
  });
  return { ...base, ...Object.fromEntries(all) };
}

/** Reports patches that mean nothing: unknown types, and a component that is neither there nor can be made. */
export function checkPatches(patches: readonly ComponentPatch[], { application, path, ...where }: PolicyCheck): void {
  const { reporter, checkType } = where;
  for (const [index, patch] of patches.entries()) {
    const at = [...path, index];
    if (patch.type !== undefined) checkType('component', patch.type, [...at, 'type']);
    for (const [place, { type, disable }] of (patch.traits ?? []).entries()) {
      if (disable !== true) checkType('trait', type, [...at, 'traits', place, 'type']);
    }
    const pattern = patch.name;
    const isThere = pattern === undefined || application.spec.components.some((one) => isNamed(one.name, pattern));
    if (isThere || isNew(patch) || patches.slice(0, index).some((one) => one.name === pattern)) continue;
    const names = application.spec.components.map((one) => one.name).join(', ');
    const needed = isPattern(pattern) ? 'in a pattern * alone stands for any letters' : 'a new one needs its type';
    const hint = `components: ${names}; ${needed}`;
    reporter.error('REFERENCE_NOT_FOUND', [...at, 'name'], `there is no component ${pattern}`, hint);
  }
}

/** Reports names of a selector that no component has, those included that the patches make. */
export function checkSelector(
  selector: readonly string[],
  patches: readonly ComponentPatch[],
  { application, reporter }: PolicyCheck,
  path: Steps,
): void {
  const after = patchComponents(application.spec.components, { patches, selector: null });
  for (const [index, pattern] of selector.entries()) {
    if (after.some((one) => isNamed(one.name, pattern))) continue;
    const hint = `components: ${after.map((one) => one.name).join(', ')}`;
    reporter.error('REFERENCE_NOT_FOUND', [...path, index], `there is no component ${pattern}`, hint);
  }
}
