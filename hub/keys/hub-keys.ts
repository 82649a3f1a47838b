import { randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { asSluiceError, SluiceError } from '../../shared/errors.ts';
import { newSeed, signerOf } from '../../shared/wire/envelope.ts';
import { formats } from '../../shared/wire/formats.ts';
import { rootPaths } from '../../shared/wire/layout.ts';
import { createSecret, keyFiles, readKeyFile } from './key-files.ts';
import { readRootDocuments, verifiedRoots, writeRootDocument } from './root-documents.ts';
import { sshSigner } from './sshsig.ts';
import type { HubKeys } from './types.ts';

/**
 * Makes a root key, a hub key, a channel id and root/1.json in `dir` (files 0600, durable). A run that was cut goes on with
 * the keys that it made: no key file is ever written twice. Throws EXISTS when the keys are complete.
 */
export function initKeys(dir: string): HubKeys {
  if (hasKeys(dir)) throw new SluiceError('EXISTS', 'there are keys already', { subject: dir });
  mkdirSync(join(dir, dirname(rootPaths(1).document)), { recursive: true, mode: 0o700 });
  createSecret(join(dir, keyFiles.unused), 'These keys have signed nothing yet.\n');
  const [rootSigner, hubSigner] = [keyFiles.root, keyFiles.hub].map((name) => {
    createSecret(join(dir, name), `${newSeed()}\n`);
    return signerOf(readSeed(join(dir, name)));
  });
  if (rootSigner === undefined || hubSigner === undefined) throw new SluiceError('INTERNAL', 'no keys were made');
  // The document comes last: with it, the keys are complete.
  const first = {
    format: formats.root.lowest,
    channel: randomUUID(),
    version: 1,
    epoch: 1,
    roots: { keys: [rootSigner.publicKey], threshold: 1 },
    hubs: { keys: [hubSigner.publicKey] },
    approvers: { keys: [], threshold: 0 },
  };
  writeRootDocument(dir, first, rootSigner);
  return loadKeys(dir);
}

/** True when `dir` has a hub key and the document that names its channel. */
export function hasKeys(dir: string): boolean {
  return existsSync(join(dir, rootPaths(1).document));
}

/** Notes that the keys have signed a ledger: from now on they are never begun with again. */
export function noteKeysUsed(dir: string): void {
  const path = join(dir, keyFiles.unused);
  if (existsSync(path)) rmSync(path);
}

/** The Ed25519 seed in a file; throws CONFIG_INVALID with its path where there is none. */
export function readSeed(path: string): string {
  const seed = readKeyFile(path).toString('utf8').trim();
  try {
    signerOf(seed);
    return seed;
  } catch (error) {
    const { message } = asSluiceError(error);
    const hint = 'bring it back from where its copy is kept: docs/operations.md, "A lost hub"';
    throw new SluiceError('CONFIG_INVALID', `the key in this file is damaged: ${message}`, { path, hint }, error);
  }
}

/** Reads the keys of a hub; throws CONFIG_INVALID when they are missing, damaged, or do not belong together. */
export function loadKeys(dir: string): HubKeys {
  const seed = readSeed(join(dir, keyFiles.hub));
  const hub = signerOf(seed);
  const roots = readRootDocuments(dir);
  const documents = verifiedRoots(dir, roots);
  const newest = documents.at(-1) ?? formats.root.decode(readKeyFile(join(dir, rootPaths(1).document)));
  if (!newest.hubs.keys.includes(hub.publicKey)) {
    throw new SluiceError('CONFIG_INVALID', 'the newest root document does not name the hub key', {
      path: join(dir, keyFiles.hub),
      hint: 'bring back the hub key that was at work last: docs/operations.md, "A lost hub"',
    });
  }
  return {
    channel: newest.channel,
    epoch: newest.epoch,
    hub,
    sign: sshSigner(seed),
    trusted: newest.hubs.keys,
    past: [...new Set(documents.flatMap(({ hubs }) => hubs.keys))],
    roots,
    root: newest,
  };
}
