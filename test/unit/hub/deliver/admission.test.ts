import { describe, expect, it } from 'vitest';
import { decided, deploy, fleet, Play, suspend, unit } from '../../../fixtures/hub/deliveries.ts';

const minute = 60_000;

describe('what is given the content', () => {
  it('2.4 counts silence after its turn as a failure, and never as absence: the rest of the fleet is not given it', () => {
    const play = new Play([deploy('all', null, { maxConcurrent: 1 })], fleet('a', 'b', 'c'), 'web-v2');
    play.pass();
    play.away.add('a');
    play.agents();
    expect(play.run(10 * minute)).toMatchObject({ phase: 'running', runs: { b: 'web-v1' } });
    expect(play.run(10 * minute)).toMatchObject({ phase: 'halted', runs: { b: 'web-v1', c: 'web-v1' } });
    expect(play.last?.progress?.failed).toEqual([
      { unit: 'a', reason: 'no report since it was given the content after 15m' },
    ]);
  });

  it('1.6 gives nothing to what was away, until it is back', () => {
    const play = new Play([deploy('all', null, { maxConcurrent: 5 }), suspend('ask')], fleet('a', 'b'), 'web-v2');
    play.units = play.units.map((one) => (one.key === 'a' ? { ...one, report: null } : one));
    play.away.add('a');
    expect(play.run(5 * minute)).toMatchObject({ phase: 'running', runs: { a: 'web-v1', b: 'web-v2' } });
    expect(play.last?.progress?.absent).toEqual([{ unit: 'a', reason: 'no report yet' }]);
    play.away.delete('a');
    expect(play.run(2 * minute)).toMatchObject({ runs: { a: 'web-v2' } });
  });

  it('2.29 admits what was not healthy before last, and does not count its failure', () => {
    const poor = unit('a', 'web-v1');
    const units = [
      { ...poor, report: poor.report === null ? null : { ...poor.report, health: 'Degraded' as const } },
      ...fleet('b', 'c', 'd'),
    ];
    const play = new Play([deploy('all', null, { maxConcurrent: 1 })], units, 'web-v2');
    play.bad.set('a', 'web-v1 web-v2');
    play.pass();
    expect(play.words().runs).toMatchObject({ a: 'web-v1', b: 'web-v2' });
    expect(play.run(40 * minute)).toMatchObject({ phase: 'succeeded', runs: { a: 'web-v2', d: 'web-v2' } });
  });

  it('2.29 counts a failure after a retry: what it had before was the content itself, and is nothing to go back to', () => {
    const play = new Play([deploy('all', null, { progressDeadline: '2m' })], fleet('a', 'b'), 'web-v2');
    play.bad.set('*', 'web-v2');
    expect(play.run(5 * minute)).toMatchObject({ phase: 'halted' });
    decided(play, 'retry');
    expect(play.run(5 * minute)).toMatchObject({ phase: 'halted', runs: { b: 'web-v1' } });
    expect(play.record?.last.base).toEqual({});
  });

  it('never has two of a pair in two waves, where the first of them failed and what failed is tolerated', () => {
    const one = (name: string, usage: string, pair: string) => unit(name, 'web-v1', { labels: { usage, pair } });
    const units = [one('a', 'canary', 'x'), one('b', 'canary', 'y'), one('c', '', 'x'), one('d', '', 'z')];
    const waves = [{ name: 'canary', clusters: { labels: { usage: 'canary' } } }];
    const numbers = { maxFailed: 1, progressDeadline: '5m', spread: { label: 'pair' }, waves };
    const play = new Play([deploy('all', null, numbers)], units, 'web-v2');
    play.bad.set('a', 'web-v2');
    expect(play.run(30 * minute)).toMatchObject({ phase: 'running', runs: { c: 'web-v1', d: 'web-v2' } });
    expect(play.words().waits).toContain('a, which failed');
    play.bad.clear();
    expect(play.run(5 * minute)).toMatchObject({ phase: 'succeeded', runs: { c: 'web-v2' } });
  });

  it('never has two of a pair in flight', () => {
    const units = ['a', 'b', 'c', 'd'].map((name, i) => unit(name, 'web-v1', { labels: { pair: i < 2 ? 'x' : 'y' } }));
    const play = new Play(
      [deploy('all', null, { maxConcurrent: 4, spread: { label: 'pair', max: 1 } })],
      units,
      'web-v2',
    );
    play.pass();
    expect(play.given.get('web-v2')).toEqual(new Set(['a', 'c']));
    expect(play.run(2 * minute).phase).toBe('succeeded');
  });

  it('never begins with both of a pair in one pass, where one comes back to a wave that has passed', () => {
    const units = ['a', 'b', 'c'].map((name) => unit(name, 'web-v1', { labels: { pair: name === 'c' ? 'y' : 'x' } }));
    const waves = [
      { name: 'one', clusters: { names: ['a', 'c'] } },
      { name: 'two', approval: 'required' as const },
    ];
    const numbers = { waves, maxConcurrent: 4, spread: { label: 'pair', max: 1 } };
    const play = new Play([deploy('all', null, numbers)], units, 'web-v2');
    play.units = play.units.map((one) => (one.key === 'a' ? { ...one, report: null } : one));
    play.away.add('a');
    expect(play.run(3 * minute)).toMatchObject({ waits: 'all/two waits for an approval of wave two' });
    play.away.clear();
    play.agents();
    decided(play, 'approve');
    play.pass();
    expect(play.words().runs).toEqual({ a: 'web-v2', b: 'web-v1', c: 'web-v2' });
    expect(play.run(3 * minute)).toMatchObject({ phase: 'succeeded', runs: { b: 'web-v2' } });
  });

  describe('beside one of a pair that failed', () => {
    const spread = { label: 'pair', max: 1 };
    const failing = (onFailure: 'halt' | 'rollback') => {
      const units = ['a', 'b'].map((name) => unit(name, 'web-v1', { labels: { pair: 'x' } }));
      const numbers = { maxConcurrent: 1, maxFailed: 1, progressDeadline: '5m', onFailure, spread };
      const play = new Play([deploy('all', null, numbers)], units, 'web-v2');
      play.bad.set('a', 'web-v2');
      play.run(6 * minute);
      return play;
    };

    it('gives nothing to the other one, and says so, until it is well', () => {
      const play = failing('halt');
      expect(play.run(9 * minute)).toEqual({
        phase: 'running',
        waits: 'all/rest waits for a, which failed: its spread gives nothing to what is beside',
        runs: { a: 'web-v2', b: 'web-v1' },
      });
      expect(play.last?.progress?.todo).toBe('sluice-hub rollout retry web#1 CLUSTER');
      play.bad.clear();
      expect(play.run(3 * minute)).toMatchObject({ phase: 'succeeded', runs: { b: 'web-v2' } });
    });

    it('goes on once that one is back at what it had', () => {
      const play = failing('rollback');
      expect(play.run(3 * minute)).toMatchObject({ phase: 'succeeded', runs: { a: 'web-v1', b: 'web-v2' } });
    });
  });
});
