import { describe, expect, it } from 'vitest';
import { settingsOf } from '../../../../hub/deliver/numbers.ts';
import { analysisOf, refusedWave } from '../../../../hub/deliver/wave-analysis.ts';
import type { EffectsKnown, Verdict } from '../../../../hub/model/effect.ts';
import type { RolloutNumbers } from '../../../../hub/model/rollout.ts';
import { decided, deploy, fleet, Play } from '../../../fixtures/hub/deliveries.ts';

const minute = 60_000;
const prometheus = { address: 'http://prometheus:9090', query: 'rate(errors[1m])', condition: '<5' };
const analysis = [{ name: 'errors', prometheus }];

/** What is known of effects: verdicts by the ends of their ids. */
function knows(verdicts: Readonly<Record<string, boolean>>): EffectsKnown {
  const of = (id: string) => Object.entries(verdicts).find(([end]) => id.endsWith(end))?.[1];
  const reason = 'it is 9, and has to be <5';
  return {
    verdict: ({ id }): Verdict | undefined => {
      const ok = of(id);
      return ok === undefined ? undefined : { ok, value: null, reason };
    },
    waits: () => 'the query finds nothing',
  };
}

describe('the analysis of a wave', () => {
  const settings = settingsOf({ analysis: [...analysis, { name: 'slow', prometheus, interval: '10s' }] }, null);
  const asked = (verdicts: Readonly<Record<string, boolean>>) =>
    analysisOf({ wave: { key: 'all/eu', settings }, name: 'web#1', attempt: 2, effects: knows(verdicts) });

  it('asks all of its checks, by delivery, wave and attempt, until each has passed', () => {
    expect(asked({ 'errors/2': true })).toMatchObject({
      passed: false,
      refused: null,
      waits: 'its analysis slow: the query finds nothing',
      effects: [
        { id: 'web#1/all/eu/errors/2', everyMs: 30_000, samples: 5, failures: 0 },
        { id: 'web#1/all/eu/slow/2', everyMs: 10_000, samples: 5 },
      ],
    });
    const good = asked({ 'errors/2': true, 'slow/2': true });
    expect([good.passed, good.effects.length]).toEqual([true, 2]);
  });

  it('is refused by the first check that fails, and asks no more', () => {
    const refused = 'its analysis slow failed: it is 9, and has to be <5';
    expect(asked({ 'slow/2': false })).toMatchObject({ passed: false, refused, effects: [] });
  });

  it('is nothing where there is none, also where it was refused before', () => {
    const wave = { key: 'all/eu', settings: settingsOf(null, null) };
    expect(analysisOf({ wave, name: 'web#1', attempt: 1, effects: knows({}) }).passed).toBe(true);
    expect([refusedWave(wave, { refused: 'no' }), refusedWave({ settings }, { refused: 'no' })]).toEqual([null, 'no']);
  });
});

