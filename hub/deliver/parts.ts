import { digestOfValue } from '../../shared/lib/canonical.ts';
import type { AppDelivery, Delivery } from '../model/delivery.ts';
import type { Program, ProgramStep } from '../workflow/program.ts';
import { deliveringSteps } from '../workflow/wanted.ts';
import type { DeliveryUnit } from './unit.ts';

/** The components that a step delivers; null = all, or it delivers none by name. */
export function componentsOf({ wants }: Pick<ProgramStep, 'wants'>): readonly string[] | null {
  if (wants.length === 0 || wants.some(({ components }) => components === null)) return null;
  return [...new Set(wants.flatMap(({ components }) => components ?? []))];
}

/** What steps gave so far. */
export interface Given {
  /** By the key of the unit: names of components, or all of them (null). */
  readonly units: ReadonlyMap<string, readonly string[] | null>;
  /** Names the objects of steps: another text for others. */
  readonly objects: string;
}

const objectNames = new WeakMap<object, string>();

function objectsName({ objects }: Pick<AppDelivery, 'objects'>): string {
  if (objects === undefined) return '';
  const known = objectNames.get(objects) ?? digestOfValue(objects);
  objectNames.set(objects, known);
  return known;
}

/** What steps gave each unit so far; undefined where the steps of a program deliver all that there is, at once. Pure. */
export function givenParts(
  { steps }: Pick<Program, 'steps'>,
  record: { readonly last: Pick<Delivery, 'admitted'> } & Pick<AppDelivery, 'objects'>,
): Given | undefined {
  const { admitted } = record.last;
  const delivering = deliveringSteps(steps);
  if (delivering.every((step) => componentsOf(step) === null)) return undefined;
  const given = new Map<string, readonly string[] | null>();
  for (const { wave, units } of admitted) {
    const step = delivering.find(({ name }) => wave.startsWith(`${name}/`));
    const components = step === undefined ? [] : componentsOf(step);
    for (const unit of units) {
      const before = given.get(unit);
      const all = components === null || before === null ? null : [...new Set([...(before ?? []), ...components])];
      given.set(unit, all);
    }
  }
  return { units: given, objects: objectsName(record) };
}

/** The components that a unit has of the content by now, where that is not all that it is to have. */
export function partOf(
  { key, components }: Pick<DeliveryUnit, 'key' | 'components'>,
  given: Given | undefined,
): readonly string[] | null {
  const parts = given?.units.get(key);
  if (parts === undefined || parts === null) return null;
  return components?.every((name) => parts.includes(name)) === true ? null : parts;
}

/** Names what a unit has of a content: the same text for the same. */
export function partKey(content: string, part: readonly string[] | null, objects = ''): string {
  return `${content} ${part === null ? '*' : [...part].sort().join(' ')} ${objects}`;
}

/** What this process has published of units whose components come one after the other, by `unit cluster`. */
export interface PartMemory {
  published: ReadonlyMap<string, string>;
}
