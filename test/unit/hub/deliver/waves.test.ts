import { describe, expect, it } from 'vitest';
import { decided, deploy, fleet, heartbeatMs, Play, unit } from '../../../fixtures/hub/deliveries.ts';
import { now } from '../../../fixtures/hub/status.ts';

const minute = 60_000;

describe('a wave that has not begun', () => {
  it('is looked at again when what waits falls silent: nothing else would say so', () => {
    const waves = [{ name: 'one', approval: 'required' as const }];
    const play = new Play([deploy('all', null, { waves })], fleet('a', 'b'), 'web-v2');
    const { due } = play.pass();
    const heard = play.units.map(({ report }) => Math.max(report?.receivedAt ?? 0, play.since));
    expect(due).toBe(Math.min(...heard) + 3 * heartbeatMs + 1);
  });
});

describe('the waves of a delivery', () => {
  it('2.1 supersedes: what is done keeps what it has, and what failed before is not counted', () => {
    const waves = [
      { name: 'one', clusters: { names: ['a'] } },
      { name: 'two', approval: 'required' as const },
    ];
    const play = new Play([deploy('all', null, { waves })], fleet('a', 'b'), 'web-v2');
    play.run(minute);
    play.content = 'web-v3';
    play.away.add('a');
    play.pass();
    expect(play.record).toMatchObject({ stable: 'web-v1', last: { number: 2, content: 'web-v3' } });
    expect(play.words().runs).toEqual({ a: 'web-v3', b: 'web-v1' });
    expect(play.record?.last.base).toEqual({ a: 'web-v2' });
  });

  it('waits for a cluster, unless its topology may have none; one that joins later gets it then', () => {
    const waves = [{ name: 'eu', clusters: { labels: { region: 'eu' } } }];
    const empty = deploy('edge', 'edge', { waves });
    const wants = empty.wants.map((want) => ({ ...want, scope: { ...want.scope, mayBeEmpty: true } }));
    const waiting = new Play([empty, deploy('prod', 'prod')], fleet('a'), 'web-v2');
    expect(waiting.run(5 * minute)).toMatchObject({ phase: 'running', runs: { a: 'web-v1' } });
    const play = new Play([{ ...empty, wants }, deploy('prod', 'prod')], fleet('a'), 'web-v2');
    expect(play.run(5 * minute)).toMatchObject({ phase: 'succeeded', runs: { a: 'web-v2' } });
    play.units = [...play.units, unit('b', null, { labels: { env: 'edge' }, joinedAt: play.at })];
    expect(play.run(minute)).toMatchObject({ runs: { b: 'web-v2' } });
  });

  it('starts anew on one cluster by a decision, and leaves out another', () => {
    const play = new Play([deploy('all', null, { maxConcurrent: 2 })], fleet('a', 'b', 'c'), 'web-v2');
    play.bad.set('a', 'web-v2').set('b', 'web-v2');
    expect(play.run(17 * minute)).toMatchObject({ phase: 'halted' });
    decided(play, 'skip', { cluster: 'b' });
    decided(play, 'retry', { cluster: 'a' });
    play.bad.clear();
    expect(play.run(10 * minute)).toMatchObject({ phase: 'succeeded', runs: { a: 'web-v2', c: 'web-v2' } });
    expect(play.record?.last.attempt).toBe(2);
  });

  it('2.31 changes nothing when it is asked twice, and commits no more than steps, waves, decisions and groups', () => {
    const names = Array.from({ length: 200 }, (_, i) => `c${i}`);
    const waves = [{ name: 'canary', clusters: { percent: 5 } }];
    const play = new Play([deploy('all', null, { waves, maxConcurrent: 20 })], fleet(...names), 'web-v2');
    for (let i = 0; i < 200 && play.words().phase !== 'succeeded'; i++) {
      const { record } = play.pass();
      const { commits } = play;
      play.pass();
      expect([play.record, play.commits]).toEqual([record, commits]);
      play.agents();
      play.at += heartbeatMs;
    }
    expect(play.words().phase).toBe('succeeded');
    expect(play.commits).toBeLessThanOrEqual(2 + 2 * 2 + 200 / 5);
    expect(play.at).toBeGreaterThan(now);
  });
});