describe('a delivery with an analysis', () => {
  const waves = [{ name: 'canary', clusters: { names: ['a'] }, analysis }];
  const playing = (more: RolloutNumbers = {}) =>
    new Play([deploy('all', null, { waves, ...more })], fleet('a', 'b'), 'web-v2');
  const say = (play: Play, verdicts: Readonly<Record<string, boolean>>) => {
    play.world = { ...play.world, effects: knows(verdicts) };
  };

  it('asks once the wave is done, waits for the answer, and goes on with a good one', () => {
    const play = playing();
    play.pass();
    expect(play.last?.effects).toEqual([]);
    say(play, {});
    expect(play.run(20 * minute)).toMatchObject({
      phase: 'running',
      waits: 'all/canary waits for its analysis errors: the query finds nothing',
      runs: { a: 'web-v2', b: 'web-v1' },
    });
    expect(play.last?.effects).toMatchObject([{ id: 'web#1/all/canary/errors/1' }]);
    say(play, { 'errors/1': true });
    expect(play.run(2 * minute)).toMatchObject({ phase: 'succeeded', runs: { b: 'web-v2' } });
    expect(play.last?.effects).toEqual([]);
  });

  it('keeps a good answer while its wave soaks or is above its budget: what is not wanted is forgotten, and asked again', () => {
    const soaking = new Play([deploy('all', null, { analysis, soak: '10m' })], fleet('a'), 'web-v2');
    say(soaking, { 'errors/1': true });
    expect(soaking.run(5 * minute).waits).toContain('the end of its soak');
    expect(soaking.last?.effects).toMatchObject([{ id: 'web#1/all/rest/errors/1' }]);
    const rollout = { analysis, maxConcurrent: '100%', progressDeadline: '5m' };
    const play = new Play([deploy('all', null, rollout)], fleet('a', 'b', 'c'), 'web-v2');
    play.bad.set('b', 'web-v2');
    say(play, { 'errors/1': true });
    expect(play.run(7 * minute)).toMatchObject({ phase: 'halted', waits: 'more clusters failed than it tolerates' });
    expect(play.last?.effects).toMatchObject([{ id: 'web#1/all/rest/errors/1' }]);
    play.bad.clear();
    expect(play.run(3 * minute).phase).toBe('succeeded');
    expect(play.last?.effects).toEqual([]);
  });

  it('is halted by a bad answer, also after a restart of the hub, and asks anew after a retry', () => {
    const play = playing();
    say(play, { 'errors/1': false });
    const halted = {
      phase: 'halted',
      waits: 'wave canary: its analysis errors failed: it is 9, and has to be <5',
      runs: { a: 'web-v2', b: 'web-v1' },
    };
    expect(play.run(5 * minute)).toMatchObject(halted);
    say(play, {});
    expect(play.run(5 * minute)).toMatchObject(halted);
    expect(play.last?.progress?.todo).toBe('`sluice-hub rollout retry web#1`, or `sluice-hub rollout abort web#1`');
    decided(play, 'retry');
    expect(play.run(minute)).toMatchObject({ phase: 'running' });
    expect(play.last?.effects).toMatchObject([{ id: 'web#1/all/canary/errors/2' }]);
    say(play, { 'errors/2': true });
    expect(play.run(3 * minute)).toMatchObject({ phase: 'succeeded', runs: { b: 'web-v2' } });
  });

  it('is given to no cluster of a refused wave that comes back late', () => {
    const late = [{ ...waves[0], clusters: { names: ['a', 'c'] } }];
    const play = new Play([deploy('all', null, { waves: late })], fleet('a', 'b', 'c'), 'web-v2');
    play.units = play.units.map((one) => (one.key === 'c' ? { ...one, report: null } : one));
    play.away.add('c');
    say(play, { 'errors/1': false });
    expect(play.run(5 * minute)).toMatchObject({ phase: 'halted', runs: { a: 'web-v2', c: 'web-v1' } });
    play.away.clear();
    say(play, {});
    expect(play.run(5 * minute)).toMatchObject({ phase: 'halted', runs: { a: 'web-v2', c: 'web-v1' } });
    expect(play.given.get('web-v2')).toEqual(new Set(['a']));
    expect(play.last?.progress?.steps[0]?.waves[0]?.phase).toBe('halted');
  });

  it('goes back as a whole where a failure takes it back', () => {
    const play = playing({ onFailure: 'rollback' });
    say(play, { 'errors/1': false });
    expect(play.run(5 * minute)).toMatchObject({ phase: 'rolled-back', runs: { a: 'web-v1', b: 'web-v1' } });
    expect(play.record?.last.reason).toBe('wave canary: its analysis errors failed: it is 9, and has to be <5');
  });

  it('goes on where its documents ask for no analysis any more', () => {
    const play = playing();
    say(play, { 'errors/1': false });
    play.run(5 * minute);
    play.program = new Play([deploy('all', null, { waves: [{ ...waves[0], analysis: [] }] })], [], '').program;
    expect(play.run(3 * minute)).toMatchObject({ phase: 'succeeded', runs: { b: 'web-v2' } });
  });
});
