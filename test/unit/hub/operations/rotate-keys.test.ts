import { existsSync, readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { keysOf, newFolders, open } from '../../../fixtures/hub/data-folder.ts';
import { writeSecret } from '../../../../hub/keys/key-files.ts';
import { writeRootDocument } from '../../../../hub/keys/root-documents.ts';
import { initHub } from '../../../../hub/operations/init.ts';
import { retireKeys, rotateKey } from '../../../../hub/operations/rotate-keys.ts';
import { lockKeys } from '../../../../hub/store/keys-lock.ts';
import { readData } from '../../../../hub/store/read-data.ts';
import { newSeed, signerOf } from '../../../../shared/wire/envelope.ts';

let folders: Awaited<ReturnType<typeof newFolders>>;
beforeEach(async () => {
  folders = await newFolders();
});
afterEach(() => folders.remove());

describe('changing the hub key', () => {
  it('makes a key and the root document that names both, and retires the old one once it signed nothing that counts', async () => {
    await initHub(folders.data, open);
    const old = keysOf(folders.data).hub.publicKey;
    expect(rotateKey(folders.data, null)).toEqual({ file: join(folders.data, 'keys/hub.key'), version: 2 });
    const { hub, trusted } = { hub: keysOf(folders.data).hub.publicKey, trusted: keysOf(folders.data).root.hubs.keys };
    expect(trusted).toEqual([hub, old]);
    await expect(retireKeys(folders.data, null, readData)).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      message: 'another hub key signed the ledger',
    });
    // The next start signs the ledger anew; here it is made anew.
    await rm(join(folders.data, 'ledger.git'), { recursive: true });
    await initHub(folders.data, open);
    expect(await retireKeys(folders.data, null, readData)).toEqual({ version: 3 });
    expect(keysOf(folders.data).root.hubs.keys).toEqual([hub]);
  });

  it('is done by one command at a time: the other one changes nothing', async () => {
    await initHub(folders.data, open);
    const before = keysOf(folders.data);
    const release = lockKeys(folders.data);
    const refused = { code: 'CONFLICT', message: expect.stringContaining('another command') as unknown };
    expect(() => rotateKey(folders.data, null)).toThrow(expect.objectContaining(refused));
    await expect(retireKeys(folders.data, null, readData)).rejects.toMatchObject(refused);
    expect(keysOf(folders.data)).toMatchObject({ root: before.root, trusted: before.trusted });
    release();
    expect(rotateKey(folders.data, null).version).toBe(2);
    expect(existsSync(join(folders.data, 'keys.lock'))).toBe(false);
  });

  it('never replaces the signatures of a root document that is there', async () => {
    await initHub(folders.data, open);
    const keys = join(folders.data, 'keys');
    const signatures = readFileSync(join(keys, 'root/1.sig'), 'utf8');
    expect(() => writeRootDocument(keys, keysOf(folders.data).root, signerOf(newSeed()))).toThrow(
      expect.objectContaining({ code: 'EXISTS' }),
    );
    expect(readFileSync(join(keys, 'root/1.sig'), 'utf8')).toBe(signatures);
  });

  it.each([
    ['is missing', () => undefined, /no such file/],
    ['is not a key', (path: string) => writeSecret(path, 'nonsense'), /not an Ed25519 seed/],
    ['is another', (path: string) => writeSecret(path, newSeed()), /this is not the root key/],
  ])('changes nothing when the root key %s', async (_, make, message) => {
    await initHub(folders.data, open);
    const before = keysOf(folders.data).root;
    const file = join(folders.folder, 'other.key');
    make(file);
    expect(() => rotateKey(folders.data, file)).toThrow(
      expect.objectContaining({ code: 'CONFIG_INVALID', message: expect.stringMatching(message) as unknown }),
    );
    expect(keysOf(folders.data).root).toEqual(before);
  });
});
