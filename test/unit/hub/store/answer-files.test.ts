import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openAnswerFiles, type AnswerBounds } from '../../../../hub/store/answer-files.ts';
import { digestOf } from '../../../../shared/lib/canonical.ts';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'answers-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const day = 24 * 60 * 60 * 1000;
let now = Date.now();
const open = (evaluator = 'one', limits: Partial<AnswerBounds> = {}) =>
  openAnswerFiles(join(dir, 'answers'), {
    clock: { now: () => now },
    evaluator: Promise.resolve(evaluator),
    ...limits,
  });
const keep = async (answers: Readonly<Record<string, string>>, limits: Partial<AnswerBounds> = {}) => {
  const files = open('one', limits);
  for (const [digest, answer] of Object.entries(answers)) files.keep(digest, answer);
  await files.close();
};
const held = () =>
  readdirSync(join(dir, 'answers'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name !== 'swept')
    .map((entry) => join(entry.parentPath, entry.name));

describe('answers that outlive the process', () => {
  it('are found by the next one, and by one that runs beside', async () => {
    const beside = open();
    await keep({ a: '{"value":{}}', b: 'two\nlines' });
    expect(await Promise.all(['a', 'b', 'c'].map(beside.get))).toEqual(['{"value":{}}', 'two\nlines', null]);
    expect(await open().get('b')).toBe('two\nlines');
  });

  it('are those of one evaluator alone', async () => {
    await keep({ a: 'old' });
    expect(await open('another').get('a')).toBe(null);
  });

  it.each([
    ['cut', (text: string) => text.slice(0, -1)],
    ['empty', () => ''],
    ['of another answer', (text: string) => text.replace('answer', 'others')],
    ['without its digest', () => 'an answer'],
  ])('count as not there where a file is %s, and are kept anew', async (_, damaged) => {
    await keep({ a: 'an answer' });
    const [path = ''] = held();
    writeFileSync(path, damaged(readFileSync(path, 'utf8')));
    expect(await open().get('a')).toBe(null);
    await keep({ a: 'an answer' });
    expect(await open().get('a')).toBe('an answer');
  });

  it('can be deleted at any time', async () => {
    const files = open();
    files.keep('a', 'one');
    await files.close();
    rmSync(join(dir, 'answers'), { recursive: true });
    expect(await files.get('a')).toBe(null);
    files.keep('a', 'two');
    await files.close();
    expect(await files.get('a')).toBe('two');
  });

  it('are not kept, and nothing fails, where the folder cannot be written', async () => {
    writeFileSync(join(dir, 'answers'), 'a file');
    await keep({ a: 'one' });
    expect(await open().get('a')).toBe(null);
  });

  it('are for their owner alone, and no half of one is there under its name', async () => {
    await keep({ a: 'one' });
    expect(held().map((path) => statSync(path).mode & 0o777)).toEqual([0o600]);
    expect(statSync(join(dir, 'answers')).mode & 0o777).toBe(0o700);
    expect(held().map((path) => readFileSync(path, 'utf8'))).toEqual([`${digestOf('one')}\none`]);
  });
});

describe('a folder of answers', () => {
  const usedAt = (at: number) => {
    for (const path of held()) utimesSync(path, at / 1000, at / 1000);
  };
  const there = async (digests: readonly string[]) => {
    const texts = await Promise.all(digests.map(open().get));
    return digests.filter((_, index) => texts[index] !== null);
  };

  it('is within its bounds once a day: what was used longest ago goes', async () => {
    now = Date.now() - 10 * day;
    await keep({ a: 'x'.repeat(400) });
    usedAt(now);
    now += 2 * day;
    await keep({ b: 'x'.repeat(400) }, { bytes: 1_000 });
    expect(await there(['a', 'b'])).toEqual(['a', 'b']);
    // The file system counts in ticks of some milliseconds: what was read just now could be as new as what comes next.
    usedAt(now);
    now = Date.now();
    await keep({ c: 'x'.repeat(400) }, { bytes: 1_300 });
    expect(await there(['a', 'b', 'c'])).toHaveLength(2);
    expect(await there(['c'])).toEqual(['c']);
  });

  it('has no more files than it may, and is looked after once a day', async () => {
    now = Date.now();
    await keep({ a: '1' }, { files: 3 });
    await keep({ b: '2', c: '3', d: '4' }, { files: 3 });
    expect(held()).toHaveLength(4);
    now += 2 * day;
    await keep({ e: '5' }, { files: 3 });
    expect(held()).toHaveLength(2);
  });

  it('loses what was left half written long ago, and not what is being written', async () => {
    await keep({ a: '1' });
    const [old, fresh] = ['old.tmp', 'new.tmp'].map((name) => join(dir, 'answers', name)) as [string, string];
    for (const path of [old, fresh]) writeFileSync(path, 'half');
    utimesSync(old, 1, 1);
    now = Date.now() + 3 * day;
    utimesSync(fresh, now / 1000, now / 1000);
    await keep({ b: '2' });
    expect(held().filter((path) => path.endsWith('.tmp'))).toEqual([fresh]);
  });
});
