import { z } from 'zod';
import { digestOf, type Digest } from '../../../shared/lib/canonical.ts';
import type { Oid } from '../../../shared/lib/git/object.ts';
import { decode } from '../../../shared/wire/codec.ts';
import { counter, digest, instant } from '../../../shared/wire/schema.ts';
import { parseOwnTree } from '../../model/git-tree.ts';
import type { ObjectReader } from '../../model/objects.ts';

/** The file of a ledger that says which volume it is, from the second one on. */
export const volumePath = 'volume.json';

const oid = z.string().regex(/^[0-9a-f]{40}$/);

const schema = z.strictObject({
  format: z.literal(1),
  volume: counter.min(2),
  /** When it began. */
  begun: instant,
  /** The commit that closed the volume before: its name, its number, and the sha256 of its bytes. */
  after: z.strictObject({ commit: oid, number: counter, sha256: digest }),
});

/** What a volume of the ledger says of itself in its tree, so that its signature covers it. */
export type VolumeNote = z.infer<typeof schema>;

/** The branch of a volume. */
export function volumeRef(volume: number): string {
  return volume === 1 ? 'refs/heads/main' : `refs/heads/ledger/${volume}`;
}

/** The volume of a branch; null for any other branch. */
export function volumeOf(ref: string): number | null {
  if (ref === volumeRef(1)) return 1;
  const volume = Number(/^refs\/heads\/ledger\/([1-9]\d{0,8})$/.exec(ref)?.[1] ?? 0);
  return volume >= 2 ? volume : null;
}

/** A volume, its branch, and the last commit of it. */
export interface VolumeTip {
  readonly volume: number;
  readonly ref: string;
  readonly oid: Oid;
}

/** All volumes among some branches, the newest one first. */
export function volumesAmong(refs: ReadonlyMap<string, Oid>): readonly VolumeTip[] {
  const found = [...refs].flatMap(([ref, tip]) => {
    const volume = volumeOf(ref);
    return volume === null ? [] : [{ volume, ref, oid: tip }];
  });
  return found.sort((a, b) => b.volume - a.volume);
}

/** The newest volume among some branches: the one that is written to. Null where there is none. */
export function newestVolume(refs: ReadonlyMap<string, Oid>): VolumeTip | null {
  return volumesAmong(refs)[0] ?? null;
}

/** What the volume of a tree says of itself; null for the first volume. Throws WIRE_INVALID. */
export function volumeNote(objects: Pick<ObjectReader, 'read'>, tree: Oid): VolumeNote | null {
  const entries = parseOwnTree(objects.read(tree)?.body ?? new Uint8Array());
  const found = entries.find(({ name, kind }) => name === volumePath && kind === 'file');
  return found === undefined ? null : decode(schema, objects.read(found.oid)?.body ?? new Uint8Array(), volumePath);
}

/** The words that a commit ends a volume with. */
export function closingMessage(volume: number): string {
  return `close volume ${volume}`;
}

/** True for the message of a commit that ended its volume: nothing follows it there. */
export function isClosing(message: string): boolean {
  return /^Closed: \d+$/m.test(message);
}

/** The sha256 of a commit, which does not rest on the hash that Git names it by. */
export function sha256Of(body: Uint8Array): Digest {
  return digestOf(body);
}
