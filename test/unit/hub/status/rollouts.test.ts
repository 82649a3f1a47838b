import { describe, expect, it } from 'vitest';
import { listRollouts } from '../../../../hub/operations/rollouts.ts';
import { rolloutTable, rolloutText } from '../../../../hub/status/rollouts.ts';
import { deploy, fleet, Play, reportOf } from '../../../fixtures/hub/deliveries.ts';
import { now } from '../../../fixtures/hub/status.ts';

/** A canary that is done, one cluster away, and a wave that waits for an approval. */
function shown() {
  const waves = [
    { name: 'canary', clusters: { names: ['c1', 'c2'] } },
    { name: 'fleet', approval: 'required' as const },
  ];
  const play = new Play([deploy('deploy-fleet', null, { waves })], fleet('c1', 'c2', 'c3', 'c4'), 'web-v2');
  play.away.add('c2');
  play.units = play.units.map((one) =>
    one.key === 'c2' ? { ...one, report: reportOf({ receivedAt: now - 3_600_000 }) } : one,
  );
  play.run(120_000);
  const progress = play.last?.progress;
  if (progress == null) throw new Error('nothing runs');
  return listRollouts({ progress: () => new Map([['default/web', progress]]) }, {}).rollouts;
}

describe('rollouts as text', () => {
  it('has a line a delivery, at 80 columns, too', () => {
    const style = { now: now + 240_000, columns: 140 };
    expect(rolloutTable(shown(), style)).toBe(
      [
        'DELIVERY  REVISION  PHASE    DONE  AGE  WAITS FOR',
        'web#1     web-v2    running  1/4   4m   deploy-fleet/fleet waits for an approval of wave fleet',
        '',
      ].join('\n'),
    );
    const narrow = rolloutTable(shown(), { ...style, columns: 80 }).split('\n');
    expect(Math.max(...narrow.map((line) => line.length))).toBeLessThanOrEqual(80);
    expect(rolloutTable([], style)).toContain('nothing');
  });

  it('has a line a step and a wave, what is away, and what to do', () => {
    const [one] = shown();
    if (one === undefined) throw new Error('nothing runs');
    expect(rolloutText(one, { now: now + 240_000, columns: 120 })).toBe(
      [
        'web#1: running, brings web-v2, before it web-v1, begun 4m ago',
        '  deploy-fleet (deploy): running: 1 of 4 clusters are done',
        '    wave canary: passed, 1/2 done, 1 away',
        '    wave fleet: waiting, 0/2 done; waits for an approval of wave fleet',
        'away: 1 cluster',
        '  c2: no report in time',
        'it waits: deploy-fleet/fleet waits for an approval of wave fleet',
        'to go on: sluice-hub rollout approve web#1/deploy-fleet/fleet',
        '',
      ].join('\n'),
    );
  });
});
