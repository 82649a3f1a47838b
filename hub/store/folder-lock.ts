import { randomUUID } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { SluiceError } from '../../shared/errors.ts';
import type { Clock } from '../../shared/ports/clock.ts';
import { processOwner, readOwner, releaseLock, takeLock, touchLock, type LockOwner } from './packs/lock.ts';

/** The file that says which hub uses a data folder. */
export const lockFile = 'hub.lock';

/** How often its holder touches it, and when one that another machine does not touch any more is taken over. */
const touchMs = 10_000;
const abandonedMs = 60_000;

/**
 * Takes a data folder for one hub until the answer is called; makes the folder when there is none. A lock whose process is
 * gone is taken over at once; of another machine's, a minute after it was touched last. Throws CONFLICT while another hub lives.
 */
export async function lockFolder(
  data: string,
  clock: Pick<Clock, 'after'>,
  owner: LockOwner = processOwner(),
): Promise<() => void> {
  await mkdir(data, { recursive: true, mode: 0o700 });
  const path = join(data, lockFile);
  const here = readOwner(owner.id);
  // Two hubs of one process are two holders.
  const id = JSON.stringify([...(JSON.parse(owner.id) as unknown[]), randomUUID()]);
  const holder = takeLock(
    path,
    id,
    (held) => owner.isGone(held.holder) || (readOwner(held.holder).host !== here.host && held.ageMs >= abandonedMs),
  );
  if (holder !== null) throw taken(path, holder);
  let cancel = (): void => undefined;
  const touch = (): void => {
    if (touchLock(path, id)) cancel = clock.after(touchMs, touch);
  };
  cancel = clock.after(touchMs, touch);
  return () => {
    cancel();
    releaseLock(path, id);
  };
}

function taken(path: string, holder: string): SluiceError {
  const { host, pid } = readOwner(holder);
  if (!Number.isInteger(pid)) {
    return new SluiceError('CONFLICT', 'the lock of this data folder does not say whose it is: it was damaged', {
      path,
      hint: 'remove that file when no hub runs here; it is taken over by itself a minute after it was written',
    });
  }
  return new SluiceError('CONFLICT', `another hub uses this data folder: process ${pid} on ${host}`, {
    path,
    hint: 'stop it first, or name another folder with --data',
  });
}
