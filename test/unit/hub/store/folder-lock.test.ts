import { existsSync, mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { lockFile, lockFolder } from '../../../../hub/store/folder-lock.ts';
import type { LockOwner } from '../../../../hub/store/packs/lock.ts';

let data: string;
beforeEach(() => {
  data = join(mkdtempSync(join(tmpdir(), 'lock-')), 'data');
});
afterEach(() => rmSync(join(data, '..'), { recursive: true, force: true }));

const path = () => join(data, lockFile);
const owner = (host: string, pid: number, gone: readonly number[] = []): LockOwner => ({
  id: JSON.stringify([host, pid, '1']),
  isGone: (id) => {
    const [otherHost, other] = JSON.parse(id) as [string, number];
    return otherHost === host && gone.includes(other);
  },
});
const clock = (later: (() => void)[] = []) => ({
  after: (_: number, run: () => void) => {
    later.push(run);
    return () => undefined;
  },
});
const age = (seconds: number) => {
  const at = new Date(Date.now() - seconds * 1000);
  utimesSync(path(), at, at);
};
const taken = (who: LockOwner) =>
  lockFolder(data, clock(), who).then(
    () => true,
    (error: unknown) => {
      expect(error).toMatchObject({ code: 'CONFLICT', data: { hint: expect.stringContaining('--data') as string } });
      return false;
    },
  );

describe('a data folder', () => {
  it('is held by one hub until it gives it back, to all that ask', async () => {
    const release = await lockFolder(data, clock(), owner('here', 1));
    expect([await taken(owner('here', 2)), await taken(owner('here', 1)), await taken(owner('there', 1))]).toEqual([
      false,
      false,
      false,
    ]);
    release();
    expect(existsSync(path())).toBe(false);
    expect(await taken(owner('here', 2))).toBe(true);
  });

  it.each<[string, LockOwner, number, boolean]>([
    ['a process that is gone, at once', owner('here', 2, [1]), 0, true],
    ['a process that lives, however long it was busy', owner('here', 2), 600, false],
    ['another machine, after a minute without a word', owner('there', 1), 61, true],
    ['another machine that was heard of', owner('there', 1), 59, false],
  ])('is taken over from %s: %#', async (_, who, seconds, expected) => {
    await lockFolder(data, clock(), owner('here', 1));
    age(seconds);
    expect(await taken(who)).toBe(expected);
  });

  it.each(['', '["here', '[]', 'null'])(
    'says of a lock that was damaged (%j) what to do, and takes it over after a minute',
    async (text) => {
      const who = { ...owner('here', 1), isGone: () => false };
      mkdirSync(data);
      writeFileSync(path(), text);
      await expect(lockFolder(data, clock(), who)).rejects.toMatchObject({
        code: 'CONFLICT',
        message: expect.stringContaining('damaged') as unknown,
        data: { path: path(), hint: expect.stringContaining('remove that file') as unknown },
      });
      age(61);
      expect(await taken(who)).toBe(true);
    },
  );

  it('is touched while it is held, and left alone once another hub has it', async () => {
    const later: (() => void)[] = [];
    const release = await lockFolder(data, clock(later), owner('here', 1));
    age(61);
    later.shift()?.();
    expect(await taken(owner('there', 1))).toBe(false);
    age(61);
    expect(await taken(owner('there', 1))).toBe(true);
    later.shift()?.();
    expect(later).toEqual([]);
    release();
    expect(existsSync(path())).toBe(true);
  });
});
