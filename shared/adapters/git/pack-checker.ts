import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { SluiceError } from '../../errors.ts';
import type { FetchLimits } from './library.ts';
import { checkPack } from './pack-guard.ts';

/**
 * Checks the packs of a repository on disk as those of a fetch are checked, each once: a program that can write the folder may not
 * exhaust the memory of the one that reads it. Throws LIMIT_EXCEEDED or PACK_INVALID.
 */
export function createPackChecker({ http, pack: limits }: FetchLimits): (gitdir: string) => Promise<void> {
  const checked = new Set<string>();
  return async (gitdir) => {
    const folder = join(gitdir, 'objects', 'pack');
    const names = await readdir(folder).catch(() => []);
    for (const name of names.filter((one) => one.endsWith('.pack'))) {
      const path = join(folder, name);
      const found = await stat(path).catch(() => null);
      if (found === null) continue;
      const id = `${name} ${found.size} ${found.mtimeMs}`;
      if (checked.has(id)) continue;
      if (found.size > http.maxBytes) throw tooLarge(path, found.size, http.maxBytes);
      const pack = await readFile(path).catch(() => null);
      // One that was merged into another one meanwhile is not read any more.
      if (pack === null) continue;
      // On disk, chains of deltas may be long: what they come to is what counts.
      await checkPack(pack, { ...limits, chain: Infinity });
      checked.add(id);
    }
  };
}

function tooLarge(path: string, size: number, limit: number): SluiceError {
  return new SluiceError('LIMIT_EXCEEDED', `a pack of the channel has ${size} bytes, more than ${limit}`, {
    path,
    hint: 'export the channel anew: sluice-hub export',
  });
}
