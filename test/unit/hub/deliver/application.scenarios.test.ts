import { describe, expect, it } from 'vitest';
import { decided, deploy, fleet, Play, suspend, unit } from '../../../fixtures/hub/deliveries.ts';

const minute = 60_000;
const namesOf = (letter: string, count: number) => Array.from({ length: count }, (_, i) => `${letter}${i}`);

describe('a rollback while clusters are away', () => {
  it('2.5 puts back what was given it, the suspects too, and waits for none of those that were not', () => {
    const [done, bad, before, since] = [namesOf('d', 5), namesOf('f', 2), namesOf('b', 2), namesOf('s', 2)];
    const rollout = { onFailure: 'rollback' as const, maxConcurrent: '100%', progressDeadline: '5m' };
    const units = fleet(...done, ...bad, ...before, ...since).map((one) =>
      before.includes(one.key) ? { ...one, report: null } : one,
    );
    const play = new Play([deploy('all', null, rollout)], units, 'web-v2');
    for (const name of bad) play.bad.set(name, 'web-v2');
    for (const name of [...before, ...since]) play.away.add(name);
    play.pass();
    expect([...(play.given.get('web-v2') ?? [])].sort()).toEqual([...done, ...bad, ...since].sort());
    play.run(7 * minute);
    expect(play.words()).toMatchObject({ phase: 'rolled-back', waits: '7 of 9 clusters confirmed that they are back' });
    expect(new Set(Object.values(play.words().runs))).toEqual(new Set(['web-v1']));
    // Nothing waits for those that are away: new content begins, and they get no content that was taken back.
    play.content = 'web-v3';
    play.away.clear();
    expect(play.run(7 * minute)).toMatchObject({ phase: 'succeeded', runs: { b0: 'web-v3', s0: 'web-v3' } });
    expect(before.some((name) => play.given.get('web-v2')?.has(name))).toBe(false);
  });

  it('2.20 moves nothing more by itself where what was stable fails, too, and a person may', () => {
    const rollout = { onFailure: 'rollback' as const, maxConcurrent: '100%', progressDeadline: '5m' };
    const play = new Play([deploy('all', null, rollout)], fleet('a', 'b'), 'web-v2');
    play.bad.set('*', 'web-v1 web-v2');
    expect(play.run(7 * minute)).toMatchObject({ phase: 'rolled-back', runs: { a: 'web-v1', b: 'web-v1' } });
    const { commits } = play;
    expect(play.run(60 * minute)).toMatchObject({ phase: 'rolled-back', runs: { a: 'web-v1', b: 'web-v1' } });
    const reason = 'it is back, and Degraded';
    expect(play.last?.progress).toMatchObject({
      waits: '2 of 2 clusters confirmed that they are back',
      failed: [
        { unit: 'a', reason },
        { unit: 'b', reason },
      ],
    });
    expect(play.commits).toBe(commits);
    play.bad.clear();
    decided(play, 'retry');
    expect(play.run(5 * minute)).toMatchObject({ phase: 'succeeded', runs: { a: 'web-v2', b: 'web-v2' } });
  });
});

describe('an approval', () => {
  it('2.7 of a delivery counts for no later one of the same content', () => {
    const play = new Play([suspend('ask'), deploy('all', null)], fleet('a'), 'web-v2');
    play.approved = 'web#1';
    expect(play.run(minute)).toMatchObject({ phase: 'succeeded', runs: { a: 'web-v2' } });
    play.content = 'web-v1';
    expect(play.run(minute)).toMatchObject({ phase: 'running', runs: { a: 'web-v2' } });
    decided(play, 'approve', {}, 'web#2');
    expect(play.run(minute)).toMatchObject({ phase: 'succeeded', runs: { a: 'web-v1' } });
    play.content = 'web-v2';
    expect(play.run(minute)).toMatchObject({ phase: 'running', runs: { a: 'web-v1' } });
    expect(play.record?.last).toMatchObject({ number: 3, decisions: [] });
    expect(play.last?.progress).toMatchObject({ asks: ['ask'] });
  });

  it('2.7 that comes with the commit of other content names the delivery before, and counts for nothing', () => {
    const play = new Play([suspend('ask'), deploy('all', null)], fleet('a'), 'web-v2');
    play.run(minute);
    play.content = 'web-v3';
    play.approved = 'web#1';
    expect(play.run(minute)).toMatchObject({ phase: 'running', runs: { a: 'web-v1' } });
    expect(play.record?.last.number).toBe(2);
  });
});

