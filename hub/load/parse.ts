import { isSluiceError } from '../../shared/errors.ts';
import { groupOf } from '../../shared/model/object.ts';
import { documentKinds, isOurGroup } from '../model/documents.ts';
import { parseYaml, type YamlDocument } from '../../shared/lib/yaml.ts';
import type { BrokenFile, RawDocument } from '../model/source.ts';

/** What one file says: our documents, how many others, or why it could not be read. */
export interface ParsedFile {
  readonly documents: readonly RawDocument[];
  readonly ignored: number;
  readonly broken: BrokenFile | null;
}

/** Reads the documents of one file; what is wrong with it is returned, never thrown. */
export function parseFile(path: string, bytes: Uint8Array): ParsedFile {
  try {
    const documents = parseYaml(bytes, path).filter(({ value }) => value !== null);
    const ours = documents.filter(({ value }) => isOurs(value));
    return {
      documents: ours.map((document) => rawDocument(path, document)),
      ignored: documents.length - ours.length,
      broken: null,
    };
  } catch (error) {
    if (!isSluiceError(error)) throw error;
    const { line = 1, column = 1, hint } = error.data;
    const place = { path, line, column };
    const problem = { code: error.code, message: error.message, place, severity: 'error' as const };
    return {
      documents: [],
      ignored: 0,
      broken: { path, problem: hint === undefined ? problem : { ...problem, hint } },
    };
  }
}

/** True for what Sluice has to understand: one of our API groups, or one of our kinds without any apiVersion. */
export function isOurs(value: unknown): boolean {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return false;
  const { apiVersion, kind } = value as Readonly<Record<string, unknown>>;
  if (typeof apiVersion === 'string') return isOurGroup(groupOf(apiVersion));
  return (apiVersion === undefined || apiVersion === null) && documentKinds.some((known) => known === kind);
}

function rawDocument(path: string, { value, spot, locate }: YamlDocument): RawDocument {
  return { value, place: { path, ...spot }, locate: (steps) => ({ path, ...locate(steps) }) };
}
