import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { watchWrites } from './writes.ts';

/** The disk of a process in this one: the process can "die" between any two of its writes, and the disk can be full from any of them on. */
export interface MortalDisk {
  /** How often the process died or the disk was full. */
  readonly faults: () => number;
  /** The process dies instead of its N-th write from now on: what it wrote stays, and it writes nothing more. */
  readonly dieAt: (write: number) => void;
  readonly isDead: () => boolean;
  /** What it held is there for the next process, as it is after SIGKILL: its locks name a process that is gone. */
  readonly bury: () => void;
  /** From the N-th write of bytes on there is no room for any. */
  readonly fullAt: (write: number) => void;
  readonly isFull: () => boolean;
  readonly makeRoom: () => void;
  readonly close: () => void;
}

/** Opens the disk of what runs below a folder, before that runs. */
export function mortalDisk(below: string): MortalDisk {
  const left = { life: Infinity, room: Infinity };
  let faults = 0;
  const isOut = (what: keyof typeof left) => {
    left[what] -= 1;
    if (left[what] === 0) faults += 1;
    return left[what] <= 0;
  };
  const close = watchWrites(below, (what) => {
    if (isOut('life')) throw new Error('the process was killed');
    if (what === 'bytes' && isOut('room'))
      throw Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC', syscall: 'write' });
  });
  return {
    faults: () => faults,
    dieAt: (write) => (left.life = write),
    isDead: () => left.life <= 0,
    bury: () => {
      left.life = Infinity;
      for (const path of filesIn(below))
        if (path.endsWith('.lock') && !path.endsWith('packed-refs.lock')) leaveLock(path);
    },
    fullAt: (write) => (left.room = write),
    isFull: () => left.room <= 0,
    makeRoom: () => (left.room = Infinity),
    close,
  };
}

function filesIn(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true }).flatMap((one) =>
    one.isFile() ? [join(one.parentPath, one.name)] : [],
  );
}

/** A process is told from a later one with its number by when it started. */
function leaveLock(path: string): void {
  const [host, pid, , ...more] = JSON.parse(readFileSync(path, 'utf8')) as unknown[];
  if (pid === process.pid) writeFileSync(path, JSON.stringify([host, pid, 'before', ...more]));
}
