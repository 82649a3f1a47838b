import { describe, expect, it } from 'vitest';
import { everything } from '../../../../hub/load/select.ts';
import type { Entry } from '../../../../hub/load/listing.ts';
import { createSnapshotBuilder, loadLimits } from '../../../../hub/load/snapshot.ts';

const { signal } = new AbortController();
const facts = { repository: 'r', commit: 'c', descends: true };
const entry = (path: string, text: string): Entry => ({
  path,
  oid: text,
  read: () => Promise.resolve(Buffer.from(text)),
});
const app = (name: string): string => `kind: Application\nmetadata: {name: ${name}}\n`;

describe('building snapshots one after the other', () => {
  it('parses one file when one of 2,000 changed', async () => {
    const builder = createSnapshotBuilder(everything);
    const entries = Array.from({ length: 2000 }, (_, index) => entry(`apps/a${index}.yaml`, app(`a${index}`)));
    const first = await builder.build({ entries, others: [] }, facts, signal);
    expect([first.documents.length, builder.parsed()]).toEqual([2000, 2000]);
    const changed = entries.with(7, entry('apps/a7.yaml', app('seven')));
    const second = await builder.build({ entries: changed, others: [] }, facts, signal);
    expect([second.documents.length, builder.parsed()]).toEqual([2000, 2001]);
    expect(second.documents.map(({ value }) => (value as { metadata: { name: string } }).metadata.name)).toContain(
      'seven',
    );
  });

  it('refuses more files than the limit', async () => {
    const many = (count: number): Entry[] => Array.from({ length: count }, (_, i) => entry(`${i}.yaml`, 'a: 1'));
    const build = (count: number) =>
      createSnapshotBuilder(everything).build({ entries: many(count), others: [] }, facts, signal);
    expect((await build(loadLimits.files)).ignored).toBe(loadLimits.files);
    await expect(build(loadLimits.files + 1)).rejects.toMatchObject({ code: 'LIMIT_EXCEEDED' });
  });
});
