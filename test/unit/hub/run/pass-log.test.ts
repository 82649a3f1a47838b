import { describe, expect, it } from 'vitest';
import { passLines } from '../../../../hub/run/pass-log.ts';
import type { Problem } from '../../../../hub/model/source.ts';
import type { ChangeRow, Subject } from '../../../../hub/rows.ts';

const row = (subject: Subject, from: string | null, to: string | null): ChangeRow => ({
  subject,
  from,
  to,
  reason: 'why',
});
const problem: Problem = {
  code: 'PLACEMENT_EMPTY',
  severity: 'error',
  message: 'no cluster matches',
  place: { path: 'web.yaml', line: 3, column: 5 },
  hint: 'label one',
  app: 'default/web',
};
const app: Subject = { kind: 'app', app: 'default/web', cluster: 'prod' };
const hold: Subject = { kind: 'hold', app: 'default/web', cluster: 'prod', by: 'guard' };
const messages = (rows: readonly ChangeRow[], before: readonly Problem[] = [], after: readonly Problem[] = []) =>
  passLines({ rows, before, after }).map(({ level, message }) => `${level} ${message}`);

describe('what a hub logs of a pass', () => {
  it.each<[ChangeRow, readonly string[]]>([
    [row({ kind: 'revision', app: 'default/web' }, 'web-v1', 'web-v2'), ['info a revision was recorded']],
    [row(app, 'a', 'b'), ['info an application was published']],
    [row(app, 'a', null), ['info an application was retired']],
    [row({ kind: 'bundle', cluster: 'prod' }, '1', '2'), ['info a bundle was published']],
    [row(hold, null, 'held'), ['warn held']],
    [row(hold, 'held', null), ['info held no more']],
    [row({ ...hold, by: 'delivery' }, null, 'held'), []],
    [row({ kind: 'delivery', delivery: 'web#1', part: null }, null, 'running'), ['info a delivery went on']],
    [row({ kind: 'source', repository: 'x' }, 'a', 'b'), []],
  ])('%j', (given, expected) => {
    expect(messages([given])).toEqual(expected);
  });

  it('has a problem when it begins, with its place and what to do, and when it ends', () => {
    expect(passLines({ rows: [], before: [], after: [problem] })).toEqual([
      {
        level: 'warn',
        message: 'a problem',
        fields: {
          code: 'PLACEMENT_EMPTY',
          what: 'no cluster matches',
          application: 'default/web',
          cluster: undefined,
          place: 'web.yaml:3:5',
          hint: 'label one',
        },
      },
    ]);
    expect(messages([], [problem], [{ ...problem }])).toEqual([]);
    expect(messages([], [problem], [])).toEqual(['info a problem is solved']);
    expect(messages([], [], [{ ...problem, severity: 'warning' }])).toEqual(['info a warning']);
  });

  it('says once what a hold and a problem both say, and sums up what is many', () => {
    const held = { ...row(hold, null, 'held'), reason: problem.message };
    expect(messages([held], [], [problem])).toEqual(['warn a problem']);
    const many = Array.from({ length: 70 }, () => row(app, 'a', 'b'));
    expect(passLines({ rows: many, before: [], after: [] }).at(-1)).toMatchObject({ fields: { count: 20 } });
  });
});
