import { randomUUID } from 'node:crypto';
import { existsSync, mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { SluiceError } from '../../shared/errors.ts';
import { newSeed, signerOf } from '../../shared/wire/envelope.ts';
import { formats } from '../../shared/wire/formats.ts';
import { rootPaths } from '../../shared/wire/layout.ts';
import { keyFiles, readKeyFile, writeSecret } from './key-files.ts';
import { readRootDocuments, writeRootDocument } from './root-documents.ts';
import { sshSigner } from './sshsig.ts';
import type { HubKeys } from './types.ts';

/**
 * Makes a root key, a hub key, a channel id and root/1.json in `dir` (files 0600, durable). A run that was cut starts
 * over; throws EXISTS when the keys are complete.
 */
export function initKeys(dir: string): HubKeys {
  if (hasKeys(dir)) throw new SluiceError('EXISTS', 'there are keys already', { subject: dir });
  mkdirSync(join(dir, dirname(rootPaths(1).document)), { recursive: true, mode: 0o700 });
  const [rootSeed, hubSeed] = [newSeed(), newSeed()];
  const rootSigner = signerOf(rootSeed);
  writeSecret(join(dir, keyFiles.root), `${rootSeed}\n`);
  writeSecret(join(dir, keyFiles.hub), `${hubSeed}\n`);
  // The document comes last: with it, the keys are complete.
  const first = {
    format: formats.root.lowest,
    channel: randomUUID(),
    version: 1,
    epoch: 1,
    roots: { keys: [rootSigner.publicKey], threshold: 1 },
    hubs: { keys: [signerOf(hubSeed).publicKey] },
    approvers: { keys: [], threshold: 0 },
  };
  writeRootDocument(dir, first, rootSigner);
  return loadKeys(dir);
}

/** True when `dir` has complete keys. */
export function hasKeys(dir: string): boolean {
  return existsSync(join(dir, rootPaths(1).document));
}

/** Reads the keys of a hub; throws CONFIG_INVALID when they are missing or do not belong together. */
export function loadKeys(dir: string): HubKeys {
  const seed = readKeyFile(join(dir, keyFiles.hub)).toString('utf8').trim();
  const hub = signerOf(seed);
  const roots = readRootDocuments(dir);
  const documents = roots.map(({ payload }) => formats.root.decode(payload));
  const newest = documents.at(-1) ?? formats.root.decode(readKeyFile(join(dir, rootPaths(1).document)));
  if (!newest.hubs.keys.includes(hub.publicKey)) {
    throw new SluiceError('CONFIG_INVALID', 'the newest root document does not name the hub key', { path: dir });
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
