import { describe, expect, it } from 'vitest';
import { decided, deploy, fleet, Play, program, suspend, unit } from '../../../fixtures/hub/deliveries.ts';

const minute = 60_000;

describe('a delivery', () => {
  it('is not made where every cluster has the content already', () => {
    const play = new Play([deploy('all', null)], fleet('a', 'b'), 'web-v1');
    expect(play.run()).toMatchObject({ phase: null });
    expect(play.commits).toBe(0);
  });

  it('goes through one wave, a quarter at a time, and becomes the stable content', () => {
    const play = new Play([deploy('all', null)], fleet('a', 'b', 'c', 'd'), 'web-v2');
    play.pass();
    expect(play.words().runs).toEqual({ a: 'web-v2', b: 'web-v1', c: 'web-v1', d: 'web-v1' });
    expect(play.run(5 * minute)).toMatchObject({ phase: 'succeeded', runs: { a: 'web-v2', d: 'web-v2' } });
    expect(play.record).toMatchObject({ stable: 'web-v2', previous: 'web-v1', last: { number: 1, admitted: [] } });
  });

  it('fails at a refusal, and never reaches what comes after', () => {
    const units = [unit('s', 'web-v1', { labels: { env: 'staging' } }), ...fleet('p')];
    const play = new Play([deploy('staging', 'staging'), suspend('ask'), deploy('prod', 'prod')], units, 'web-v2');
    play.run(minute);
    decided(play, 'refuse');
    expect(play.run(minute)).toMatchObject({ phase: 'failed', runs: { s: 'web-v2', p: 'web-v1' } });
  });

  it('goes back by a decision where a step failed', () => {
    const units = [unit('s', 'web-v1', { labels: { env: 'staging' } }), ...fleet('p')];
    const play = new Play([deploy('staging', 'staging'), suspend('ask'), deploy('prod', 'prod')], units, 'web-v2');
    play.run(minute);
    decided(play, 'refuse');
    play.run(minute);
    decided(play, 'rollback');
    expect(play.run(minute)).toMatchObject({ phase: 'rolled-back', runs: { s: 'web-v1', p: 'web-v1' } });
  });

  it('that ended well goes back to what was before it, also after a retry', () => {
    const play = new Play([deploy('all', null)], fleet('a', 'b'), 'web-v2');
    play.run(5 * minute);
    decided(play, 'retry');
    play.run(5 * minute);
    expect(play.record).toMatchObject({ stable: 'web-v2', previous: 'web-v1', last: { phase: 'succeeded' } });
    decided(play, 'rollback');
    expect(play.run(minute)).toMatchObject({ phase: 'rolled-back', runs: { a: 'web-v1', b: 'web-v1' } });
  });

  it('is approved by Git, for one step or for all of it', () => {
    for (const approved of ['web#1', 'web#1/ask', 'web#9 web#1/ask']) {
      const play = new Play([suspend('ask'), deploy('prod', 'prod')], fleet('p'), 'web-v2');
      play.approved = approved;
      expect(play.run(minute)).toMatchObject({ phase: 'succeeded' });
    }
  });

  it('2.6 fails nothing after a day without a hub: a deadline needs a witness', () => {
    const play = new Play(
      [deploy('all', null, { maxConcurrent: '100%', onFailure: 'rollback' })],
      fleet('a', 'b'),
      'web-v2',
    );
    play.pass();
    play.at += 24 * 60 * minute;
    play.since = play.at;
    play.pass();
    expect(play.words()).toMatchObject({ phase: 'running', runs: { a: 'web-v2', b: 'web-v2' } });
    expect(play.run(minute)).toMatchObject({ phase: 'succeeded' });
  });

  it('goes back by a decision, and starts again by another', () => {
    const play = new Play([deploy('all', null)], fleet('a', 'b'), 'web-v2');
    play.pass();
    play.agents();
    decided(play, 'abort');
    play.pass();
    expect(play.words()).toMatchObject({ phase: 'aborted', runs: { a: 'web-v1', b: 'web-v1' } });
    decided(play, 'retry');
    expect(play.run(3 * minute)).toMatchObject({ phase: 'succeeded', runs: { a: 'web-v2', b: 'web-v2' } });
    decided(play, 'rollback');
    expect(play.run(minute)).toMatchObject({ phase: 'rolled-back', runs: { a: 'web-v1', b: 'web-v1' } });
    expect(() => decided(play, 'rollback')).toThrow(expect.objectContaining({ code: 'CONFLICT' }));
  });

  it.each([
    ['that ended well and degrades: what the next one gave is', ['staging', 'prod'], 'StepByStep'],
    ['beside it: what the one before gave is', ['prod', 'staging'], 'DAG'],
  ] as const)('is halted as a whole by a step %s withdrawn once', (_, order, mode) => {
    const units = [unit('s', 'web-v1', { labels: { env: 'staging' } }), ...fleet('p')];
    const steps = order.map((env) => deploy(env, env, env === 'staging' ? { progressDeadline: '5m' } : null));
    const play = new Play(program(steps, mode), units, 'web-v2');
    play.pass();
    play.agents(['s']);
    play.pass();
    expect(play.words().runs).toEqual({ s: 'web-v2', p: 'web-v2' });
    // It does not fetch it, and is not silent for long enough to be a failure.
    play.away.add('p');
    play.bad.set('s', 'web-v2');
    expect(play.run(7 * minute)).toMatchObject({ phase: 'halted', runs: { s: 'web-v2', p: 'web-v1' } });
    const { commits } = play;
    play.away.clear();
    expect(play.run(30 * minute)).toMatchObject({ phase: 'halted', runs: { s: 'web-v2', p: 'web-v1' } });
    expect(play.words().waits).toBe('more clusters failed than it tolerates');
    expect(play.commits).toBe(commits);
    play.bad.clear();
    expect(play.run(3 * minute)).toMatchObject({ phase: 'succeeded', runs: { s: 'web-v2', p: 'web-v2' } });
  });

  it('begins no wave of a later step while more failed in one before than it tolerates', () => {
    const units = [unit('s', 'web-v1', { labels: { env: 'staging' } }), ...fleet('p', 'q')];
    const waves = [{ name: 'one', clusters: { names: ['p'] }, soak: '8m' }];
    const steps = [deploy('staging', 'staging', { progressDeadline: '5m' }), deploy('prod', 'prod', { waves })];
    const play = new Play(program(steps, 'DAG'), units, 'web-v2');
    play.bad.set('s', 'web-v2');
    expect(play.run(15 * minute)).toMatchObject({ phase: 'halted', runs: { p: 'web-v2', q: 'web-v1' } });
    expect(play.record?.last.waves).toMatchObject({ 'prod/one': { passedAt: expect.any(String) as string } });
    expect(play.record?.last.waves).not.toHaveProperty('prod/rest');
    expect(play.last?.progress?.steps.at(-1)?.waves.at(-1)).toMatchObject({
      phase: 'waiting',
      waits: 'more clusters failed than it tolerates',
    });
  });

  it.each([
    ['a decision', (play: Play) => decided(play, 'pause'), (play: Play) => decided(play, 'resume')],
    ['its annotation', (play: Play) => (play.paused = true), (play: Play) => (play.paused = false)],
    ['a freeze', (play: Play) => (play.frozen = 'frozen by ann'), (play: Play) => (play.frozen = null)],
  ])('starts nothing more while %s stops it, and what was given finishes', (_, stop, go) => {
    const play = new Play([deploy('all', null)], fleet('a', 'b'), 'web-v2');
    play.pass();
    stop(play);
    expect(play.run(10 * minute)).toMatchObject({ phase: 'paused', runs: { a: 'web-v2', b: 'web-v1' } });
    go(play);
    expect(play.run(2 * minute)).toMatchObject({ phase: 'succeeded' });
  });

  it('lets in what waits to join once what has its slot is silent, without a report or a poll', () => {
    const play = new Play([deploy('all', null, { maxConcurrent: 1 })], fleet('a'), 'web-v2');
    play.pass();
    decided(play, 'abort');
    const late = ['x', 'y'].map((name) => unit(name, null, { joinedAt: play.at }));
    play.units = [...play.units, ...late];
    const { due } = play.pass();
    expect(play.words().runs).toMatchObject({ x: 'web-v1', y: null });
    play.at = due!;
    expect(play.pass().due).toBe(null);
    expect(play.words().runs).toMatchObject({ x: 'web-v1', y: 'web-v1' });
  });
});
