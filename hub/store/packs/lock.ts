import { closeSync, linkSync, openSync, readFileSync, renameSync, statSync, utimesSync, writeSync } from 'node:fs';
import { hostname } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { at, remove } from './durable.ts';
import { SluiceError } from '../../../shared/errors.ts';

/** Who takes a lock: a text that identifies a process, and whether the process behind such a text is gone for sure. */
export interface LockOwner {
  readonly id: string;
  readonly isGone: (id: string) => boolean;
}

/** A lock that was found: whose it is, and how long ago its holder touched it. */
export interface HeldLock {
  readonly holder: string;
  readonly ageMs: number;
}

// A lock is held for some milliseconds; one that is this old was left by a process on another machine.
const abandonedMs = 60_000;
const tries = 100;
const tryMs = 10;

/** The host and the process behind an owner's text. */
export function readOwner(id: string): { readonly host: string; readonly pid: number } {
  const [host, pid] = parse(id);
  return { host: String(host), pid: Number(pid) };
}

/** This process, told from a later one with the same number by when it started. */
export function processOwner(): LockOwner {
  const host = hostname();
  return {
    id: JSON.stringify([host, process.pid, startOf(process.pid)]),
    isGone: (id) => {
      const [otherHost, pid, start] = parse(id);
      return otherHost === host && typeof pid === 'number' && (!isAlive(pid) || startOf(pid) !== start);
    },
  };
}

/**
 * Runs `work` while holding the lock file at `path`, and tells it whether a dead holder's lock was broken first. A live
 * holder is waited for, up to a second; then CONFLICT.
 */
export async function withLock<T>(path: string, owner: LockOwner, work: (broken: boolean) => Promise<T>): Promise<T> {
  let broken = false;
  const isAbandoned = ({ holder, ageMs }: HeldLock) => owner.isGone(holder) || ageMs >= abandonedMs;
  for (let attempt = 0; !create(path, owner.id); attempt += 1) {
    if (breakAbandoned(path, isAbandoned)) broken = true;
    else if (attempt >= tries) {
      throw new SluiceError('CONFLICT', 'another process holds the lock', {
        subject: path,
        hint: 'only one hub may use a data folder',
      });
    } else await sleep(tryMs);
  }
  try {
    return await work(broken);
  } finally {
    releaseLock(path, owner.id);
  }
}

/** Takes the lock file at `path` for as long as its holder lives, breaking an abandoned one first; the holder when there is one. */
export function takeLock(path: string, id: string, isAbandoned: (held: HeldLock) => boolean): string | null {
  for (let attempt = 0; !create(path, id); attempt += 1) {
    if (!breakAbandoned(path, isAbandoned) && attempt >= tries) return readOrNull(path) ?? '';
    const held = heldAt(path);
    if (held !== null && !isAbandoned(held)) return held.holder;
  }
  return null;
}

/** Says that the holder of a lock lives; false when another process has it. */
export function touchLock(path: string, id: string): boolean {
  if (readOrNull(path) !== id) return false;
  const now = new Date(Date.now());
  utimesSync(path, now, now);
  return true;
}

/** Gives a lock back, unless another process has it by now. */
export function releaseLock(path: string, id: string): void {
  if (readOrNull(path) === id) remove(path);
}

function create(path: string, id: string): boolean {
  // Written whole under another name first: a lock never exists without its holder's name in it.
  const temporary = `${path}.${process.pid}.${process.hrtime.bigint()}`;
  const fd = openSync(temporary, 'wx');
  try {
    try {
      at(temporary, () => writeSync(fd, id));
    } finally {
      closeSync(fd);
    }
    linkSync(temporary, path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  } finally {
    remove(temporary);
  }
}

function heldAt(path: string): HeldLock | null {
  const holder = readOrNull(path);
  if (holder === null) return null;
  return { holder, ageMs: Date.now() - (statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? Date.now()) };
}

function breakAbandoned(path: string, isAbandoned: (held: HeldLock) => boolean): boolean {
  const held = heldAt(path);
  if (held === null || !isAbandoned(held)) return false;
  const aside = `${path}.broken.${process.pid}`;
  try {
    renameSync(path, aside);
  } catch {
    return false;
  }
  const isIt = readOrNull(aside) === held.holder;
  // Another process was quicker and this is already the next holder's lock: give it back.
  if (!isIt) restore(aside, path);
  remove(aside);
  return isIt;
}

function restore(aside: string, path: string): void {
  try {
    linkSync(aside, path);
  } catch {
    // A third holder took it in between; the one who lost it finds out when its rename fails.
  }
}

function readOrNull(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null;
  }
}

function parse(id: string): readonly unknown[] {
  try {
    const value: unknown = JSON.parse(id);
    return Array.isArray(value) ? value : [];
  } catch {
    return [];
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

// Field 22 of /proc/PID/stat: clock ticks after boot; empty where there is no such file.
function startOf(pid: number): string {
  const stat = readOrNull(`/proc/${pid}/stat`) ?? '';
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
}