describe('an approval in advance', () => {
  it('is of a wave of a step that has not begun, and counts once it begins', () => {
    const waves = [{ name: 'eu', approval: 'required' as const }];
    const play = new Play([suspend('ask'), deploy('prod', null, { waves })], fleet('a'), 'web-v2');
    play.run(minute);
    decided(play, 'approve', { on: 'prod/eu' });
    expect(() => decided(play, 'approve', { on: 'prod/ue' })).toThrow('prod/ue waits for none');
    expect(() => decided(play, 'approve', { on: 'prod' })).toThrow('prod waits for none');
    expect(play.run(minute)).toMatchObject({ phase: 'running', runs: { a: 'web-v1' } });
    decided(play, 'approve', { on: 'ask' });
    expect(play.run(3 * minute)).toMatchObject({ phase: 'succeeded', runs: { a: 'web-v2' } });
  });
});

describe('a cluster that leaves while a delivery runs', () => {
  const waves = [{ name: 'canary', clusters: { labels: { usage: 'canary' } } }];

  it('2.9 frees its slot and is not counted; a wave that loses its only one waits, and says so', () => {
    const canary = unit('c', 'web-v1', { labels: { env: 'prod', usage: 'canary' } });
    const play = new Play([deploy('all', null, { waves })], [canary, ...fleet('a')], 'web-v2');
    play.bad.set('c', 'web-v2');
    play.pass();
    expect(play.words().runs).toEqual({ c: 'web-v2', a: 'web-v1' });
    play.units = play.units.filter(({ key }) => key !== 'c');
    expect(play.run(20 * minute)).toMatchObject({ phase: 'running', runs: { a: 'web-v1' } });
    expect(play.last?.progress?.failed).toEqual([]);
    expect(play.last?.progress?.steps[0]?.waves[0]?.waits).toContain('WAVE_EMPTY');
    decided(play, 'approve');
    expect(play.run(3 * minute)).toMatchObject({ phase: 'succeeded', runs: { a: 'web-v2' } });
  });

  it('2.9 leaves its share to another one where it was the only one of it', () => {
    const share = [{ name: 'canary', clusters: { percent: 5 } }];
    const names = namesOf('c', 20);
    const play = new Play([deploy('all', null, { waves: share })], fleet(...names), 'web-v2');
    play.pass();
    const [first, ...others] = [...(play.given.get('web-v2') ?? [])];
    expect(others).toEqual([]);
    play.units = play.units.filter(({ key }) => key !== first);
    play.pass();
    expect(play.given.get('web-v2')?.size).toBe(2);
    expect(play.run(30 * minute)).toMatchObject({ phase: 'succeeded' });
    expect(play.given.get('web-v2')?.size).toBe(20);
  });

  it('2.9 frees the slot of a wave that has others', () => {
    const play = new Play([deploy('all', null, { maxConcurrent: 1 })], fleet('a', 'b'), 'web-v2');
    play.away.add('a');
    play.pass();
    play.agents();
    expect(play.words().runs).toEqual({ a: 'web-v2', b: 'web-v1' });
    play.units = play.units.filter(({ key }) => key !== 'a');
    expect(play.run(3 * minute)).toMatchObject({ phase: 'succeeded', runs: { b: 'web-v2' } });
  });

  it('2.9 keeps what it was given where a label moves it to a place that was not reached', () => {
    const steps = [deploy('staging', 'staging'), suspend('ask'), deploy('prod', 'prod')];
    const units = [unit('s', 'web-v1', { labels: { env: 'staging' } }), ...fleet('p')];
    const play = new Play(steps, units, 'web-v2');
    expect(play.run(minute)).toMatchObject({ runs: { s: 'web-v2', p: 'web-v1' } });
    play.units = play.units.map((one) => (one.key === 's' ? { ...one, labels: { env: 'prod' } } : one));
    expect(play.run(minute)).toMatchObject({ phase: 'running', runs: { s: 'web-v2', p: 'web-v1' } });
    decided(play, 'approve');
    expect(play.run(3 * minute)).toMatchObject({ phase: 'succeeded', runs: { s: 'web-v2', p: 'web-v2' } });
  });
});
