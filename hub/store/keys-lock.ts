import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { SluiceError } from '../../shared/errors.ts';
import { processOwner, readOwner, releaseLock, takeLock, type LockOwner } from './packs/lock.ts';

/** The file that says which command changes the keys of a data folder. */
const lockFile = 'keys.lock';

/** A lock that is this old was left by a command on another machine. */
const abandonedMs = 60_000;

/**
 * Keeps other commands from changing the keys of a data folder until the answer is called: each goes on from what it read. Throws
 * CONFLICT while another one does; one that died is passed over.
 */
export function lockKeys(data: string, owner: LockOwner = processOwner()): () => void {
  if (!existsSync(data)) return () => undefined;
  const path = join(data, lockFile);
  const holder = takeLock(path, owner.id, (held) => owner.isGone(held.holder) || held.ageMs >= abandonedMs);
  if (holder === null) return () => releaseLock(path, owner.id);
  const { host, pid } = readOwner(holder);
  throw new SluiceError('CONFLICT', `another command changes the keys: process ${pid} on ${host}`, {
    path,
    hint: 'wait for its end, and look at what it did before you try again',
  });
}
