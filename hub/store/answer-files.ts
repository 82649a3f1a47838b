import { randomUUID } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { digestOf } from '../../shared/lib/canonical.ts';
import type { Clock } from '../../shared/ports/clock.ts';
import type { KeptAnswers } from '../model/kept-answers.ts';

/** Answers of the evaluator in a folder, which several processes may share. */
export interface AnswerFiles extends KeptAnswers {
  /** Resolves when all that was given is written, and the folder is within its bounds where it was time to look. */
  readonly close: () => Promise<void>;
}

/** What the folder may hold: what was used longest ago goes first. */
export interface AnswerBounds {
  readonly bytes: number;
  readonly files: number;
}

const bounds: AnswerBounds = { bytes: 256 * 1024 * 1024, files: 50_000 };

/** Answers that are written by one process before it looks at the bounds; others are looked after once a day. */
const writesBetween = 2_000;
const dayMs = 24 * 60 * 60 * 1000;

/** Files that are read or written at once; what is asked beyond that waits. */
const atOnce = 32;

/** The file whose time says when the bounds were looked at last. */
const sweptFile = 'swept';

/**
 * Opens a folder of answers: one file each, by the digest of what was asked and of the evaluator (`evaluator`), with its own
 * digest in the first line. It may be deleted at any time, and what cannot be read or written counts as not there.
 */
export function openAnswerFiles(
  folder: string,
  {
    clock,
    evaluator,
    ...given
  }: { readonly clock: Pick<Clock, 'now'>; readonly evaluator: Promise<string> } & Partial<AnswerBounds>,
): AnswerFiles {
  const limits = { ...bounds, ...given };
  const turn = turnsOf(atOnce);
  const pending = new Set<Promise<unknown>>();
  let writes = 0;
  let sweeping: Promise<unknown> = Promise.resolve();

  const pathOf = async (digest: string): Promise<string> => {
    const name = digestOf(`${await evaluator} ${digest}`).slice('sha256:'.length);
    return join(folder, name.slice(0, 2), name.slice(2));
  };
  const get: KeptAnswers['get'] = (digest) =>
    turn(async () => soundText(await readFile(await pathOf(digest), 'utf8'))).catch(() => null);
  const write = async (digest: string, answer: string): Promise<void> => {
    const path = await pathOf(digest);
    const temporary = join(folder, `${randomUUID()}.tmp`);
    const place = async (): Promise<void> => {
      await writeFile(temporary, `${digestOf(answer)}\n${answer}`, { mode: 0o600 });
      await rename(temporary, path);
    };
    // Nearly always its folder is there.
    await place().catch(async () => {
      await mkdir(join(path, '..'), { recursive: true, mode: 0o700 });
      await place();
    });
  };
  const sweepLater = (): void => {
    sweeping = sweeping.then(() => sweep(folder, limits, clock.now())).catch(() => undefined);
  };
  const keep: KeptAnswers['keep'] = (digest, answer) => {
    const work = turn(() => write(digest, answer)).catch(() => undefined);
    pending.add(work);
    void work.finally(() => pending.delete(work));
    writes += 1;
    if (writes % writesBetween === 0) sweepLater();
  };
  const close = async (): Promise<void> => {
    await Promise.all(pending);
    if (writes % writesBetween > 0 && (await isDue(folder, clock.now()))) sweepLater();
    await sweeping;
  };
  return { get, keep, close };
}

function soundText(text: string): string | null {
  const end = text.indexOf('\n');
  const answer = text.slice(end + 1);
  return text.slice(0, end) === digestOf(answer) ? answer : null;
}

async function isDue(folder: string, now: number): Promise<boolean> {
  const swept = await stat(join(folder, sweptFile)).catch(() => null);
  return swept === null || now - swept.mtimeMs > dayMs;
}

interface Held {
  readonly path: string;
  readonly bytes: number;
  readonly usedAt: number;
}

/** Removes what was used longest ago, down to nine tenths of the bounds where those are passed, and what was left half written. */
async function sweep(folder: string, { bytes, files }: AnswerBounds, now: number): Promise<void> {
  const swept = join(folder, sweptFile);
  await writeFile(swept, '', { mode: 0o600 });
  await utimes(swept, now / 1000, now / 1000);
  const held = (await filesIn(folder)).sort((a, b) => b.usedAt - a.usedAt);
  const left = held.filter(({ path, usedAt }) => path.endsWith('.tmp') && now - usedAt > dayMs);
  const sum = held.reduce((all, one) => all + one.bytes, 0);
  const isOver = sum > bytes || held.length > files;
  const removed = isOver ? beyond(held, { bytes: bytes * 0.9, files: Math.floor(files * 0.9) }) : [];
  for (const { path } of [...left, ...removed]) await rm(path, { force: true });
}

function beyond(newestFirst: readonly Held[], { bytes, files }: AnswerBounds): readonly Held[] {
  let sum = 0;
  const first = newestFirst.findIndex((one, index) => (sum += one.bytes) > bytes || index >= files);
  return first < 0 ? [] : newestFirst.slice(first);
}

async function filesIn(folder: string): Promise<Held[]> {
  const entries = await readdir(folder, { withFileTypes: true, recursive: true });
  const held: Held[] = [];
  for (const entry of entries.filter((one) => one.isFile() && one.name !== sweptFile)) {
    const path = join(entry.parentPath, entry.name);
    const found = await stat(path).catch(() => null);
    // A file system that says nothing of reading says when it was written.
    if (found !== null) held.push({ path, bytes: found.size, usedAt: Math.max(found.atimeMs, found.mtimeMs) });
  }
  return held;
}

/** Does work, so much of it at once. */
function turnsOf(most: number): <T>(work: () => Promise<T>) => Promise<T> {
  const waiting: (() => void)[] = [];
  let running = 0;
  return async (work) => {
    if (running >= most) await new Promise<void>((resolve) => waiting.push(resolve));
    else running += 1;
    try {
      return await work();
    } finally {
      const next = waiting.shift();
      if (next === undefined) running -= 1;
      else next();
    }
  };
}
