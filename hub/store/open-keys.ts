import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { SluiceError } from '../../shared/errors.ts';
import type { Oid } from '../../shared/lib/git/object.ts';
import { signerOf } from '../../shared/wire/envelope.ts';
import { clusterRefPrefix, rootPaths } from '../../shared/wire/layout.ts';
import { decideKeys, type FoundKeys } from '../keys/decide.ts';
import { hasKeys, initKeys, loadKeys } from '../keys/hub-keys.ts';
import { keyFiles } from '../keys/key-files.ts';
import { readHubKey, restoreKeys, restoreRoots, type LedgerHead } from '../keys/restore.ts';
import type { HubKeys } from '../keys/types.ts';
import type { ObjectStore } from '../model/objects.ts';
import { newestVolume } from './ledger/volume.ts';
import type { HubRemotes } from './remotes.ts';

/** Where the keys of a hub may come from, beside their folder. */
export interface KeySources {
  /** The copy of the ledger in the data folder, and of the channel. */
  readonly local: ObjectStore;
  readonly served: ObjectStore;
  readonly remotes: HubRemotes;
  readonly keyFile?: string | null;
  readonly mayBegin?: boolean;
  readonly signal: AbortSignal;
}

/** The head of the ledger, here or else on its Git host. */
interface Head {
  readonly oid: Oid;
  readonly isHere: boolean;
}

/**
 * The keys of a hub: those in `dir`, made where nothing was ever signed, and with what they lack made again from the ledger.
 * Throws CONFIG_INVALID or LEDGER_INVALID for anything else.
 */
export async function openKeys(dir: string, sources: KeySources): Promise<HubKeys> {
  const { keyFile = null } = sources;
  const seed = keyFile === null ? null : readHubKey(keyFile);
  const head = await findHead(sources);
  assertKeyAndLedger(dir, { seed, head }, sources);
  const found = {
    hubKey: seed === null ? isThere(dir, keyFiles.hub) : 'there',
    roots: isThere(dir, rootPaths(1).document),
    areUnused: isThere(dir, keyFiles.unused) === 'there',
    ledger: head === null ? 'gone' : 'there',
    channel: head !== null || (await isPublished(sources)) ? 'there' : 'gone',
    mayBegin: sources.mayBegin ?? false,
  } as const;
  const decision = decideKeys(found, dir);
  if (decision === 'make' && !hasKeys(dir)) return initKeys(dir);
  return head === null ? loadKeys(dir) : keysOfLedger(dir, { seed, head }, sources);
}

async function keysOfLedger(
  dir: string,
  { seed, head }: { readonly seed: string | null; readonly head: Head },
  { local, remotes, signal }: KeySources,
): Promise<HubKeys> {
  const { oid, isHere } = head;
  if (!isHere) await local.write((await remotes.ledger?.fetch([oid], [], signal)) ?? []);
  const ledger = { objects: local, head: oid };
  if (isThere(dir, keyFiles.hub) === 'gone' && seed !== null) return restoreKeys(dir, seed, ledger);
  restoreWhatIsMissing(dir, ledger);
  return sameKey(loadKeys(dir), seed, dir);
}

function isThere(dir: string, name: string): FoundKeys['roots'] {
  return existsSync(join(dir, name)) ? 'there' : 'gone';
}

async function findHead({ local, remotes, signal }: KeySources): Promise<Head | null> {
  const here = newestVolume(local.refs());
  if (here !== null) return { oid: here.oid, isHere: true };
  const there = newestVolume((await remotes.ledger?.list(signal)) ?? new Map());
  return there === null ? null : { oid: there.oid, isHere: false };
}

/** True when bundles were published from here, or to the channel's Git host. */
async function isPublished({ served, remotes, signal }: KeySources): Promise<boolean> {
  if (served.refs().size > 0) return true;
  // On a host there may be a first commit of the host's own.
  const refs = [...((await remotes.channel?.list(signal))?.keys() ?? [])];
  return refs.some((ref) => ref.startsWith(clusterRefPrefix));
}

// With all documents there, a ledger that cannot vouch for them is told by what reads it next.
function restoreWhatIsMissing(dir: string, ledger: LedgerHead): void {
  try {
    restoreRoots(dir, ledger);
  } catch (error) {
    if (!hasKeys(dir)) throw error;
  }
}

function assertKeyAndLedger(
  dir: string,
  { seed, head }: { readonly seed: string | null; readonly head: Head | null },
  { remotes }: KeySources,
): void {
  if (seed !== null && head === null) {
    throw new SluiceError('CONFIG_INVALID', 'there is no ledger that this hub key belongs to', {
      path: dir,
      hint: 'give --ledger-url of the lost hub, or leave --key-file out to begin a new channel',
    });
  }
  if (seed !== null || head === null || remotes.ledger === null || isThere(dir, keyFiles.hub) === 'there') return;
  throw new SluiceError('CONFIG_INVALID', 'this ledger belongs to a hub whose key is not here', {
    subject: remotes.ledger.url,
    hint: 'give its hub key with --key-file, or name an empty repository to begin a new channel',
  });
}

function sameKey(keys: HubKeys, seed: string | null, path: string): HubKeys {
  if (seed === null || keys.hub.publicKey === signerOf(seed).publicKey) return keys;
  throw new SluiceError('CONFIG_INVALID', 'the data folder holds another hub key than --key-file', { path });
}
