import { describe, expect, it } from 'vitest';
import { runningProgress } from '../../../../hub/deliver/describe.ts';
import type { StandingUnit } from '../../../../hub/deliver/standing.ts';
import type { ReportedDelivery } from '../../../../shared/wire/report.ts';
import { decided, deliveryOf, deploy, fleet, Play, reportOf, suspend, unit } from '../../../fixtures/hub/deliveries.ts';

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

  it.each<[string, readonly (readonly [string, ReportedDelivery['phase']])[], string | null, string]>([
    ['an agent that waits for a person', [['a', 'paused']], null, 'a: waits for a decision'],
    [
      'of several the first',
      [
        ['a', 'running'],
        ['b', 'paused'],
        ['c', 'paused'],
      ],
      null,
      'b: waits for a decision (and 1 more)',
    ],
    ['none that goes on', [['a', 'running']], null, ''],
    ['none that has returned', [['a', 'returned']], null, ''],
    ['what stops all of it first', [['a', 'paused']], 'it is paused', 'it is paused'],
  ])('says who waits in steps of agents: %s', (_, agents, stopped, expected) => {
    const standing = agents.map(([cluster, phase]): StandingUnit => {
      const told = { number: 1, attempt: 1, hasSteps: true };
      const bare = unit(cluster, 'web-v2');
      const report = reportOf({ delivery: { number: 1, attempt: 1, step: 1, phase, reason: 'waits for a decision' } });
      const state = { state: 'admitted', reason: '', healthyMs: 0, deadlineAt: null } as const;
      const one = { ...bare, published: { ...bare.published!, delivery: told }, report };
      return { unit: one, wave: 's/w', standing: state, counts: true, onFailure: 'halt', waveSize: 3 };
    });
    const record = deliveryOf('default/web', 1, { content: 'web-v2' });
    const { waits } = runningProgress(record, {
      standing,
      steps: [],
      stopped,
      isOver: false,
      refused: null,
      next: null,
    });
    expect(waits).toBe(expected);
  });

  it('says of a wave that is stopped why, also where a step failed that is listed later', () => {
    const counts = { total: 2, done: 0, inFlight: 1, waiting: 1, failed: 0, absent: 0, held: 0 };
    const wave = { name: 'rest', ...counts, phase: 'running', waits: '', todo: null, asks: false } as const;
    const step = {
      name: 'one',
      type: 'deploy',
      phase: 'running',
      message: '',
      moves: false,
      asks: false,
      wavesToApprove: [],
      waves: [],
      steps: [],
    } as const;
    const group = { ...step, steps: [{ ...step, waves: [wave, { ...wave, phase: 'pending' as const }] }] };
    const said = (isOver: boolean) => {
      const facts = { standing: [], steps: [group], stopped: null, isOver, refused: null, next: null };
      const { steps } = runningProgress(deliveryOf('default/web', 1), facts);
      return steps[0]?.steps[0]?.waves.map(({ phase, waits }) => `${phase} ${waits}`);
    };
    expect(said(true)).toEqual(['waiting more clusters failed than it tolerates', 'pending ']);
    expect(said(false)).toEqual(['running ', 'pending ']);
  });
});
