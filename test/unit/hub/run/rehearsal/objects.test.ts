import { expect, it } from 'vitest';
import { memoryObjects } from '../../../../../hub/run/rehearsal/objects.ts';
import { makeBlob } from '../../../../../shared/lib/git/object.ts';

const [one, other] = ['one', 'other'].map((text) => makeBlob(Buffer.from(text)));

it('has what was written, and moves refs from where they are alone', async () => {
  const store = memoryObjects();
  if (one === undefined || other === undefined) throw new Error('no objects');
  await store.write([one, one]);
  expect([store.has(one.oid), store.has(other.oid), store.read(one.oid)?.body]).toEqual([true, false, one.body]);
  expect([store.packed(one.oid)?.size, store.packed(other.oid)]).toEqual([3, null]);
  await store.moveRefs([{ ref: 'refs/heads/a', from: null, to: one.oid }]);
  await expect(store.moveRefs([{ ref: 'refs/heads/a', from: null, to: other.oid }])).rejects.toMatchObject({
    code: 'CONFLICT',
  });
  expect(store.refs()).toEqual(new Map([['refs/heads/a', one.oid]]));
});
