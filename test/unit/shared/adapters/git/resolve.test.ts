import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { deflateSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { applyDelta, indexingPack, resolvePack } from '../../../../../shared/adapters/git/resolve.ts';
import { makeBlob, oidOf } from '../../../../../shared/lib/git/object.ts';
import { packHeader } from '../../../../../shared/lib/git/pack.ts';
import { atOnce } from '../../../../../shared/lib/slices.ts';
import { commitFiles, git } from '../../../../fakes/git.ts';

async function packOf(...config: readonly string[]): Promise<{ pack: Buffer; names: string[] }> {
  const dir = mkdtempSync(join(tmpdir(), 'resolve-'));
  try {
    await git(dir, 'init', '--quiet', '--bare', '.');
    const lines = Array.from({ length: 2000 }, (_, i) => createHash('sha1').update(`${i}`).digest('hex'));
    let parent: string | undefined;
    for (let i = 0; i < 12; i += 1) {
      lines[i * 100] = `changed ${i}`;
      const files = { 'big.txt': lines.join('\n'), [`folder/${i}.txt`]: `${i}` };
      parent = await commitFiles(dir, 'refs/heads/main', files, parent === undefined ? {} : { parent });
    }
    await git(dir, ...config, 'repack', '-adfq', '--depth=30', '--window=30');
    const folder = join(dir, 'objects', 'pack');
    const file = readdirSync(folder).find((name) => name.endsWith('.pack'))!;
    const listed = await git(dir, 'cat-file', '--batch-all-objects', '--batch-check=%(objectname)');
    return { pack: readFileSync(join(folder, file)), names: listed.split('\n').sort() };
  } finally {
    rmSync(dir, { recursive: true });
  }
}

describe('a pack of the real git', () => {
  it.each([
    ['deltas by offset', []],
    ['deltas by name', ['-c', 'repack.useDeltaBaseOffset=false']],
  ])('is read whole with %s: every object under its own name', async (_, config) => {
    const { pack, names } = await packOf(...config);
    const objects = resolvePack(pack);
    expect(objects.map(({ oid }) => oid).sort()).toEqual(names);
    for (const { oid, type, body } of objects) expect(oidOf(type, body)).toBe(oid);
    // One by one, in any order, and more than once.
    const packed = atOnce(indexingPack(pack));
    expect(packed.map(({ oid }) => oid).sort()).toEqual(names);
    for (const { oid, type, read } of [...packed.toReversed(), ...packed]) expect(oidOf(type, read())).toBe(oid);
  });
});

describe('a delta', () => {
  const base = Buffer.from('0123456789');
  it.each([
    ['copies and inserts', [10, 6, 0x91, 2, 3, 3, 0x61, 0x62, 0x63], '234abc'],
    ['copies from the start without an offset', [10, 4, 0x90, 4], '0123'],
  ])('%s', (_, bytes, result) => {
    expect(applyDelta(base, Buffer.from(bytes)).toString()).toBe(result);
  });

  it.each([
    ['of another base', [9, 4, 0x90, 4]],
    ['that reaches beyond its base', [10, 12, 0x90, 12]],
    ['that makes more than it says', [10, 2, 0x90, 4]],
    ['that makes less than it says', [10, 9, 0x90, 4]],
    ['with the reserved instruction', [10, 4, 0]],
    ['that ends within an insertion', [10, 4, 4, 0x61]],
  ])('%s is PACK_INVALID', (_, bytes) => {
    expect(() => applyDelta(base, Buffer.from(bytes))).toThrow(expect.objectContaining({ code: 'PACK_INVALID' }));
  });

  it('whose base is nowhere is PACK_INVALID', () => {
    const header = Buffer.from([(7 << 4) | 4]);
    const delta = deflateSync(Buffer.from([10, 4, 0x90, 4]));
    const body = Buffer.concat([packHeader(1), header, Buffer.from(makeBlob(base).oid, 'hex'), delta]);
    const pack = Buffer.concat([body, createHash('sha1').update(body).digest()]);
    expect(() => resolvePack(pack)).toThrow(expect.objectContaining({ code: 'PACK_INVALID' }));
  });
});
