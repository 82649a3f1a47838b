import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { initKeys, loadKeys } from '../../../../hub/keys/hub-keys.ts';
import { keyFiles } from '../../../../hub/keys/key-files.ts';
import { rootFingerprint } from '../../../../hub/keys/root-documents.ts';
import { retireHubKeys, rotateHubKey } from '../../../../hub/keys/rotation.ts';
import type { HubKeys } from '../../../../hub/keys/types.ts';
import { countSigners, newSeed, parseSignatures, payloadTypes } from '../../../../shared/wire/envelope.ts';

let dir: string;
let first: HubKeys;
let rootSeed: string;

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'rotation-'));
  first = initKeys(dir);
  rootSeed = readFileSync(join(dir, keyFiles.root), 'utf8').trim();
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const refused = expect.objectContaining({ code: 'CONFIG_INVALID' }) as Error;

describe('rotating the hub key', () => {
  it('names the new key before the old one in the next root document, signed by the root key', () => {
    const next = rotateHubKey(dir, rootSeed);
    expect(next.trusted).toEqual([next.hub.publicKey, first.hub.publicKey]);
    expect(new Set(next.past)).toEqual(new Set(next.trusted));
    expect(next.root).toEqual({ ...first.root, version: 2, hubs: { keys: next.trusted } });
    const { payload, signatures } = next.roots[1] ?? expect.fail();
    const roots = first.root.roots.keys;
    expect(countSigners(payloadTypes.root, payload, parseSignatures(signatures), roots)).toBe(1);
    expect(loadKeys(dir).hub.publicKey).toBe(next.hub.publicKey);
    expect(rootFingerprint(next)).toBe(rootFingerprint(first));
  });

  it('and retiring leaves the key at work alone, and remembers those of the past', () => {
    const rotated = rotateHubKey(dir, rootSeed);
    const retired = retireHubKeys(dir, rootSeed);
    expect(retired.trusted).toEqual([rotated.hub.publicKey]);
    expect(retired.past).toContain(first.hub.publicKey);
  });

  it('is refused with another root key, and retiring without another hub key: nothing changes', () => {
    expect(() => rotateHubKey(dir, newSeed())).toThrow(refused);
    expect(() => retireHubKeys(dir, rootSeed)).toThrow(refused);
    expect(loadKeys(dir).roots).toEqual(first.roots);
    expect(loadKeys(dir).hub.publicKey).toBe(first.hub.publicKey);
  });
});
