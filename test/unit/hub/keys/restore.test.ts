import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { initKeys } from '../../../../hub/keys/hub-keys.ts';
import { keyFiles } from '../../../../hub/keys/key-files.ts';
import { readHubKey, restoreKeys } from '../../../../hub/keys/restore.ts';
import { rootFiles } from '../../../../hub/keys/root-documents.ts';
import { rotateHubKey } from '../../../../hub/keys/rotation.ts';
import { sshSigner } from '../../../../hub/keys/sshsig.ts';
import type { HubKeys } from '../../../../hub/keys/types.ts';
import { makeCommit } from '../../../../hub/model/commit.ts';
import type { ObjectReader } from '../../../../hub/model/objects.ts';
import { makeBlob, type GitObject } from '../../../../shared/lib/git/object.ts';
import { folderTrees, newFolder, place } from '../../../../hub/model/git-tree.ts';
import { newSeed } from '../../../../shared/wire/envelope.ts';

let dir: string;
let keys: HubKeys;
let seed: string;

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'restore-'));
  const old = join(dir, 'old');
  initKeys(old);
  keys = rotateHubKey(old, readFileSync(join(old, keyFiles.root), 'utf8').trim());
  seed = readHubKey(join(old, keyFiles.hub));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

/** A ledger's head with some files, signed with a seed. */
function ledgerWith(files: ReadonlyMap<string, Uint8Array>, signedBy: string): { objects: ObjectReader; head: string } {
  const folder = newFolder();
  const blobs = [...files].map(([path, bytes]) => {
    const blob = makeBlob(bytes);
    place(folder, path.split('/'), blob.oid);
    return blob;
  });
  const { root, trees } = folderTrees(folder);
  const commit = makeCommit({ tree: root, parent: null, time: 1, message: 'head' }, sshSigner(signedBy));
  const all = new Map([commit, ...trees, ...blobs].map((object): [string, GitObject] => [object.oid, object]));
  const read = (oid: string) => all.get(oid) ?? null;
  return { objects: { read, has: (oid) => all.has(oid), packed: () => null }, head: commit.oid };
}

const code = (name: string) => expect.objectContaining({ code: name }) as Error;

describe('restoring the keys of a lost hub', () => {
  it('makes them again from its hub key and the root documents in its ledger', () => {
    const restored = restoreKeys(join(dir, 'new'), seed, ledgerWith(rootFiles(keys), seed));
    expect({ ...restored, hub: null, sign: null }).toEqual({ ...keys, hub: null, sign: null });
    expect(restored.hub.publicKey).toBe(keys.hub.publicKey);
  });

  it('refuses a ledger that another key signed', () => {
    const ledger = ledgerWith(rootFiles(keys), newSeed());
    expect(() => restoreKeys(join(dir, 'new'), seed, ledger)).toThrow(code('LEDGER_INVALID'));
  });

  it('refuses a ledger without root documents', () => {
    const ledger = ledgerWith(new Map([['ledger.json', Buffer.from('{}')]]), seed);
    expect(() => restoreKeys(join(dir, 'new'), seed, ledger)).toThrow(code('LEDGER_INVALID'));
  });

  it('refuses a file that is no hub key', () => {
    writeFileSync(join(dir, 'text'), 'not a key');
    for (const path of [join(dir, 'text'), join(dir, 'missing')]) {
      expect(() => readHubKey(path)).toThrow(code('CONFIG_INVALID'));
    }
  });
});
