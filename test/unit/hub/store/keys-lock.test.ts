import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { lockKeys } from '../../../../hub/store/keys-lock.ts';

let data: string;
beforeEach(() => {
  data = mkdtempSync(join(tmpdir(), 'keys-lock-'));
});
afterEach(() => rmSync(data, { recursive: true }));

const owner = (pid: number, isGone = false) => ({ id: JSON.stringify(['here', pid, '1']), isGone: () => isGone });

describe('the keys of a data folder', () => {
  it('are changed by one command at a time, and one that died is passed over', () => {
    const release = lockKeys(data, owner(1));
    expect(() => lockKeys(data, owner(2))).toThrow(
      expect.objectContaining({ code: 'CONFLICT', message: 'another command changes the keys: process 1 on here' }),
    );
    const next = lockKeys(data, owner(2, true));
    // The one that was passed over leaves the lock of the other alone.
    release();
    expect(existsSync(join(data, 'keys.lock'))).toBe(true);
    next();
    expect(existsSync(join(data, 'keys.lock'))).toBe(false);
  });

  it('need no lock where there is no data folder', () => {
    expect(lockKeys(join(data, 'none'))).not.toThrow();
  });
});
