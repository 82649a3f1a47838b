import { describe, expect, it } from 'vitest';
import { decided, deploy, fleet, Play, unit } from '../../../fixtures/hub/deliveries.ts';

const minute = 60_000;

describe('a wave', () => {
  it('1.5 passes no wave without evidence: absent clusters alone let nothing go on, an approval does', () => {
    const waves = [{ name: 'canary', clusters: { names: ['a'] } }];
    const play = new Play([deploy('all', null, { waves })], fleet('a', 'b'), 'web-v2');
    play.units = play.units.map((one) => (one.key === 'a' ? { ...one, report: null } : one));
    play.away.add('a');
    expect(play.run(30 * minute)).toMatchObject({ phase: 'running', runs: { a: 'web-v1', b: 'web-v1' } });
    expect(play.words().waits).toBe('all/canary waits for the first cluster that is done');
    decided(play, 'approve', { on: 'all/canary' });
    expect(play.run(2 * minute)).toMatchObject({ phase: 'succeeded' });
  });

  it('is not let pass by the approval that it began with: failed clusters alone let nothing go on', () => {
    const waves = [{ name: 'canary', clusters: { names: ['a'] }, approval: 'required' as const }];
    const play = new Play([deploy('all', null, { waves, maxFailed: 0 })], fleet('a', 'b'), 'web-v2');
    play.bad.set('a', 'web-v2');
    play.run(minute);
    decided(play, 'approve', { on: 'all/canary' });
    play.at += minute;
    expect(play.run(20 * minute)).toMatchObject({ phase: 'halted', runs: { a: 'web-v2', b: 'web-v1' } });
    expect(play.last?.progress).toMatchObject({
      waits: 'more clusters failed than it tolerates',
      steps: [{ waves: [{ phase: 'halted', todo: 'sluice-hub rollout retry web#1' }, {}] }],
      asks: [],
    });
    expect(() => decided(play, 'approve')).toThrow('nothing of it waits for a decision now');
    decided(play, 'retry');
    expect(play.run(minute)).toMatchObject({ phase: 'running', runs: { a: 'web-v2', b: 'web-v1' } });
  });

  it('is not let pass by it within the budget either; by one that comes after the failure, it is', () => {
    const waves = [{ name: 'canary', clusters: { names: ['a'] }, approval: 'required' as const }];
    const play = new Play([deploy('all', null, { waves, maxFailed: 1 })], fleet('a', 'b'), 'web-v2');
    play.bad.set('a', 'web-v2');
    play.run(minute);
    decided(play, 'approve', { on: 'all/canary' });
    play.at += minute;
    expect(play.run(20 * minute)).toMatchObject({ phase: 'running', runs: { a: 'web-v2', b: 'web-v1' } });
    expect(play.words().waits).toBe('all/canary waits for the first cluster that is done');
    decided(play, 'approve');
    expect(play.run(2 * minute)).toMatchObject({ runs: { a: 'web-v2', b: 'web-v2' } });
  });

  it('fails its step where a person refuses it, and asks again after a retry', () => {
    const waves = [
      { name: 'canary', clusters: { names: ['a'] } },
      { name: 'eu', approval: 'required' as const },
    ];
    const play = new Play([deploy('all', null, { waves })], fleet('a', 'b'), 'web-v2');
    expect(play.run(minute).waits).toBe('all/eu waits for an approval of wave eu');
    decided(play, 'refuse');
    expect(play.run(minute)).toMatchObject({ phase: 'failed', runs: { a: 'web-v2', b: 'web-v1' } });
    expect(play.record?.last.reason).toBe('step all failed: its wave eu was refused by ann');
    decided(play, 'retry');
    expect(play.run(minute)).toMatchObject({ phase: 'running', waits: 'all/eu waits for an approval of wave eu' });
    decided(play, 'approve');
    expect(play.run(minute)).toMatchObject({ phase: 'succeeded', runs: { b: 'web-v2' } });
  });

  it('tells of a window that never opens', () => {
    const play = new Play([deploy('all', null, { window: { cron: 'x', duration: '1h' } })], fleet('a'), 'web-v2');
    play.isOpen = false;
    expect(play.run(minute)).toMatchObject({ runs: { a: 'web-v1' } });
    expect(play.words().waits).toBe('all/rest waits for its window, which never opens');
  });

  it('soaks, by what agents saw, and starts anew where a cluster degrades', () => {
    const waves = [{ name: 'canary', clusters: { names: ['a'] }, soak: '10m' }];
    const play = new Play([deploy('all', null, { waves })], fleet('a', 'b'), 'web-v2');
    expect(play.run(9 * minute)).toMatchObject({ runs: { a: 'web-v2', b: 'web-v1' } });
    play.bad.set('a', 'web-v2');
    play.run(minute);
    play.bad.delete('a');
    expect(play.run(9 * minute)).toMatchObject({ phase: 'running', runs: { b: 'web-v1' } });
    expect(play.run(4 * minute)).toMatchObject({ phase: 'succeeded', runs: { b: 'web-v2' } });
  });

  it('halts above maxFailed, and goes on by itself when it is back under it', () => {
    const rollout = { maxConcurrent: 2, progressDeadline: '5m' };
    const play = new Play([deploy('all', null, rollout)], fleet('a', 'b', 'c', 'd'), 'web-v2');
    play.bad.set('a', 'web-v2').set('b', 'web-v2');
    expect(play.run(6 * minute)).toMatchObject({ phase: 'halted', runs: { a: 'web-v2', b: 'web-v2', c: 'web-v1' } });
    play.bad.clear();
    expect(play.run(10 * minute)).toMatchObject({ phase: 'succeeded', runs: { d: 'web-v2' } });
  });

  it.each(['halt', 'rollback'] as const)(
    'does not end well above maxFailed, although all of it were reached (%s)',
    (onFailure) => {
      const rollout = { maxConcurrent: '100%', progressDeadline: '5m', onFailure };
      const play = new Play([deploy('all', null, rollout)], fleet('a', 'b', 'c'), 'web-v2');
      play.bad.set('b', 'web-v2');
      expect(play.run(30 * minute)).toMatchObject({ phase: 'halted', waits: 'more clusters failed than it tolerates' });
      expect(play.record).toMatchObject({ stable: 'web-v1', last: { phase: 'running' } });
      expect(play.record?.last.waves['all/rest']).not.toHaveProperty('passedAt');
      play.bad.clear();
      decided(play, 'retry', { cluster: 'b' });
      expect(play.run(2 * minute)).toMatchObject({ phase: 'succeeded', runs: { b: 'web-v2' } });
    },
  );

  it.each(['web#1', 'web#1/all'])('is let pass by its own name alone, not by an approval of %s in Git', (approved) => {
    const units = [unit('a', 'web-v1', { labels: { env: 'prod', usage: 'canary' }, report: null }), ...fleet('b')];
    for (const [usage, waits] of [
      ['canary', 'the first cluster that is done'],
      ['canry', 'WAVE_EMPTY'],
    ] as const) {
      const waves = [{ name: 'canary', clusters: { labels: { usage } } }];
      const play = new Play([deploy('all', null, { waves })], units, 'web-v2');
      play.away.add('a');
      play.approved = approved;
      expect(play.run(30 * minute)).toMatchObject({ phase: 'running', runs: { a: 'web-v1', b: 'web-v1' } });
      expect(play.words().waits).toContain(waits);
      play.approved = `${approved} web#1/all/canary`;
      expect(play.run(2 * minute)).toMatchObject({ runs: { b: 'web-v2' } });
    }
  });

  it('a cluster that joined without reports is not away: it passes with time, however few may be', () => {
    const units = [unit('a', 'web-v1', { reports: false, report: null }), ...fleet('b')];
    const play = new Play([deploy('all', null, { maxAbsent: 0, maxConcurrent: '100%' })], units, 'web-v2');
    expect(play.run(14 * minute)).toMatchObject({ phase: 'running', runs: { a: 'web-v2', b: 'web-v2' } });
    expect(play.run(2 * minute)).toMatchObject({ phase: 'succeeded' });
  });

  it('a site that holds changes blocks nothing, is neither failed nor absent, and has the content at the end', () => {
    const held = unit('a', 'web-v1');
    const report = held.report === null ? null : { ...held.report, siteHold: 'until Monday' };
    const play = new Play([deploy('all', null, { maxConcurrent: 5 })], [{ ...held, report }, ...fleet('b')], 'web-v2');
    play.away.add('a');
    play.pass();
    expect(play.last?.progress).toMatchObject({ held: [{ unit: 'a', reason: 'until Monday' }] });
    expect(play.words().runs).toEqual({ a: 'web-v1', b: 'web-v2' });
    expect(play.run(minute)).toMatchObject({ phase: 'succeeded' });
  });

  it('2.32 waits where a named wave has no cluster, and passes an empty share', () => {
    const named = [{ name: 'canary', clusters: { labels: { usage: 'canry' } } }];
    const play = new Play([deploy('all', null, { waves: named })], fleet('a'), 'web-v2');
    play.run(minute);
    expect(play.words()).toMatchObject({ runs: { a: 'web-v1' } });
    expect(play.words().waits).toContain('WAVE_EMPTY');
    const allowed = [{ ...named[0], allowEmpty: true }];
    expect(new Play([deploy('all', null, { waves: allowed })], fleet('a'), 'web-v2').run(minute).phase).toBe(
      'succeeded',
    );
    const shares = [{ clusters: { percent: 5 } }, { clusters: { count: 1 }, approval: 'required' as const }];
    expect(new Play([deploy('all', null, { waves: shares })], fleet('a'), 'web-v2').run(minute).phase).toBe(
      'succeeded',
    );
  });
});
