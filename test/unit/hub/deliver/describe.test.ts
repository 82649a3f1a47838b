import { describe, expect, it } from 'vitest';
import { decided, deploy, fleet, Play, suspend, unit } from '../../../fixtures/hub/deliveries.ts';

const minute = 60_000;

describe('what is said of a delivery', () => {
  it('goes from staging over a suspend to production, and no approval of another delivery counts', () => {
    const units = [unit('s', 'web-v1', { labels: { env: 'staging' } }), ...fleet('p')];
    const play = new Play([deploy('staging', 'staging'), suspend('ask'), deploy('prod', 'prod')], units, 'web-v2');
    play.approved = 'web#2';
    expect(play.run(minute)).toMatchObject({ phase: 'running', runs: { s: 'web-v2', p: 'web-v1' } });
    expect(play.last?.progress).toMatchObject({ asks: ['ask'], todo: 'sluice-hub rollout approve web#1/ask' });
    expect(() => decided(play, 'approve', {}, 'web#2')).toThrow(expect.objectContaining({ code: 'CONFLICT' }));
    decided(play, 'approve');
    expect(play.run(minute)).toMatchObject({ phase: 'succeeded', runs: { p: 'web-v2' } });
  });

  it('counts as done what says so, and what sends no reports and was given it, after its end, too', () => {
    const units = fleet('a', 'b', 'c').map((one) => (one.key === 'b' ? { ...one, report: null } : one));
    const play = new Play([deploy('all', null)], units, 'web-v2');
    play.away.add('b');
    expect(play.run(5 * minute)).toMatchObject({ phase: 'succeeded', runs: { a: 'web-v2', c: 'web-v2' } });
    expect(play.last?.progress?.counts).toMatchObject({ total: 3, done: 2, waiting: 1 });
    play.away.delete('b');
    play.run(2 * minute);
    expect(play.last?.progress?.counts).toMatchObject({ total: 3, done: 3, waiting: 0 });
  });
});
