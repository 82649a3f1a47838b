import { isSluiceError } from '../../shared/errors.ts';
import { parseYaml, type YamlDocument } from '../../shared/lib/yaml.ts';
import { placesIn, spotIn, type Places } from '../../shared/lib/yaml/places.ts';
import type { BrokenFile, Place, Problem, RawDocument, SkippedDocument } from '../model/source.ts';
import { isManifestOfOthers, isOurs } from './owner.ts';
import { pointerOf } from './pointers.ts';
import { tooLarge } from './size.ts';

/** What one file says: our documents, the others, or why it could not be read. */
export interface ParsedFile {
  readonly documents: readonly ParsedDocument[];
  readonly skipped: readonly SkippedDocument[];
  readonly broken: BrokenFile | null;
  /** What a file without any manifest is, in words (`empty`); null for one that has some, or is broken. */
  readonly leftover: Leftover | null;
  /** Characters of its documents once aliases are written out; absent = those of its text. */
  readonly size?: number;
  /** True where it was given up for time or memory: a machine that is less busy may read it. */
  readonly isTried?: boolean;
}

/** A document that was parsed here: where all of its values stand goes along. */
export interface ParsedDocument extends RawDocument {
  readonly places: () => Places;
}

/** The most documents of one file. */
export const mostDocuments = 10_000;

/** A file, or a part of one, in which nothing can be read that was ever ours. */
export interface Leftover {
  readonly what: string;
  /** True when it may be what is left of a manifest; a mapping of another program never was one. */
  readonly isBare: boolean;
}

/**
 * Reads the documents of one file; what is wrong with it is returned, never thrown. Where `all` is true they are all of them,
 * as they stand there, whose ever they are.
 */
export function parseFile(path: string, bytes: Uint8Array, all = false): ParsedFile {
  const pointer = pointerOf(bytes);
  if (pointer !== null) return brokenFile(path, `this is ${pointer.what}, not a manifest`, pointer);
  try {
    const written = parseYaml(bytes, path).filter(({ value }) => value !== null);
    const beyond = written[mostDocuments];
    if (beyond !== undefined)
      return tooMuch({ path, ...beyond.spot }, `the file has more than ${mostDocuments} documents`, 'split it');
    const whole = written.map((document) => rawDocument(path, document));
    if (all) return { documents: whole, skipped: [], broken: null, leftover: null };
    const parts = whole.flatMap(openedList);
    const ours = parts.filter(({ value }) => isOurs(value));
    for (const document of ours) {
      const fault = tooLarge(document);
      if (fault !== null)
        return tooMuch(document.place, fault, 'put objects into files of their own, and name them by properties.path');
    }
    const skipped = parts.filter(({ value }) => !isOurs(value)).map(skippedDocument);
    return {
      documents: ours,
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

function tooMuch(place: Place, message: string, hint: string): ParsedFile {
  const problem = { code: 'YAML_TOO_LARGE' as const, message, place, hint, severity: 'error' as const };
  return withoutDocuments({ path: place.path, what: 'broken', problem });
}

function rawDocument(path: string, { value, spot, places }: YamlDocument): ParsedDocument {
  return documentOf({ path, ...spot }, value, places);
}

/** A document with the places of its values, which are only looked at when one of them is asked for. */
export function documentOf(place: Place, value: unknown, places: () => Places): ParsedDocument {
  return { value, place, places, locate: (steps) => ({ path: place.path, ...spotIn(places(), value, steps) }) };
}

// kubectl opens a List; one that holds documents of ours is the same as the documents.
function openedList(list: ParsedDocument): ParsedDocument[] {
  const { kind, apiVersion, items } = (list.value ?? {}) as Readonly<Record<string, unknown>>;
  if (kind !== 'List' || apiVersion !== 'v1' || !Array.isArray(items) || !items.some(isOurs)) return [list];
  const places = list.places();
  return items.map((value: unknown, index) =>
    documentOf(list.locate(['items', index]), value, () => placesIn(places, list.value, ['items', index])),
  );
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
