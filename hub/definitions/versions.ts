import { byCodeUnit } from '../../shared/lib/order.ts';
import type { Definition } from '../model/documents.ts';

/** Between the name of a type and its version: `webservice@v3`. */
const mark = '@v';

/** The annotation by which KubeVela gives a definition's version a name. */
const versionName = 'definitionrevision.oam.dev/name';

/** The type that a definition is of, without the version that its name has in a DefinitionRevision. */
export function typeOf({ metadata: { name } }: Pick<Definition, 'metadata'>): string {
  return splitType(name).type;
}

/** A type as an application names it, and the version that it asks for. */
export function splitType(written: string): { readonly type: string; readonly version: string | null } {
  const at = written.lastIndexOf(mark);
  if (at <= 0) return { type: written, version: null };
  return { type: written.slice(0, at), version: written.slice(at + mark.length) };
}

/** The names by which applications find a definition: its own, and that with the version that it says it is. */
export function namesOf({ metadata, spec }: Pick<Definition, 'metadata' | 'spec'>): readonly string[] {
  const { name, annotations = {} } = metadata;
  const written = spec['version'] ?? annotations[versionName];
  const isVersion = typeof written === 'string' && written !== '' && !name.includes(mark);
  return isVersion ? [name, `${name}${mark}${written.replace(/^v/, '')}`] : [name];
}

/** Of the names that there are, the one that is meant: itself, else the newest version that its own begins (`x@v1`: `x@v1.4.2`). */
export function meantName(written: string, names: ReadonlyMap<string, unknown>): string | null {
  if (names.has(written)) return written;
  if (splitType(written).version === null) return null;
  const newer = [...names.keys()].filter((name) => name.startsWith(`${written}.`)).sort(byNumbers);
  return newer.at(-1) ?? null;
}

/** Compares versions part by part: numbers by their size, so that 1.10 is newer than 1.9. */
function byNumbers(a: string, b: string): number {
  const [left, right] = [partsOf(a), partsOf(b)];
  for (let index = 0; index < Math.max(left.length, right.length); index += 1) {
    const [one = '', other = ''] = [left[index], right[index]];
    const order = Number(one) - Number(other) || byCodeUnit(one, other);
    if (order !== 0) return order;
  }
  return 0;
}

function partsOf(name: string): readonly string[] {
  return name.slice(name.lastIndexOf(mark) + mark.length).split(/[.-]/);
}
