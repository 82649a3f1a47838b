import { describe, expect, it } from 'vitest';
import type { StatusSummary } from '../../../../hub/api/status-summary.ts';
import { sinceText, toldLines, type Told } from '../../../../hub/status/told-lines.ts';
import { statusView } from '../../../../hub/status/view.ts';
import { heartbeat, now, stateOf } from '../../../fixtures/hub/status.ts';

const quiet = statusView({ state: stateOf([]), reports: new Map(), now, heartbeat });
const since = '2026-03-01T11:58:00.000Z';
const hold: StatusSummary['holds'][number] = {
  ...{ application: 'default/web', reason: 'web#2 has not reached it yet', since },
  ...{ clusters: ['a', 'b', 'c'], count: 10_000 },
};

function lines(more: Partial<Told>): readonly string[] {
  return toldLines({ ...quiet, holds: [], ...more }, { columns: 200, color: false, wide: false, where: '--data d' });
}

describe('what stands below the rows of a table', () => {
  it('is the line of counts where nothing is wrong', () => {
    expect(lines({})).toEqual(['0 applications on 0 clusters at cccccccccccc: nothing is placed yet']);
  });

  it.each<[string, StatusSummary['holds'][number], string]>([
    ['on many clusters', hold, 'held default/web on a, b, c and 9997 more for 2m: web#2 has not reached it yet'],
    ['on one', { ...hold, clusters: ['a'], count: 1 }, 'held default/web on a for 120s: web#2 has not reached it yet'],
    [
      'everywhere',
      { ...hold, application: null, clusters: [], count: 0 },
      'held everything for 120s: web#2 has not reached it yet',
    ],
  ])('is what is held %s', (_, one, expected) => {
    expect(lines({ holds: [one] })[0]?.replace('2m', '120s')).toBe(expected.replace('2m', '120s'));
  });

  it('is what waits for an approval, and each problem that does not say the same', () => {
    const change = `sha256:${'a'.repeat(64)}`;
    const guarded = [{ change, code: 'EMPTY_RENDER', cluster: 'a', application: 'default/web', ids: ['x'], since }];
    const problems = [
      { code: 'EMPTY_RENDER', severity: 'error' as const, message: 'm', hint: `sluice-hub approve ${change}` },
      { code: 'DOCUMENT_INVALID', severity: 'error' as const, message: 'no name', path: 'a.yaml', line: 3, column: 1 },
    ];
    expect(lines({ guarded, problems })).toEqual([
      'guarded[EMPTY_RENDER] default/web on a: would delete 1 object',
      '    x',
      `  sluice-hub approve ${'a'.repeat(12)} --data d`,
      'error[DOCUMENT_INVALID] no name; a.yaml:3:1',
      '0 applications on 0 clusters at cccccccccccc: nothing is placed yet; 1 change to approve; 2 problems',
    ]);
  });

  it('tells ages', () => {
    expect([sinceText(null, now), sinceText('2026-03-01T11:00:00.000Z', now)]).toEqual(['-', '60m']);
  });
});
