import { mkdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { asSluiceError, SluiceError } from '../../shared/errors.ts';
import { parseCommit } from '../model/commit.ts';
import type { Oid } from '../../shared/lib/git/object.ts';
import { parseTree } from '../../shared/lib/git/tree.ts';
import { sshSignedBy } from '../keys/sshsig.ts';
import type { ObjectReader } from '../model/objects.ts';
import { signerOf } from '../../shared/wire/envelope.ts';
import { rootFolder, rootPaths } from '../../shared/wire/layout.ts';
import type { HubKeys } from '../keys/types.ts';
import { filesOf } from './bundle.ts';
import { keyFiles, loadKeys, writeSecret } from '../keys/keys.ts';

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
  const { objects, head } = ledger;
  const commit = parseCommit(objects.read(head)?.body ?? new Uint8Array());
  if (
    commit.signature === null ||
    sshSignedBy(commit.unsigned, commit.signature, [signerOf(seed).publicKey]) === null
  ) {
    throw new SluiceError('LEDGER_INVALID', 'the ledger was not signed with this hub key', {
      subject: head,
      hint: 'give the key of the hub that wrote it last (--key-file)',
    });
  }
  const roots = parseTree(objects.read(commit.tree)?.body ?? new Uint8Array()).find(({ name }) => name === rootFolder);
  const files = roots === undefined ? new Map<string, Oid>() : filesOf(objects, roots.oid, `${rootFolder}/`);
  const first = rootPaths(1);
  mkdirSync(join(dir, dirname(first.document)), { recursive: true, mode: 0o700 });
  writeSecret(join(dir, keyFiles.hub), `${seed}\n`);
  // The first document comes last: with it, the keys are complete.
  const paths = [...files.keys()].filter((path) => path !== first.document);
  for (const path of [...paths, first.document]) {
    const body = objects.read(files.get(path) ?? '')?.body;
    if (body === undefined)
      throw new SluiceError('LEDGER_INVALID', 'the ledger lacks a root document', { subject: path });
    writeSecret(join(dir, path), body);
  }
  return loadKeys(dir);
}
