import { describe, expect, it } from 'vitest';
import { compile } from '../../../../hub/workflow/compile.ts';
import { driverFaults } from '../../../../hub/workflow/drivers.ts';
import { bookinfo } from '../../../fixtures/hub/programs.ts';

const step = (type: string, properties: object = {}) => ({ name: type, type, properties });
const canary = (batchPartition: number, ...weights: number[]) => ({
  type: 'canary-rollout',
  properties: {
    batchPartition,
    traffic: { weightedTargets: weights.map((weight, index) => ({ revision: `reviews-v${index + 1}`, weight })) },
  },
});
const rollout = { traits: [{ type: 'rollout', properties: { rolloutBatches: [{ replicas: 1 }, { replicas: 1 }] } }] };
const promotion = step('rollout-promotion');
const rest = (name: string) =>
  `after ${name} the new copy has not all pods and all of the traffic, and no step follows that gives it the rest`;

describe('what moves pods and traffic', () => {
  it.each<[string, Parameters<typeof bookinfo>, string[]]>([
    ['a promotion ends it', [[step('blue-green-rollout'), step('rollout-promotion')]], []],
    ['all of the traffic ends it', [[step('blue-green-rollout'), step('traffic-shift')]], []],
    ['the last batch with all weight ends it', [[canary(0, 90, 10), canary(1, 0, 100)], rollout], []],
    ['no other step is looked at', [[step('suspend')]], []],
    ['a copy without traffic does not', [[step('blue-green-rollout')]], [rest('blue-green-rollout')]],
    ['nor a share of it', [[step('traffic-shift', { partition: '50%' })]], [rest('traffic-shift')]],
    ['nor a batch that is not the last', [[canary(0, 0, 100)], rollout], [rest('step-0')]],
    ['nor weights for both', [[canary(1, 50, 50)], rollout], [rest('step-0')]],
    [
      'steps in groups have no order',
      [[{ name: 'g', type: 'step-group', subSteps: [step('traffic-shift')] }]],
      ['traffic-shift is in a group: steps of type traffic-shift are done one after the other'],
    ],
    [
      'waves would move the same pods',
      [
        [step('traffic-shift')],
        { policies: [{ type: 'rollout', properties: { waves: [{ clusters: { percent: 10 } }] } }] },
      ],
      ['traffic-shift moves pods and traffic, and so would the waves and steps of the policy of type rollout'],
    ],
    [
      'batches go back',
      [[canary(1, 50, 50), canary(0, 90, 10), step('rollout-promotion')], rollout],
      ['step-1 ends with batch 0, and step-0 before it with batch 1'],
    ],
    [
      'one of two batches may be enough',
      [
        [
          { ...canary(1, 50, 50), if: 'context.name == "a"' },
          { ...canary(0, 90, 10), if: 'context.name != "a"' },
          step('rollout-promotion'),
        ],
        rollout,
      ],
      [],
    ],
    [
      'batches go back, whatever may be between them',
      [[canary(1, 50, 50), { ...canary(1, 40, 60), if: 'context.name == "a"' }, canary(0, 90, 10), promotion], rollout],
      ['step-2 ends with batch 0, and step-0 before it with batch 1'],
    ],
    [
      'other numbers of a rollout count',
      [[step('traffic-shift')], { policies: [{ type: 'rollout', properties: { maxConcurrent: 2 } }] }],
      [],
    ],
  ])('%s', (_, doc, expected) => {
    const application = bookinfo(...doc);
    expect(driverFaults(compile(application), application).map(({ message }) => message)).toEqual(expected);
  });
});
