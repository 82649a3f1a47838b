import { readdir } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { isSluiceError, SluiceError } from '../../errors.ts';
import { kindOf } from './kind-of.ts';
import { readObject, type GitDir } from './library.ts';
import { textOf } from './text-of.ts';

/** What a repository was cloned without: commits (`--depth`), or objects (`--filter`). */
export type Gap = 'shallow' | 'partial';

/** Reads an object of a repository on disk by its name and kind. */
export type ReadObject = (oid: string, type: 'commit' | 'tree' | 'blob') => Promise<Buffer>;

/** How many repositories may borrow from one another, as Git has it. */
const longestChain = 5;

/**
 * Reads the objects of a repository, and those that it borrows (`clone --shared`, `--reference`). One that is not there
 * because the clone is partial, or because what it borrows from is gone, is SOURCE_UNAVAILABLE; any other is PACK_INVALID.
 */
export function objectReader(dir: GitDir): ReadObject {
  let lenders: Promise<Lenders> | null = null;
  return async (oid, type) => {
    try {
      return await readObject(dir, oid, type);
    } catch (error) {
      if (!isSluiceError(error, 'PACK_INVALID')) throw error;
      const { there, gone } = await (lenders ??= lendersOf(dir, longestChain));
      for (const lender of there) {
        const found = await readObject(lender, oid, type).catch(() => null);
        if (found !== null) return found;
      }
      throw (await gapError(dir.gitdir, gone)) ?? error;
    }
  };
}

/** What the clone in this folder lacks; null when it is whole. */
export async function gapOf(gitdir: string): Promise<Gap | null> {
  if (((await textOf(join(gitdir, 'shallow'))) ?? '') !== '') return 'shallow';
  const packs = await readdir(join(gitdir, 'objects', 'pack')).catch((): string[] => []);
  return packs.some((name) => name.endsWith('.promisor')) ? 'partial' : null;
}

/** The repositories that one borrows objects from, and folders of those that are not there any more. */
interface Lenders {
  readonly there: readonly GitDir[];
  readonly gone: readonly string[];
}

async function lendersOf({ fs, gitdir }: GitDir, depth: number): Promise<Lenders> {
  const objects = join(gitdir, 'objects');
  const text = depth === 0 ? null : await textOf(join(objects, 'info', 'alternates'));
  const there: GitDir[] = [];
  const gone: string[] = [];
  for (const line of (text ?? '').split('\n')) {
    if (line === '' || line.startsWith('#')) continue;
    const folder = resolve(objects, line);
    // The library looks for objects in a folder of that name only.
    if (basename(folder) !== 'objects' || (await kindOf(folder)) !== 'folder') {
      gone.push(folder);
      continue;
    }
    const lender = { fs, gitdir: dirname(folder), cache: {} };
    const further = await lendersOf(lender, depth - 1);
    there.push(lender, ...further.there);
    gone.push(...further.gone);
  }
  return { there, gone };
}

async function gapError(gitdir: string, gone: readonly string[]): Promise<SluiceError | null> {
  const [folder] = gone;
  if (folder !== undefined) {
    const message = `this clone borrows objects from ${folder}, which is not there`;
    return new SluiceError('SOURCE_UNAVAILABLE', message, { hint: 'clone it without --shared and --reference' });
  }
  if ((await gapOf(gitdir)) !== 'partial') return null;
  const hint = 'clone it without --filter, or run: git fetch --refetch --no-filter';
  return new SluiceError('SOURCE_UNAVAILABLE', 'this is a partial clone, and an object is not here', { hint });
}
