import { describe, expect, it } from 'vitest';
import { movePlanOf } from '../../../../hub/deliver/moving.ts';
import type { StepRecord } from '../../../../hub/model/delivery.ts';
import { compile } from '../../../../hub/workflow/compile.ts';
import type { DeliveryStep } from '../../../../shared/wire/revision.ts';
import { bookinfo } from '../../../fixtures/hub/programs.ts';

const step = (name: string, type: string, properties: object = {}) => ({ name, type, properties });
const workflow = [
  step('beside', 'blue-green-rollout', { partition: '50%' }),
  step('ask', 'suspend'),
  step('half', 'traffic-shift', { partition: '50%' }),
  step('all', 'rollout-promotion', { manualApproval: true }),
];

function planOf(doc = bookinfo(workflow)) {
  const program = compile(doc);
  const plan = movePlanOf({ program, application: doc, numbers: () => ({ serving: 1, coming: 2 }) });
  /** The records of steps in these phases. */
  const records = (phases: Readonly<Record<string, StepRecord['phase']>>) =>
    Object.fromEntries(
      program.steps.flatMap(({ name, identity }): [string, StepRecord][] => {
        const phase = phases[name];
        return phase === undefined ? [] : [[name, { identity, phase, startedAt: '2026-01-01T00:00:00Z' }]];
      }),
    );
  return { plan, records };
}

const wordsOf = (one: DeliveryStep): string => {
  if (one.type !== 'scale') return one.type;
  const pods = 'count' in one.replicas ? `${one.replicas.count}` : `${one.replicas.percent}%`;
  return `${pods} (${one.weight})`;
};

describe('what clusters are told of the steps of a workflow', () => {
  it.each<[string, Readonly<Record<string, StepRecord['phase']>>, string]>([
    ['nothing that has not begun', {}, 'pause'],
    ['what has begun', { beside: 'running' }, '50% (0) pause'],
    ['no more while a person is waited for', { beside: 'succeeded', ask: 'suspending' }, '50% (0) pause'],
    ['what begins next', { beside: 'succeeded', ask: 'succeeded', half: 'running' }, '50% (0) 50% (50) pause'],
    [
      'not the promotion before it is approved',
      { beside: 'succeeded', ask: 'succeeded', half: 'succeeded', all: 'suspending' },
      '50% (0) 50% (50) pause',
    ],
    [
      'all of it, to its end',
      { beside: 'succeeded', ask: 'succeeded', half: 'succeeded', all: 'running' },
      '50% (0) 50% (50) 100% (100)',
    ],
    [
      'what begins after one that was skipped, through that',
      { beside: 'skipped', ask: 'succeeded', half: 'skipped', all: 'running' },
      '50% (0) 50% (50) 100% (100)',
    ],
    ['nothing of one that was skipped, before another one begins', { beside: 'skipped', ask: 'suspending' }, 'pause'],
    ['nothing after a step that was skipped', { beside: 'succeeded', ask: 'failed', half: 'skipped' }, '50% (0) pause'],
  ])('%s', (_, phases, expected) => {
    const { plan, records } = planOf();
    expect(plan.rolloutAt(records(phases), null)?.steps.map(wordsOf).join(' ')).toBe(expected);
  });

  it('begins again with a step that was edited', () => {
    const { plan } = planOf();
    const old = { beside: { identity: 'of before', phase: 'running' as const, startedAt: '' } };
    expect(plan.rolloutAt(old, null)?.steps.map(wordsOf)).toEqual(['pause']);
  });

  it('says after how many of them a step is done; the last one with its content alone', () => {
    const { plan } = planOf();
    expect(['beside', 'ask', 'half', 'all'].map((name) => plan.goalOf(name))).toEqual([1, null, 2, null]);
  });

  it('says why a step cannot be done', () => {
    const target = { revision: 'reviews-v7', weight: 100 };
    const { plan } = planOf(bookinfo([step('all', 'canary-rollout', { traffic: { weightedTargets: [target] } })]));
    expect(plan.faultOf('all')).toContain('weightedTargets name reviews-v7');
    expect(plan.faultOf('none')).toBeNull();
  });
});

describe('what clusters are told without steps of a workflow', () => {
  const deploy = [step('deploy', 'deploy')];
  const rollout = (...replicas: number[]) => ({
    traits: [{ type: 'rollout', properties: { rolloutBatches: replicas.map((count) => ({ replicas: count })) } }],
  });

  it('is the batches of the trait, one after the other, then all', () => {
    const { plan } = planOf(bookinfo(deploy, rollout(1, 4, 5)));
    expect(plan.rolloutAt({}, null)?.steps.map(wordsOf)).toEqual(['1 (10)', '5 (50)', '100% (100)']);
  });

  it('is that of the policy that counts for the step that gave it the content', () => {
    const policy = (name: string, percent: string) => ({
      name,
      type: 'rollout',
      properties: { steps: [{ replicas: percent, weight: 5 }, { pause: {} }] },
    });
    const steps = ['a', 'b'].map((name) => step(name, 'deploy', { policies: [`p-${name}`] }));
    const { plan } = planOf(bookinfo(steps, { policies: [policy('p-a', '10%'), policy('p-b', '20%')] }));
    const words = (givenBy: string | null) => plan.rolloutAt({}, givenBy)?.steps.map(wordsOf).join(' ');
    expect(['a', 'b', null].map(words)).toEqual(['10% (5) pause', '20% (5) pause', '10% (5) pause']);
  });

  it('is nothing without batches', () => {
    expect(planOf(bookinfo(deploy)).plan.rolloutAt({}, null)).toBeUndefined();
    expect(planOf(bookinfo(deploy, rollout())).plan.rolloutAt({}, null)).toBeUndefined();
  });
});
