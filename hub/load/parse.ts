import { isSluiceError } from '../../shared/errors.ts';
import { parseYaml, type YamlDocument } from '../../shared/lib/yaml.ts';
import type { BrokenFile, Problem, RawDocument, SkippedDocument } from '../model/source.ts';
import { isManifestOfOthers, isOurs } from './owner.ts';
import { pointerOf } from './pointers.ts';

/** What one file says: our documents, the others, or why it could not be read. */
export interface ParsedFile {
  readonly documents: readonly RawDocument[];
  readonly skipped: readonly SkippedDocument[];
  readonly broken: BrokenFile | null;
  /** What a file without any manifest is, in words (`empty`); null for one that has some, or is broken. */
  readonly leftover: Leftover | null;
}

/** A file, or a part of one, in which nothing can be read that was ever ours. */
export interface Leftover {
  readonly what: string;
  /** True when it may be what is left of a manifest; a mapping of another program never was one. */
  readonly isBare: boolean;
}

/** Reads the documents of one file; what is wrong with it is returned, never thrown. */
export function parseFile(path: string, bytes: Uint8Array): ParsedFile {
  const pointer = pointerOf(bytes);
  if (pointer !== null) return brokenFile(path, `this is ${pointer.what}, not a manifest`, pointer);
  try {
    const parts = parseYaml(bytes, path)
      .filter(({ value }) => value !== null)
      .flatMap((document) => openedList(rawDocument(path, document)));
    const skipped = parts.filter(({ value }) => !isOurs(value)).map(skippedDocument);
    return {
      documents: parts.filter(({ value }) => isOurs(value)),
      skipped,
      broken: null,
      leftover: leftoverOf(parts),
    };
  } catch (error) {
    if (!isSluiceError(error)) throw error;
    const { line = 1, column = 1, hint } = error.data;
    const problem = {
      code: error.code,
      message: error.message,
      place: { path, line, column },
      severity: 'error' as const,
    };
    return withoutDocuments({ path, what: 'broken', problem: hint === undefined ? problem : { ...problem, hint } });
  }
}

/** A file of which nothing can be read. */
export function brokenFile(
  path: string,
  message: string,
  { what, hint }: { readonly what: string; readonly hint: string },
): ParsedFile {
  const place = { path, line: 1, column: 1 };
  const problem: Problem = { code: 'FILE_UNREADABLE', message, place, hint, severity: 'error' };
  return withoutDocuments({ path, what, problem });
}

function withoutDocuments(broken: BrokenFile): ParsedFile {
  return { documents: [], skipped: [], broken, leftover: null };
}

function rawDocument(path: string, { value, spot, locate }: YamlDocument): RawDocument {
  return { value, place: { path, ...spot }, locate: (steps) => ({ path, ...locate(steps) }) };
}

// kubectl opens a List; one that holds documents of ours is the same as the documents.
function openedList(list: RawDocument): RawDocument[] {
  const { kind, apiVersion, items } = (list.value ?? {}) as Readonly<Record<string, unknown>>;
  if (kind !== 'List' || apiVersion !== 'v1' || !Array.isArray(items) || !items.some(isOurs)) return [list];
  return items.map((value: unknown, index) => ({
    value,
    place: list.locate(['items', index]),
    locate: (steps) => list.locate(['items', index, ...steps]),
  }));
}

function skippedDocument({ value, place }: RawDocument): SkippedDocument {
  return { place, what: wordsOf(value), isManifest: isManifestOfOthers(value) };
}

function wordsOf(value: unknown): string {
  if (Array.isArray(value)) return 'a list';
  if (value === null || typeof value !== 'object') return 'text';
  const { apiVersion, kind } = value as Readonly<Record<string, unknown>>;
  return isManifestOfOthers(value) ? `${String(kind)} of ${String(apiVersion)}` : 'a mapping without kind';
}

function leftoverOf(parts: readonly RawDocument[]): Leftover | null {
  if (parts.length === 0) return { what: 'empty', isBare: true };
  const others = parts.filter(({ value }) => !isOurs(value) && !isManifestOfOthers(value));
  const [first] = others;
  if (first === undefined) return null;
  const isMapping = others.some(({ value }) => typeof value === 'object' && !Array.isArray(value));
  return { what: wordsOf(first.value), isBare: others.length === parts.length && !isMapping };
}
