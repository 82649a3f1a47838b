import { randomUUID } from 'node:crypto';
import { closeSync, existsSync, fsyncSync, mkdirSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { SluiceError } from '../../shared/errors.ts';
import { digestOf, type Digest } from '../../shared/lib/canonical.ts';
import { sshSigner } from './sshsig.ts';
import { decode, encode } from '../../shared/wire/codec.ts';
import { newSeed, payloadTypes, signaturesText, signerOf } from '../../shared/wire/envelope.ts';
import { rootPaths } from '../../shared/wire/layout.ts';
import { root } from '../../shared/wire/root.ts';
import type { HubKeys, SignedBytes } from './types.ts';

/** Names in the folder of keys. The root key is only needed to rotate keys or to recover: keep it elsewhere. */
export const keyFiles = { root: 'root.key', hub: 'hub.key' } as const;

/**
 * Makes a root key, a hub key, a channel id and root/1.json in `dir` (files 0600, durable). A run that was cut starts
 * over; throws EXISTS when the keys are complete.
 */
export function initKeys(dir: string): HubKeys {
  const first = rootPaths(1);
  if (existsSync(join(dir, first.document))) {
    throw new SluiceError('EXISTS', 'there are keys already', { subject: dir });
  }
  mkdirSync(join(dir, dirname(first.document)), { recursive: true, mode: 0o700 });
  const [rootSeed, hubSeed] = [newSeed(), newSeed()];
  const rootSigner = signerOf(rootSeed);
  const payload = encode({
    format: 1,
    channel: randomUUID(),
    version: 1,
    epoch: 1,
    roots: { keys: [rootSigner.publicKey], threshold: 1 },
    hubs: { keys: [signerOf(hubSeed).publicKey] },
    approvers: { keys: [], threshold: 0 },
  });
  writeSecret(join(dir, keyFiles.root), `${rootSeed}\n`);
  writeSecret(join(dir, keyFiles.hub), `${hubSeed}\n`);
  writeSecret(join(dir, first.signature), signaturesText(rootSigner.sign(payloadTypes.root, payload)));
  // The document comes last: with it, the keys are complete.
  writeSecret(join(dir, first.document), payload);
  return loadKeys(dir);
}

/** True when `dir` has complete keys. */
export function hasKeys(dir: string): boolean {
  return existsSync(join(dir, rootPaths(1).document));
}

/** Reads the keys of a hub; throws CONFIG_INVALID when they are missing or do not belong together. */
export function loadKeys(dir: string): HubKeys {
  const seed = read(join(dir, keyFiles.hub)).toString('utf8').trim();
  const hub = signerOf(seed);
  const roots = readRoots(dir);
  const documents = roots.map(({ payload }) => decode(root, payload, 'root document'));
  const newest = documents.at(-1) ?? decode(root, read(join(dir, rootPaths(1).document)), 'root document');
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

/**
 * Makes a new hub key that signs from the hub's next start on, with a root document that names it before the one it
 * follows. A run that was cut leaves the old key at work. Throws CONFIG_INVALID for another root key.
 */
export function rotateHubKey(dir: string, rootSeed: string): HubKeys {
  const keys = loadKeys(dir);
  const seed = newSeed();
  const next = join(dir, `${keyFiles.hub}.next`);
  writeSecret(next, `${seed}\n`);
  succeedRoot(dir, keys, { rootSeed, hubs: [signerOf(seed).publicKey, keys.hub.publicKey] });
  renameSync(next, join(dir, keyFiles.hub));
  return loadKeys(dir);
}

/** Makes a root document that names the hub key at work alone: signatures of other keys are no longer trusted. */
export function retireHubKeys(dir: string, rootSeed: string): HubKeys {
  const keys = loadKeys(dir);
  if (keys.trusted.length === 1) {
    throw new SluiceError('CONFIG_INVALID', 'no other hub key is trusted', { path: dir });
  }
  succeedRoot(dir, keys, { rootSeed, hubs: [keys.hub.publicKey] });
  return loadKeys(dir);
}

function succeedRoot(
  dir: string,
  { root: newest }: Pick<HubKeys, 'root'>,
  { rootSeed, hubs }: { readonly rootSeed: string; readonly hubs: readonly string[] },
): void {
  const signer = signerOf(rootSeed);
  if (!newest.roots.keys.includes(signer.publicKey) || newest.roots.threshold !== 1) {
    throw new SluiceError('CONFIG_INVALID', 'this is not the root key of the newest root document', {
      path: dir,
      hint: 'give the root.key that `init` made (--root-key)',
    });
  }
  const payload = encode({ ...newest, version: newest.version + 1, hubs: { keys: hubs } });
  const { document, signature } = rootPaths(newest.version + 1);
  writeSecret(join(dir, signature), signaturesText(signer.sign(payloadTypes.root, payload)));
  // The document comes last: without it there is no such version.
  writeSecret(join(dir, document), payload);
}

/** The digest that a join line carries: sha256 of the bytes of root/1.json. */
export function rootFingerprint(keys: Pick<HubKeys, 'roots'>): Digest {
  const [first] = keys.roots;
  if (first === undefined) throw new SluiceError('ROOT_INVALID', 'there is no root document');
  return digestOf(first.payload);
}

/** The files of all root documents by their path in the channel. */
export function rootFiles(keys: Pick<HubKeys, 'roots'>): Map<string, Uint8Array> {
  return new Map(
    keys.roots.flatMap(({ payload, signatures }, i): [string, Uint8Array][] => [
      [rootPaths(i + 1).document, payload],
      [rootPaths(i + 1).signature, signatures],
    ]),
  );
}

function readRoots(dir: string): SignedBytes[] {
  const roots: SignedBytes[] = [];
  for (let version = 1; existsSync(join(dir, rootPaths(version).document)); version += 1) {
    const { document, signature } = rootPaths(version);
    roots.push({ payload: read(join(dir, document)), signatures: read(join(dir, signature)) });
  }
  return roots;
}

function read(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (cause) {
    throw new SluiceError(
      'CONFIG_INVALID',
      'a key file cannot be read',
      { path, hint: 'run `sluice-hub init`' },
      cause,
    );
  }
}

/** Writes a file that its owner alone may read, durably and whole. */
export function writeSecret(path: string, content: string | Uint8Array): void {
  const temporary = `${path}.new`;
  const fd = openSync(temporary, 'w', 0o600);
  const bytes = Buffer.from(content);
  for (let done = 0; done < bytes.length;) done += writeSync(fd, bytes, done);
  fsyncSync(fd);
  closeSync(fd);
  renameSync(temporary, path);
  const folder = openSync(dirname(path), 'r');
  fsyncSync(folder);
  closeSync(folder);
}
