import { posix } from 'node:path';
import { isManifest } from '../model/references.ts';
import type { BrokenFile, Problem, UnreadPath } from '../model/source.ts';
import type { Listing, Other } from './listing.ts';
import type { ParsedFile } from './parse.ts';
import { folderSelector, selector, type Selection } from './select.ts';

/** What is there and was not read, and what is to be said about it. */
export interface Unread {
  readonly paths: readonly UnreadPath[];
  readonly problems: readonly Problem[];
}

/** Most odd names that are no manifests and are told one by one. */
const oddNamesTold = 20;

/** The files that were read and gave nothing, and those that could not be read. `isNew` compares with the state before. */
export function unreadFiles(
  files: readonly { readonly path: string; readonly file: ParsedFile }[],
  isNew: (path: string) => boolean,
): UnreadPath[] {
  return files.flatMap(({ path, file: { broken, leftover } }) => {
    if (broken !== null) return [unreadFile(broken, isNew)];
    if (leftover === null) return [];
    const reach = leftover.isBare ? ('new' as const) : ('own' as const);
    return [{ path, what: leftover.what, reach, isNew: isNew(path) }];
  });
}

/** A file that could not be read. */
export function unreadFile({ path, what = 'broken' }: BrokenFile, isNew: (path: string) => boolean): UnreadPath {
  return { path, what, reach: 'all', isNew: isNew(path) };
}

/** The links, submodules and odd names of a state. Where a link leads is read for those that matter alone. */
export async function unreadOthers(
  { entries, others }: Listing,
  selection: Selection,
  isNew: (path: string) => boolean,
): Promise<Unread> {
  const isWanted = selector(selection);
  const mayHold = folderSelector(selection);
  const tree = treeOf(entries.map(({ path }) => path));
  const unreadOther = async (other: Other): Promise<Unread> => {
    const { path, kind } = other;
    const isFile = isWanted(path);
    if (!isFile && !mayHold(path)) return nothing;
    if (kind === 'submodule') return submodule(path, isNew(path));
    const to = await targetOf(other);
    const link = { path, what: `a symbolic link to ${to ?? 'a place outside of the repository'}`, isNew: isNew(path) };
    if (isFile) return fileLink(link, to !== null && tree.files.has(to) && isWanted(to));
    // What lies behind a link to a folder of the repository is seen there.
    const isVisible = to !== null && (tree.files.has(to) || tree.folders.has(to));
    return { paths: [{ ...link, reach: isVisible ? 'own' : 'new' }], problems: [] };
  };
  const told = await Promise.all(others.filter(({ kind }) => kind !== 'odd').map(unreadOther));
  told.push(oddNames(others, isWanted, isNew));
  return { paths: told.flatMap(({ paths }) => paths), problems: told.flatMap(({ problems }) => problems) };
}

const nothing: Unread = { paths: [], problems: [] };

function submodule(path: string, isNew: boolean): Unread {
  const hint = 'put the files themselves there, or leave it out with `exclude`';
  return {
    paths: [{ path, what: 'a submodule', reach: 'new', isNew }],
    problems: [unreadable(path, 'a submodule is not read', { hint, severity: 'warning' })],
  };
}

function fileLink(link: Omit<UnreadPath, 'reach'>, isRead: boolean): Unread {
  const hint = 'put the file itself there';
  if (isRead) {
    const problem = unreadable(link.path, 'a symbolic link is not followed', { hint, severity: 'warning' });
    return { paths: [{ ...link, reach: 'own' }], problems: [problem] };
  }
  const problem = unreadable(link.path, `this is ${link.what}, not a manifest`, { hint, severity: 'error' });
  return { paths: [{ ...link, reach: 'all' }], problems: [problem] };
}

function oddNames(
  others: readonly Other[],
  isWanted: (path: string) => boolean,
  isNew: (path: string) => boolean,
): Unread {
  const odd = others.filter(({ kind }) => kind === 'odd');
  const hint = 'rename it';
  const whyOf = (other: Other | undefined): string => other?.odd?.why ?? 'its name cannot be read';
  const manifests = odd.filter(({ path }) => isManifest(path) && isWanted(path));
  const roots = new Map(
    odd.filter((other) => !manifests.includes(other)).map((other) => [other.odd?.root ?? other.path, other]),
  );
  const shown = [...roots].slice(0, oddNamesTold);
  const rest = roots.size - shown.length;
  const last = shown.at(-1)?.[0] ?? '';
  return {
    paths: manifests.map(({ path, ...other }) => ({
      path,
      what: whyOf({ path, ...other }),
      reach: 'all',
      isNew: isNew(path),
    })),
    problems: [
      ...manifests.map((other) =>
        unreadable(other.path, `this file cannot be read: ${whyOf(other)}`, { hint, severity: 'error' }),
      ),
      ...shown.map(([root, other]) => unreadable(root, `skipped: ${whyOf(other)}`, { hint, severity: 'warning' })),
      ...(rest > 0
        ? [unreadable(last, `${rest} more names like this are skipped`, { hint, severity: 'warning' })]
        : []),
    ],
  };
}

interface Tree {
  readonly files: ReadonlySet<string>;
  readonly folders: ReadonlySet<string>;
}

function treeOf(paths: readonly string[]): Tree {
  const folders = new Set<string>(['']);
  for (const path of paths) {
    for (let end = path.lastIndexOf('/'); end > 0; end = path.lastIndexOf('/', end - 1)) {
      const folder = path.slice(0, end);
      if (folders.has(folder)) break;
      folders.add(folder);
    }
  }
  return { files: new Set(paths), folders };
}

/** The path in the repository that a link names; null for one outside of it. */
async function targetOf({ path, target }: Other): Promise<string | null> {
  const text = (await target?.()) ?? '';
  if (text === '' || text.startsWith('/')) return null;
  const to = posix.normalize(posix.join(posix.dirname(path), text)).replace(/\/$/, '');
  if (to === '..' || to.startsWith('../')) return null;
  return to === '.' ? '' : to;
}

function unreadable(path: string, message: string, facts: Pick<Problem, 'hint' | 'severity'>): Problem {
  return { code: 'FILE_UNREADABLE', message, place: { path, line: 1, column: 1 }, ...facts };
}
