import { describe, expect, it } from 'vitest';
import type { PublishedUnit, UnitReport } from '../../../../hub/deliver/told.ts';
import type { DeliveryUnit } from '../../../../hub/deliver/unit.ts';
import { decided, deploy, fleet, Play, reportOf, unit } from '../../../fixtures/hub/deliveries.ts';

const minute = 60_000;

describe('what clusters are to have', () => {
  it('2.3 is aborted by a revert: what it was given to is back at once, without waves or approvals', () => {
    const waves = [
      { name: 'one', clusters: { names: ['a'] } },
      { name: 'two', clusters: { names: ['b'] }, approval: 'required' as const },
    ];
    const play = new Play([deploy('all', null, { waves })], fleet('a', 'b'), 'web-v2');
    expect(play.run(minute)).toMatchObject({ phase: 'running', runs: { a: 'web-v2', b: 'web-v1' } });
    play.content = 'web-v1';
    play.pass();
    expect(play.words()).toMatchObject({ phase: 'reverted', runs: { a: 'web-v1', b: 'web-v1' } });
    // The same content again is the next delivery: nothing of the one before counts.
    play.content = 'web-v2';
    play.pass();
    expect(play.record).toMatchObject({ stable: 'web-v1', last: { number: 2, decisions: [], phase: 'running' } });
  });

  it('1.11 sends one failed cluster back alone, all with the second, each once', () => {
    const rollout = { onFailure: 'rollback' as const, maxConcurrent: '100%', maxFailed: 1 };
    const play = new Play([deploy('all', null, rollout)], fleet('a', 'b', 'c', 'd'), 'web-v2');
    play.bad.set('a', 'web-v2');
    expect(play.run(17 * minute)).toMatchObject({ phase: 'succeeded', runs: { a: 'web-v1', b: 'web-v2' } });
    const two = new Play([deploy('all', null, rollout)], fleet('a', 'b', 'c', 'd'), 'web-v2');
    two.bad.set('a', 'web-v2').set('b', 'web-v2');
    expect(two.run(17 * minute)).toMatchObject({
      phase: 'rolled-back',
      runs: { a: 'web-v1', b: 'web-v1', c: 'web-v1' },
    });
    expect(two.last?.progress?.waits).toBe('4 of 4 clusters confirmed that they are back');
    const { commits } = two;
    two.run(60 * minute);
    expect(two.commits).toBe(commits);
  });

  it('takes all back from a wave of one that fails', () => {
    const waves = [{ name: 'canary', clusters: { names: ['a'] } }];
    const play = new Play([deploy('all', null, { waves, onFailure: 'rollback' })], fleet('a', 'b', 'c'), 'web-v2');
    play.bad.set('*', 'web-v2');
    expect(play.run(17 * minute)).toMatchObject({ phase: 'rolled-back', runs: { a: 'web-v1', b: 'web-v1' } });
    expect(play.given.get('web-v2')).toEqual(new Set(['a']));
  });

  it('2.8 gives what joins late the stable content until its wave is reached, and never counts it', () => {
    const waves = [
      { name: 'one', clusters: { names: ['a'] } },
      { name: 'two', approval: 'required' as const },
    ];
    const play = new Play([deploy('all', null, { waves })], fleet('a', 'b'), 'web-v2');
    play.run(minute);
    play.units = [...play.units, unit('z', null, { joinedAt: play.at })];
    expect(play.run(minute)).toMatchObject({ runs: { z: 'web-v1' } });
  });

  it('2.8 gives it to a few at a time, and waits for none that does not get on with it', () => {
    const waves = [{ name: 'one', approval: 'required' as const }];
    const play = new Play([deploy('all', null, { waves, maxConcurrent: 2 })], fleet('a', 'b'), 'web-v2');
    play.run(minute);
    const late = ['v', 'w', 'x', 'y', 'z'];
    play.units = [...play.units, ...late.map((name) => unit(name, null, { joinedAt: play.at }))];
    const given = () => late.filter((name) => play.words().runs[name] === 'web-v1').join('');
    play.away.add('v');
    play.pass();
    expect(given()).toBe('vw');
    play.agents();
    play.pass();
    expect(given()).toBe('vwx');
    // Silent for three heartbeats, it keeps its slot no longer.
    play.run(4 * minute);
    expect(given()).toBe('vwxyz');
    expect(play.words().phase).toBe('running');
  });

  it('2.19 takes the application from no cluster: a first one that fails stays, marked as failed', () => {
    const play = new Play(
      [deploy('all', null, { onFailure: 'rollback' })],
      [unit('a', null), unit('b', null)],
      'web-v1',
    );
    play.bad.set('a', 'web-v1');
    expect(play.run(20 * minute)).toMatchObject({ phase: 'halted', runs: { a: 'web-v1', b: null } });
  });

  it.each<[string, Partial<UnitReport>, true | undefined]>([
    ['are taken back', {}, true],
    ['stay where they are done', { applied: 'digest of web-v1' }, undefined],
  ])('2.1 steps of a delivery that was superseded %s, and what serves stays', (_, said, isBack) => {
    const play = new Play([deploy('all', null, { maxConcurrent: 1 })], fleet('a', 'b'), 'web-v2');
    play.pass();
    const told = { number: 1, attempt: 1, hasSteps: true };
    const delivery = {
      number: 1,
      attempt: 1,
      step: 1,
      phase: said.applied === undefined ? ('paused' as const) : ('done' as const),
    };
    const [a, b] = play.units as [DeliveryUnit, DeliveryUnit];
    const report = reportOf({ health: 'Progressing', delivery, ...said });
    const stepping = { ...b, report, published: { ...(b.published as PublishedUnit), delivery: told } };
    play.units = [a, stepping];
    const wanted = play.pass().wanted.get('b');
    expect(wanted).toMatchObject({ kind: 'stay' });
    expect(wanted?.kind === 'stay' ? wanted.isBack : null).toBe(isBack);
  });

  it('lets the steps go on that take back what had ended well', () => {
    const play = new Play([deploy('all', null)], fleet('a'), 'web-v2');
    expect(play.run(5 * minute)).toMatchObject({ phase: 'succeeded', runs: { a: 'web-v2' } });
    decided(play, 'rollback');
    play.pass();
    const [{ published, ...a }] = play.units as [DeliveryUnit];
    const delivery = { number: 1, attempt: 2, hasSteps: true };
    const report = reportOf({ delivery: { number: 1, attempt: 2, step: 0, phase: 'running' } });
    play.units = [{ ...a, report, published: { ...published!, content: 'web-v1', delivery } }];
    expect(play.pass().wanted.get('a')).toMatchObject({ kind: 'content', content: 'web-v1' });
  });

  it('leaves out what a person says, also once all else has it, until they take it in again', () => {
    const play = new Play([deploy('all', null, { maxConcurrent: 1 })], fleet('a', 'b'), 'web-v2');
    play.pass();
    decided(play, 'skip', { cluster: 'b' });
    expect(play.run(5 * minute)).toMatchObject({ phase: 'succeeded', runs: { a: 'web-v2', b: 'web-v1' } });
    expect(play.last?.wanted.get('b')).toEqual({ kind: 'stay', reason: 'web#1 leaves it out' });
    decided(play, 'retry', { cluster: 'b' });
    expect(play.run(5 * minute)).toMatchObject({ phase: 'succeeded', runs: { a: 'web-v2', b: 'web-v2' } });
  });
});
