import { existsSync, mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { asSluiceError, SluiceError } from '../../shared/errors.ts';
import type { Oid } from '../../shared/lib/git/object.ts';
import { signerOf } from '../../shared/wire/envelope.ts';
import { rootFolder, rootPaths } from '../../shared/wire/layout.ts';
import { parseCommit } from '../model/commit.ts';
import type { ObjectReader } from '../model/objects.ts';
import { treeEntries, treeFiles } from '../model/tree-files.ts';
import { loadKeys, readSeed } from './hub-keys.ts';
import { createSecret, keyFiles } from './key-files.ts';
import { readRootDocuments, verifiedRoots } from './root-documents.ts';
import { sshSignedBy } from './sshsig.ts';
import type { HubKeys } from './types.ts';

/** The seed in a file with a hub key; throws CONFIG_INVALID when it is none. */
export function readHubKey(path: string): string {
  try {
    return readSeed(path);
  } catch (error) {
    const { code, message } = asSluiceError(error);
    throw new SluiceError(code, message, { path, hint: 'name the file hub.key of the lost hub' }, error);
  }
}

/** A ledger's repository, and where its head is. */
export interface LedgerHead {
  readonly objects: ObjectReader;
  readonly head: Oid;
}

/**
 * Makes the folder of keys again from a hub key and the root documents in a ledger's head, which that key must have
 * signed: nothing else vouches for them. What is there stays as it is. Throws LEDGER_INVALID.
 */
export function restoreKeys(dir: string, seed: string, ledger: LedgerHead): HubKeys {
  const documents = signedRootFiles(ledger, [signerOf(seed).publicKey]);
  if (!documents.has(rootPaths(1).document)) throw lacking(rootPaths(1).document);
  mkdirSync(join(dir, dirname(rootPaths(1).document)), { recursive: true, mode: 0o700 });
  createSecret(join(dir, keyFiles.hub), `${seed}\n`);
  createMissing(dir, documents);
  return loadKeys(dir);
}

/**
 * Makes root documents again that the folder of keys lost and the ledger's head has. The head must be signed by the hub key, or
 * by one that the documents that are left trust. Throws LEDGER_INVALID.
 */
export function restoreRoots(dir: string, ledger: LedgerHead): void {
  const hub = signerOf(readSeed(join(dir, keyFiles.hub))).publicKey;
  const isOurs = signerOfHead(ledger, [hub]) !== null;
  // After a rotation the key before it signed the head, and documents that are left say that it counts.
  const trusted = isOurs ? [] : (verifiedRoots(dir, readRootDocuments(dir)).at(-1)?.hubs.keys ?? []);
  const documents = signedRootFiles(ledger, [hub, ...trusted]);
  if ([...documents.keys()].every((path) => existsSync(join(dir, path)))) return;
  mkdirSync(join(dir, dirname(rootPaths(1).document)), { recursive: true, mode: 0o700 });
  createMissing(dir, documents);
}

// Versions after the first one come first: with that one, the keys are complete.
function createMissing(dir: string, documents: ReadonlyMap<string, Uint8Array>): void {
  for (const [path, bytes] of [...documents].reverse()) {
    if (!existsSync(join(dir, path))) createSecret(join(dir, path), bytes);
  }
}

/** The files of the root documents in a ledger's head by path, once its signature was checked. */
function signedRootFiles({ objects, head }: LedgerHead, keys: readonly string[]): Map<string, Uint8Array> {
  const { tree } = parseCommit(objects.read(head)?.body ?? new Uint8Array());
  if (signerOfHead({ objects, head }, keys) === null) {
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

/** Which of some keys signed the head; null when none did. */
function signerOfHead({ objects, head }: LedgerHead, keys: readonly string[]): string | null {
  const { signature, unsigned } = parseCommit(objects.read(head)?.body ?? new Uint8Array());
  return signature === null ? null : sshSignedBy(unsigned, signature, keys);
}

function lacking(path: string): SluiceError {
  return new SluiceError('LEDGER_INVALID', 'the ledger lacks a root document', { subject: path });
}
