import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { SluiceError } from '../../../shared/errors.ts';
import type { GitObject, Oid } from '../../../shared/lib/git/object.ts';
import { makePack, packEntry } from '../../../shared/lib/git/pack.ts';
import { byCodeUnit } from '../../../shared/lib/order.ts';
import { initRepository, remove, syncFolder, writeTemporary, type OnStep } from './durable.ts';
import { packedRefsText, parsePackedRefs } from './refs.ts';

/** A file that says that the folder is an export and may be replaced. Git ignores it. */
const marker = 'sluice-export';
const staleMs = 60_000;

/**
 * Makes the bare repository in `dir` consist of these refs and nothing else, whole or not at all: one new pack, then all refs
 * in one rename. Readers of the state before find its objects until the next time. Throws EXISTS for a folder with other content.
 */
export async function writeWholeRepository(
  dir: string,
  { refs, objects }: { readonly refs: ReadonlyMap<string, Oid>; readonly objects: readonly GitObject[] },
  onStep: OnStep = () => undefined,
): Promise<void> {
  claim(dir);
  const folder = join(dir, 'objects', 'pack');
  const before = packsByAge(folder);
  const gone = [...parsePackedRefs(textOf(join(dir, 'packed-refs'))).keys()].some((ref) => !refs.has(ref));
  const { name, pack, index } = makePack(objects.map(packEntry));
  const [path, temporary] = [join(folder, `pack-${name}`), join(folder, `tmp_${name}.${process.pid}`)];
  for (const end of ['pack', 'idx']) remove(`${temporary}-${end}`);
  onStep('write pack');
  await Promise.all([writeTemporary(`${temporary}-pack`, [pack]), writeTemporary(`${temporary}-idx`, [index])]);
  onStep('rename pack');
  renameSync(`${temporary}-pack`, `${path}.pack`);
  renameSync(`${temporary}-idx`, `${path}.idx`);
  await syncFolder(folder);
  onStep('write refs');
  const packedRefs = join(dir, 'packed-refs');
  await lockRefs(`${packedRefs}.lock`, packedRefsText(refs));
  onStep('rename refs');
  renameSync(`${packedRefs}.lock`, packedRefs);
  await syncFolder(dir);
  onStep('remove old packs');
  // The newest of the old ones stays for readers that have begun, unless a ref was removed: bundles of that cluster must not
  // be copied along with the export.
  for (const old of before.slice(gone ? 0 : 1)) {
    if (old === `pack-${name}`) continue;
    remove(join(folder, `${old}.idx`));
    remove(join(folder, `${old}.pack`));
  }
}

function claim(dir: string): void {
  if (!existsSync(join(dir, marker))) {
    if (existsSync(dir) && readdirSync(dir).length > 0) {
      throw new SluiceError('EXISTS', 'this folder is not empty, and not an export', {
        path: dir,
        hint: 'name an empty or a new folder',
      });
    }
    mkdirSync(dir, { recursive: true });
    writeFileSync(
      join(dir, marker),
      'This repository is written by `sluice-hub export`, and replaced by the next one.\n',
    );
  }
  initRepository(dir);
}

async function lockRefs(path: string, text: string): Promise<void> {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (stat !== undefined && Date.now() - stat.mtimeMs > staleMs) remove(path);
  try {
    await writeTemporary(path, [Buffer.from(text)]);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    throw new SluiceError('CONFLICT', 'another export is writing this folder', { path });
  }
}

function textOf(path: string): string {
  return existsSync(path) ? readFileSync(path, 'utf8') : '';
}

// Newest first.
function packsByAge(folder: string): string[] {
  return readdirSync(folder)
    .filter((file) => /^pack-[0-9a-f]+\.idx$/.test(file))
    .map((file) => ({ name: file.slice(0, -4), at: statSync(join(folder, file)).mtimeMs }))
    .sort((a, b) => b.at - a.at || byCodeUnit(a.name, b.name))
    .map(({ name }) => name);
}
