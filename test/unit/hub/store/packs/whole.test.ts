import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { writeWholeRepository } from '../../../../../hub/store/packs/whole.ts';
import { makeCommit } from '../../../../../hub/model/commit.ts';
import { makeBlob } from '../../../../../shared/lib/git/object.ts';
import { makeTree } from '../../../../../hub/model/git-tree.ts';
import { git } from '../../../../fakes/git.ts';

let dir: string;
beforeEach(() => (dir = join(mkdtempSync(join(tmpdir(), 'whole-')), 'export')));
afterEach(() => rmSync(join(dir, '..'), { recursive: true, force: true }));

function content(...files: readonly (readonly [ref: string, text: string])[]) {
  const made = files.map(([ref, text]) => {
    const blob = makeBlob(Buffer.from(text));
    const tree = makeTree([{ name: 'file', kind: 'file', oid: blob.oid }]);
    return { ref, objects: [makeCommit({ tree: tree.oid, parent: null, time: 0, message: ref }), tree, blob] };
  });
  const objects = new Map(made.flatMap((one) => one.objects).map((object) => [object.oid, object]));
  return {
    refs: new Map(made.map((one) => [`refs/heads/${one.ref}`, one.objects[0]!.oid])),
    objects: [...objects.values()],
  };
}
const packs = () => readdirSync(join(dir, 'objects', 'pack')).filter((name) => name.endsWith('.pack')).length;
const shown = () => git(dir, 'for-each-ref', '--format=%(refname:short)');

describe('a repository that is written as a whole', () => {
  it('has these refs and no others, sound for Git, every time', async () => {
    await writeWholeRepository(dir, content(['main', 'a'], ['one', 'b'], ['two', 'c']));
    expect(await shown()).toBe('main\none\ntwo');
    await writeWholeRepository(dir, content(['main', 'a'], ['one', 'new']));
    expect(await shown()).toBe('main\none');
    expect(await git(dir, 'show', 'one:file')).toBe('new');
    await git(dir, 'fsck', '--strict');
  });

  it('keeps the objects of the state before for its readers, but not of refs that are gone', async () => {
    await writeWholeRepository(dir, content(['main', 'a'], ['one', 'b']));
    for (const text of ['c', 'd', 'e']) await writeWholeRepository(dir, content(['main', 'a'], ['one', text]));
    expect(packs()).toBe(2);
    await writeWholeRepository(dir, content(['main', 'a']));
    expect(packs()).toBe(1);
  });

  it('shows the state before or the one after, wherever it dies', async () => {
    const steps: string[] = [];
    await writeWholeRepository(dir, content(['main', 'a'], ['one', 'b']), (step) => steps.push(step));
    for (const last of steps) {
      await writeWholeRepository(dir, content(['main', 'a'], ['one', 'b']));
      const before = await git(dir, 'rev-parse', 'one');
      const next = content(['main', 'a'], ['one', `after ${last}`]);
      const dying = writeWholeRepository(dir, next, (step) => {
        if (step === last) throw new Error('killed');
      });
      await expect(dying).rejects.toThrow('killed');
      expect([before, next.refs.get('refs/heads/one')]).toContain(await git(dir, 'rev-parse', 'one'));
      await git(dir, 'fsck', '--strict');
      rmSync(join(dir, 'packed-refs.lock'), { force: true });
    }
  });

  it('is never written over what is not its own', async () => {
    mkdirSync(dir);
    writeFileSync(join(dir, 'letter.txt'), 'dear');
    await expect(writeWholeRepository(dir, content(['main', 'a']))).rejects.toMatchObject({ code: 'EXISTS' });
    expect(readdirSync(dir)).toEqual(['letter.txt']);
  });
});
