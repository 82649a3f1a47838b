import { readFileSync, readdirSync, statSync, type Stats } from 'node:fs';
import { join } from 'node:path';
import { SluiceError } from '../../../shared/errors.ts';
import { isOid, type Oid } from '../../../shared/lib/git/object.ts';
import { byCodeUnit } from '../../../shared/lib/order.ts';
import type { RefMove } from '../../model/objects.ts';
import { at, intoPlace, remove, syncFolder, writeTemporary, type OnStep } from './durable.ts';
import { withLock, type LockOwner } from './lock.ts';

/** The refs of a bare repository: all in `packed-refs`, written whole under its lock. Loose ones that other programs left are read, and win. */
export interface Refs {
  readonly all: () => ReadonlyMap<string, Oid>;
  readonly move: (moves: readonly RefMove[]) => Promise<void>;
  /** Forgets refs; harmless for those that are not there. */
  readonly drop: (refs: readonly string[]) => Promise<void>;
}

const header = '# pack-refs with: peeled fully-peeled sorted \n';

/** The refs of the repository in `dir`. */
export function openRefs(dir: string, owner: LockOwner, onStep: OnStep): Refs {
  const path = join(dir, 'packed-refs');
  let known: { readonly stamp: string; readonly packed: ReadonlyMap<string, Oid> } | null = null;

  const packed = (): ReadonlyMap<string, Oid> => {
    const stat = statSync(path, { throwIfNoEntry: false });
    if (stat === undefined) return new Map();
    const stamp = stampOf(stat);
    if (known?.stamp !== stamp) known = { stamp, packed: at(path, () => parsePackedRefs(readFileSync(path, 'utf8'))) };
    return known.packed;
  };
  const all = (): ReadonlyMap<string, Oid> => {
    const loose = looseRefs(dir, 'refs');
    return loose.length === 0 ? packed() : new Map([...packed(), ...loose]);
  };

  const move = async (moves: readonly RefMove[]): Promise<void> => {
    const now = all();
    for (const { ref, from } of moves) {
      if ((now.get(ref) ?? null) !== from) {
        throw new SluiceError('CONFLICT', 'a ref is not where it was expected', { subject: ref });
      }
    }
    await write(new Map([...now, ...moves.map(({ ref, to }): [string, Oid] => [ref, to])]));
  };
  const write = async (next: ReadonlyMap<string, Oid>): Promise<void> => {
    onStep('write packed-refs.lock');
    const sorted = sortedRefs(next);
    await writeTemporary(`${path}.lock`, [Buffer.from(textOf(sorted))]);
    const written = statSync(`${path}.lock`);
    onStep('rename packed-refs');
    intoPlace(`${path}.lock`, path);
    const stat = statSync(path, { throwIfNoEntry: false });
    // The file that was just written need not be read: with many refs that takes longer than writing it.
    if (stat !== undefined && isSameFile(stat, written)) known = { stamp: stampOf(stat), packed: new Map(sorted) };
    onStep('sync refs');
    await syncFolder(dir);
    // Loose refs win over packed ones: what other programs left is in packed-refs now and must not hide it.
    for (const [ref] of looseRefs(dir, 'refs')) remove(join(dir, ref));
  };

  const locked = (work: () => Promise<void>): Promise<void> =>
    withLock(join(dir, 'sluice.lock'), owner, async (broken) => {
      dropStaleLock(`${path}.lock`, broken);
      await work();
    });

  return {
    all,
    move: (moves) => (moves.length === 0 ? Promise.resolve() : locked(() => move(moves))),
    drop: (refs) => {
      const gone = new Set(refs);
      return locked(() => write(new Map([...all()].filter(([ref]) => !gone.has(ref)))));
    },
  };
}

// With our own lock in hand, this one is a dead writer's leftover, or belongs to a stock Git command that runs now.
function dropStaleLock(path: string, broken: boolean): void {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (stat === undefined) return;
  if (!broken && Date.now() - stat.mtimeMs < 10_000) {
    throw new SluiceError('UNAVAILABLE', 'another program is writing refs', {
      path,
      hint: 'it is tried again; no other program may write to this repository',
    });
  }
  remove(path);
}

/** The content of a `packed-refs` file. */
export function packedRefsText(refs: ReadonlyMap<string, Oid>): string {
  return textOf(sortedRefs(refs));
}

function sortedRefs(refs: ReadonlyMap<string, Oid>): readonly (readonly [ref: string, oid: Oid])[] {
  return [...refs].sort(([a], [b]) => byCodeUnit(a, b));
}

function textOf(sorted: ReturnType<typeof sortedRefs>): string {
  return header + sorted.map(([ref, oid]) => `${oid} ${ref}\n`).join('');
}

/** The refs in the content of a `packed-refs` file. */
export function parsePackedRefs(text: string): Map<string, Oid> {
  const lines = text.split('\n').filter((line) => isOid(line.slice(0, 40)) && line[40] === ' ');
  return new Map(lines.map((line) => [line.slice(41), line.slice(0, 40)]));
}

function looseRefs(dir: string, folder: string): [string, Oid][] {
  return readdirSync(join(dir, folder), { withFileTypes: true }).flatMap((entry): [string, Oid][] => {
    const ref = `${folder}/${entry.name}`;
    if (entry.isDirectory()) return looseRefs(dir, ref);
    if (!entry.isFile() || entry.name.endsWith('.lock')) return [];
    const oid = readFileSync(join(dir, ref), 'latin1').trim();
    return isOid(oid) ? [[ref, oid]] : [];
  });
}

// A rename changes the time of the last change alone.
function isSameFile(a: Stats, b: Stats): boolean {
  return a.ino === b.ino && a.size === b.size && a.mtimeMs === b.mtimeMs;
}

function stampOf({ mtimeMs, size, ino, ctimeMs }: Stats): string {
  return `${ino} ${size} ${mtimeMs} ${ctimeMs}`;
}
