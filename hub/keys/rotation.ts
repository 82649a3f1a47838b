import { renameSync } from 'node:fs';
import { join } from 'node:path';
import { SluiceError } from '../../shared/errors.ts';
import { newSeed, signerOf } from '../../shared/wire/envelope.ts';
import { loadKeys } from './hub-keys.ts';
import { keyFiles, writeSecret } from './key-files.ts';
import { writeRootDocument } from './root-documents.ts';
import type { HubKeys } from './types.ts';

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

/** Makes a root document that names the hub key at work alone: signatures of other keys are not trusted from then on. */
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
  writeRootDocument(dir, { ...newest, version: newest.version + 1, hubs: { keys: [...hubs] } }, signer);
}
