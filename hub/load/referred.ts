import { isUtf8 } from 'node:buffer';
import { startSlices } from '../../shared/lib/slices.ts';
import { listAt, valueAt } from '../model/json-map.ts';
import { referenceMatcher, referencesOf, type FileReferences } from '../model/references.ts';
import type { BrokenFile, RawDocument } from '../model/source.ts';
import type { Entry } from './listing.ts';
import { brokenFile, type ParsedFile } from './parse.ts';
import { pointerOf } from './pointers.ts';

/** The files that components name with `properties.path` or `properties.glob`, and those of them that cannot be read. */
export interface Referred {
  readonly files: ReadonlyMap<string, string>;
  /** Files that nothing else reads: of the others it is told already. */
  readonly broken: readonly BrokenFile[];
}

/** What asking whether a reference names a file costs, in units of a slice. */
const matcherUnits = 0.2;

/** Reads the manifests that components of the documents name; what was read as documents is `known`. */
export async function referredFiles(
  documents: readonly RawDocument[],
  manifests: readonly Entry[],
  known: (entry: Entry) => { readonly file: ParsedFile; readonly text: string } | undefined,
): Promise<Referred> {
  const matchers = distinct(documents.flatMap(({ value }) => references(value))).map(referenceMatcher);
  const files = new Map<string, string>();
  const broken: BrokenFile[] = [];
  const slices = startSlices();
  for (const entry of matchers.length === 0 ? [] : manifests) {
    await slices.spend(1 + matcherUnits * matchers.length);
    if (!matchers.some((names) => names(entry.path))) continue;
    const read = known(entry);
    const { file, text } = read ?? fileOf(entry.path, await entry.read());
    if (isText(file)) files.set(entry.path, text);
    else if (read === undefined && file.broken !== null) broken.push(file.broken);
  }
  return { files, broken };
}

// A file that is text and no YAML is told about by the component that names it, with the place in it.
function isText({ broken }: ParsedFile): boolean {
  return broken === null || !['FILE_UNREADABLE', 'YAML_ENCODING'].includes(broken.problem.code);
}

function fileOf(path: string, bytes: Uint8Array): { readonly file: ParsedFile; readonly text: string } {
  const pointer = pointerOf(bytes);
  const encoding = isUtf8(bytes) ? null : { what: 'not UTF-8', hint: 'save it as UTF-8' };
  const fault = pointer === null ? encoding : { ...pointer, what: pointer.what };
  if (fault !== null) return { file: brokenFile(path, `this is ${fault.what}`, fault), text: '' };
  const file: ParsedFile = { documents: [], skipped: [], broken: null, leftover: null };
  return { file, text: new TextDecoder('utf-8').decode(bytes) };
}

function references(document: unknown): FileReferences[] {
  return listAt(document, 'spec', 'components').map((component) => referencesOf(valueAt(component, 'properties')));
}

function distinct(found: readonly FileReferences[]): FileReferences[] {
  const wanted = found.filter(({ path, glob }) => path !== undefined || glob !== undefined);
  return [...new Map(wanted.map((one) => [JSON.stringify(one), one])).values()];
}
