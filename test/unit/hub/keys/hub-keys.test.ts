import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { HubKeys } from '../../../../hub/keys/types.ts';
import { hasKeys, initKeys, loadKeys } from '../../../../hub/keys/hub-keys.ts';

let dir: string;
let keys: HubKeys;

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'keys-'));
  keys = initKeys(join(dir, 'keys'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

describe('keys', () => {
  it('are made once, readable by their owner alone', () => {
    const folder = join(dir, 'keys');
    expect(() => initKeys(folder)).toThrow(expect.objectContaining({ code: 'EXISTS' }) as Error);
    for (const file of ['root.key', 'hub.key', 'root/1.json', 'root/1.sig']) {
      expect(statSync(join(folder, file)).mode & 0o777).toBe(0o600);
    }
  });

  it('work without the root key, which may be kept elsewhere', () => {
    rmSync(join(dir, 'keys', 'root.key'));
    expect(loadKeys(join(dir, 'keys')).channel).toBe(keys.channel);
  });

  it('are refused when the hub key is not the one that the root document names', () => {
    const other = join(dir, 'other');
    expect(hasKeys(other)).toBe(false);
    initKeys(other);
    writeFileSync(join(dir, 'keys', 'hub.key'), readFileSync(join(other, 'hub.key')));
    expect(() => loadKeys(join(dir, 'keys'))).toThrow(expect.objectContaining({ code: 'CONFIG_INVALID' }) as Error);
  });

  it.each([[['root/1.json']], [['root/1.json', 'root/1.sig']], [['root/1.json', 'root/1.sig', 'hub.key']]])(
    'are made to the end when their making was cut before %j, and none is written twice',
    (lost) => {
      const cut = join(dir, 'cut');
      initKeys(cut);
      for (const name of lost) rmSync(join(cut, name));
      const left = ['root.key', 'hub.key'].filter((name) => !lost.includes(name));
      const bytes = () => left.map((name) => readFileSync(join(cut, name), 'utf8'));
      const before = bytes();
      expect(hasKeys(cut)).toBe(false);
      expect(initKeys(cut).roots).toHaveLength(1);
      expect(bytes()).toEqual(before);
    },
  );

  it.each([
    ['root/1.json', /root.1\.json/],
    ['root/1.sig', /root.1\.json/],
    ['hub.key', /hub\.key/],
  ])('are refused, with the path and what to do, when a byte of %s is another', (name, path) => {
    const file = join(dir, 'keys', name);
    const bytes = readFileSync(file);
    bytes[20]! ^= 1;
    writeFileSync(file, bytes);
    const data = { path: expect.stringMatching(path) as string, hint: expect.any(String) as string };
    expect(() => loadKeys(join(dir, 'keys'))).toThrow(
      expect.objectContaining({ code: 'CONFIG_INVALID', data }) as Error,
    );
  });
});
