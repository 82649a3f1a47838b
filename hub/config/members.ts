import type { HubFile } from './schema.ts';

/** The members of the configuration file by their dotted path, two levels deep at most: `data`, `source.branch`. */
export type ConfigPath = { [K in keyof HubFile]-?: MemberPath<K, NonNullable<HubFile[K]>> }[keyof HubFile];
type MemberPath<K extends string, T> = T extends string | number ? K : `${K}.${keyof T & string}` | K;

type Members = Readonly<Record<string, unknown>>;

/** The value at a path; undefined when it or a parent is missing. */
export function readMember(file: HubFile, path: ConfigPath): unknown {
  return path.split('.').reduce<unknown>((value, key) => (value as Members | undefined)?.[key], file);
}

/** The file with a value at a path; members of the same parents stay, and an object is merged into the one that is there. */
export function withMember(file: HubFile, path: ConfigPath, value: unknown): HubFile {
  return merged(file, path.split('.'), value) as HubFile;
}

function merged(current: unknown, [key, ...rest]: readonly string[], value: unknown): unknown {
  const members = typeof current === 'object' ? (current as Members) : {};
  if (key !== undefined) return { ...members, [key]: merged(members[key], rest, value) };
  return typeof value === 'object' ? { ...members, ...value } : value;
}
