import { describe, expect, it } from 'vitest';
import { skippedSteps } from '../../../../hub/deliver/skipped.ts';
import { stepGroup } from '../../../../hub/workflow/steps/step-group.ts';
import { decided, deploy, fleet, Play, step, suspend, unit } from '../../../fixtures/hub/deliveries.ts';

const minute = 60_000;
const staging = unit('s', 'web-v1', { labels: { env: 'staging' } });
const prod = unit('p', 'web-v1', { labels: { env: 'prod' } });

describe('a step that a person had skipped', () => {
  it('ends as skipped with who and why, and what comes after goes on', () => {
    const play = new Play([suspend('ask'), deploy('prod', 'prod')], fleet('p'), 'web-v2');
    play.run(minute);
    decided(play, 'skip', { on: 'ask' });
    play.pass();
    expect(play.last?.progress?.steps[0]).toMatchObject({ phase: 'skipped', message: 'skipped by ann' });
    expect(play.run(2 * minute)).toMatchObject({ phase: 'succeeded', runs: { p: 'web-v2' } });
  });

  it('may be one that was not reached: its clusters stay as they are, also once all has ended, and say why', () => {
    const steps = [suspend('ask'), deploy('staging', 'staging'), deploy('prod', 'prod')];
    const play = new Play(steps, [staging, prod], 'web-v2');
    play.run(minute);
    decided(play, 'skip', { on: 'staging' });
    decided(play, 'approve');
    expect(play.run(3 * minute)).toMatchObject({ phase: 'succeeded', runs: { s: 'web-v1', p: 'web-v2' } });
    expect(play.record?.apart).toEqual(['s']);
    expect(play.last?.wanted.get('s')).toEqual({
      kind: 'stay',
      reason: 'web#1 leaves it out; step staging was skipped by ann',
    });
  });

  it('is none that has brought its content', () => {
    const play = new Play([deploy('prod', 'prod')], [prod], 'web-v2');
    play.pass();
    expect(() => decided(play, 'skip', { on: 'prod' })).toThrow('the step has brought its content');
    const skip = { verdict: 'skip', on: 'prod', by: 'ann', at: '', reason: 'x' } as const;
    const { last } = play.record!;
    expect(skippedSteps({ ...last, decisions: [skip] }).size).toBe(0);
    expect(skippedSteps({ admitted: [], decisions: [skip] }).get('prod')).toBe('skipped by ann: x');
  });

  it('is no group of which a step has brought its content', () => {
    const group = step('both', stepGroup, { steps: [deploy('prod', 'prod')] });
    const play = new Play([group, suspend('ask')], [prod], 'web-v2');
    play.pass();
    expect(play.record?.last.admitted).toHaveLength(1);
    expect(() => decided(play, 'skip', { on: 'both' })).toThrow('has brought its content');
  });

  it('is another one in the next delivery', () => {
    const play = new Play([suspend('ask'), deploy('prod', 'prod')], fleet('p'), 'web-v2');
    play.pass();
    decided(play, 'skip', { on: 'ask' });
    play.run(2 * minute);
    play.content = 'web-v3';
    expect(play.run(2 * minute)).toMatchObject({ phase: 'running', runs: { p: 'web-v2' } });
  });
});
