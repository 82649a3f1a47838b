import { describe, expect, it } from 'vitest';
import { passedOver, withApart } from '../../../../hub/deliver/apart.ts';
import { wantedOf } from '../../../../hub/deliver/wanted.ts';
import type { StepRecord } from '../../../../hub/model/delivery.ts';
import { defineStep } from '../../../../hub/workflow/step.ts';
import type { ProgramStep } from '../../../../hub/workflow/program.ts';
import {
  decided,
  deliveryOf,
  deploy,
  deployType,
  fleet,
  Play,
  program,
  step,
  unit,
  wantOn,
} from '../../../fixtures/hub/deliveries.ts';

const minute = 60_000;
const staging = unit('s', 'web-v1', { labels: { env: 'staging' } });
const apply = (name: string) => step(name, deployType, { wants: [{ ...wantOn(), components: [name] }] });

function over(steps: readonly ProgramStep[], phases: Readonly<Record<string, StepRecord['phase']>>): readonly string[] {
  const records = Object.entries(phases).map(
    ([name, phase]) => [name, { identity: '', phase, startedAt: '' }] as const,
  );
  const input = { program: program(steps), units: [staging, unit('p', 'web-v1')], localCluster: null };
  return [...passedOver({ steps: Object.fromEntries(records) }, input)];
}

describe('what a delivery passed over', () => {
  const both = [deploy('staging', 'staging'), deploy('prod', 'prod')];
  it.each<[string, readonly ProgramStep[], Readonly<Record<string, StepRecord['phase']>>, readonly string[]]>([
    ['is nothing where all steps ran', both, { staging: 'succeeded', prod: 'succeeded' }, []],
    ['is what skipped steps deliver to', both, { staging: 'succeeded', prod: 'skipped' }, ['p']],
    ['is not what another step delivered', [...both, deploy('all', null)], { prod: 'skipped', all: 'succeeded' }, []],
    [
      'is what has not all of its components',
      [apply('db'), apply('web')],
      { db: 'succeeded', web: 'skipped' },
      ['s', 'p'],
    ],
    ['stays so where the step has another name now', both, { staging: 'succeeded', production: 'skipped' }, ['p']],
  ])('%s', (_, steps, phases, expected) => {
    expect(over(steps, phases)).toEqual(expected);
  });

  it('is what is still between two contents where the last step that moves pods was skipped', () => {
    const type = defineStep({ ...deployType, moves: () => ({ steps: [] }) });
    const steps = ['half', 'all'].map((name) => step(name, type, { wants: [wantOn()] }));
    const records = (half: StepRecord['phase'], all: StepRecord['phase']) => ({
      half: { identity: '', phase: half, startedAt: '' },
      all: { identity: '', phase: all, startedAt: '' },
    });
    const published = { content: 'web-v2', digest: 'd', generation: 8 };
    const delivery = { number: 2, attempt: 1, hasSteps: true };
    const units = [
      unit('half', null, { published: { ...published, delivery } }),
      unit('first', null, { published: { ...published, delivery: { ...delivery, hasSteps: false } } }),
    ];
    const input = { program: program(steps), units, localCluster: null };
    expect([...passedOver({ steps: records('succeeded', 'skipped') }, input)]).toEqual(['half']);
    expect([...passedOver({ steps: records('skipped', 'succeeded') }, input)]).toEqual([]);
    // And what was begun there is taken back.
    const last = { phase: 'succeeded' as const, content: 'web-v2', steps: records('succeeded', 'skipped') };
    const wanted = wantedOf(deliveryOf('default/web', 2, last), { ...input, content: 'web-v2' });
    expect([...wanted].map(([key, one]) => [key, one.kind, 'isBack' in one])).toEqual([['half', 'stay', true]]);
  });

  it('is forgotten once a later delivery reached all', () => {
    const record = { ...deliveryOf('default/web', 2, { phase: 'succeeded' }), apart: ['p'] };
    const input = { program: program(both), units: [], localCluster: null };
    expect(withApart(record, input)).not.toHaveProperty('apart');
  });
});

describe('a step that was skipped', () => {
  const playing = () => {
    const play = new Play(
      [deploy('staging', 'staging'), { ...deploy('prod', 'prod'), condition: 'no' }],
      [staging, ...fleet('p')],
      'web-v2',
    );
    play.world = { ...play.world, ask: () => ({ value: false }) };
    return play;
  };

  it('delivers nothing, also once its delivery has ended', () => {
    const play = playing();
    expect(play.run(10 * minute)).toMatchObject({ phase: 'succeeded', runs: { s: 'web-v2', p: 'web-v1' } });
    expect(play.record).toMatchObject({ stable: 'web-v2', apart: ['p'] });
    play.units = [...play.units, unit('new', null)];
    expect(play.run(minute).runs).toMatchObject({ new: null });
  });

  it('leaves its clusters what they had when the next delivery is taken back', () => {
    const play = playing();
    play.run(10 * minute);
    play.content = 'web-v3';
    play.world = { ...play.world, ask: () => ({ value: true }) };
    play.bad.set('p', 'web-v3');
    expect(play.run(5 * minute).runs).toEqual({ s: 'web-v3', p: 'web-v3' });
    decided(play, 'rollback', {}, 'web#2');
    expect(play.run(minute)).toMatchObject({ phase: 'rolled-back', runs: { s: 'web-v2', p: 'web-v1' } });
  });

  it('leaves its clusters what they have when the next delivery is reverted', () => {
    const play = playing();
    play.run(10 * minute);
    play.content = 'web-v3';
    play.pass();
    play.content = 'web-v2';
    expect(play.run(minute)).toMatchObject({ phase: 'reverted', runs: { s: 'web-v2', p: 'web-v1' } });
  });
});
