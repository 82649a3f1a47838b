import { mkdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { asSluiceError, SluiceError } from '../../shared/errors.ts';
import type { Oid } from '../../shared/lib/git/object.ts';
import { signerOf } from '../../shared/wire/envelope.ts';
import { rootFolder, rootPaths } from '../../shared/wire/layout.ts';
import { parseCommit } from '../model/commit.ts';
import type { ObjectReader } from '../model/objects.ts';
import { treeEntries, treeFiles } from '../model/tree-files.ts';
import { loadKeys } from './hub-keys.ts';
import { keyFiles, writeSecret } from './key-files.ts';
import { sshSignedBy } from './sshsig.ts';
import type { HubKeys } from './types.ts';

/** The seed in a file with a hub key; throws CONFIG_INVALID when it is none. */
export function readHubKey(path: string): string {
  try {
    const seed = readFileSync(path, 'utf8').trim();
    signerOf(seed);
    return seed;
  } catch (error) {
    throw asSluiceError(error, 'CONFIG_INVALID', { path, hint: 'name the file hub.key of the lost hub' });
  }
}

/**
 * Makes the folder of keys again from a hub key and the root documents in a ledger's head, which that key must have
 * signed: nothing else vouches for them. Throws LEDGER_INVALID.
 */
export function restoreKeys(dir: string, seed: string, ledger: { objects: ObjectReader; head: Oid }): HubKeys {
  const documents = signedRootFiles(ledger.objects, ledger.head, signerOf(seed).publicKey);
  const first = rootPaths(1).document;
  mkdirSync(join(dir, dirname(first)), { recursive: true, mode: 0o700 });
  writeSecret(join(dir, keyFiles.hub), `${seed}\n`);
  // The first document comes last: with it, the keys are complete.
  const paths = [...documents.keys()].filter((path) => path !== first);
  for (const path of [...paths, first]) {
    const bytes = documents.get(path);
    if (bytes === undefined) throw lacking(path);
    writeSecret(join(dir, path), bytes);
  }
  return loadKeys(dir);
}

/** The files of the root documents in a ledger's head by path, once its signature was checked. */
function signedRootFiles(objects: ObjectReader, head: Oid, publicKey: string): Map<string, Uint8Array> {
  const { tree, signature, unsigned } = parseCommit(objects.read(head)?.body ?? new Uint8Array());
  if (signature === null || sshSignedBy(unsigned, signature, [publicKey]) === null) {
    throw new SluiceError('LEDGER_INVALID', 'the ledger was not signed with this hub key', {
      subject: head,
      hint: 'give the key of the hub that wrote it last (--key-file)',
    });
  }
  const folder = treeEntries(objects, tree).find(({ name }) => name === rootFolder);
  const files = folder === undefined ? [] : [...treeFiles(objects, folder.oid, `${rootFolder}/`)];
  return new Map(
    files.map(([path, oid]) => {
      const body = objects.read(oid)?.body;
      if (body === undefined) throw lacking(path);
      return [path, body];
    }),
  );
}

function lacking(path: string): SluiceError {
  return new SluiceError('LEDGER_INVALID', 'the ledger lacks a root document', { subject: path });
}
