import { describe, expect, it } from 'vitest';
import { writingGroups } from '../../../../../hub/store/reports/groups.ts';
import { nextTurn } from '../../../../../shared/lib/slices.ts';

/** Puts numbers, some a turn of the loop, and answers the groups that they were written in. */
async function groupsOf(turns: number, each: number): Promise<number[][]> {
  const groups: number[][] = [];
  const put = writingGroups<number>(async (values) => {
    groups.push([...values]);
    await nextTurn();
  });
  const all: Promise<void>[] = [];
  for (let turn = 0; turn < turns; turn += 1) {
    for (let one = 0; one < each; one += 1) all.push(put(turn * each + one));
    await nextTurn();
  }
  await Promise.all(all);
  return groups;
}

describe('writing in groups', () => {
  it('makes one group of what comes in one turn of the loop, or in some that follow each other', async () => {
    expect(await groupsOf(1, 3)).toEqual([[0, 1, 2]]);
    expect(await groupsOf(5, 2)).toEqual([[0, 1, 2, 3, 4, 5, 6, 7, 8, 9]]);
  });

  it('writes what is there while more goes on coming, each value once and in order', async () => {
    const groups = await groupsOf(100, 1);
    expect(groups.length).toBeGreaterThan(8);
    expect(groups.flat()).toEqual(Array.from({ length: 100 }, (_, number) => number));
  });

  it('resolves when a group is written, and rejects with the group alone', async () => {
    const disk: string[] = [];
    const put = writingGroups<string>(async (values) => {
      await nextTurn();
      if (values.includes('bad')) throw new Error('full');
      disk.push(...values);
    });
    const failing = [put('bad'), put('with it')];
    expect(await Promise.allSettled(failing)).toMatchObject([{ status: 'rejected' }, { status: 'rejected' }]);
    await put('good');
    expect(disk).toEqual(['good']);
  });
});
