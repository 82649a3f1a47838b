import { describe, expect, it } from 'vitest';
import { hasEndpoints, possibleSplit, withoutLost } from '../../../../agent/rollout/split.ts';
import { observe, type Situation } from '../../../fixtures/agent/rollout.ts';

/** The weights that can be wanted, in the order of the targets. */
function possible(situation: Situation): readonly number[] {
  const observed = observe(situation);
  const [traffic] = observed.app!.traffic;
  return possibleSplit(observed, observed.app!, traffic!).targets.map(({ weight }) => weight);
}

/** The weights that are left, then the revisions that lost theirs. */
function left(situation: Situation, weights: readonly number[]): string {
  const observed = observe(situation);
  const [traffic] = observed.app!.traffic;
  const { weights: kept, lost } = withoutLost(observed, traffic!, weights);
  if (lost.length === 0) expect(kept).toBe(weights);
  return [kept.join(' '), ...lost.map(({ revision }) => revision)].join(', ');
}

const live = { v1: '1/1', v2: '1/1', v3: '1/1' };

describe('the split that can be wanted', () => {
  it.each<[rule: string, situation: Situation, weights: readonly number[]]>([
    ['is the one of the bundle', { wanted: { v1: '1 pod, 30%', v2: '1 pod, 70%' }, live }, [30, 70]],
    [
      'gives nothing to a revision that is to have no pod',
      { wanted: { v1: '0 pods, 30%', v2: '1 pod, 70%' }, live },
      [0, 100],
    ],
    [
      'shares its weight out in proportion',
      { wanted: { v1: '0 pods, 40%', v2: '1 pod, 20%', v3: '1 pod, 40%' }, live },
      [0, 33, 67],
    ],
    [
      'gives nothing to one that the document keeps dark',
      { wanted: { v1: '0 pods, 40%', v2: '1 pod, 0%', v3: '1 pod, 60%' }, live },
      [0, 0, 100],
    ],
    ['stays where no pod is wanted at all', { wanted: { v1: '0 pods, 30%', v2: '0 pods, 70%' }, live }, [30, 70]],
    [
      'stays where its workloads are not known yet',
      { wanted: { v1: '0 pods, 30%', v2: '1 pod, 70%' }, live: { v2: '1/1' } },
      [30, 70],
    ],
    [
      'stays for a provider without weights',
      { wanted: { v1: '0 pods, 30%', v2: '1 pod, 70%' }, live, provider: 'ingress' },
      [30, 70],
    ],
  ])('%s', (_, situation, weights) => {
    expect(possible(situation)).toEqual(weights);
  });
});

describe('a split after endpoints were lost', () => {
  const wanted = { v1: '1 pod, 50%', v2: '1 pod, 50%' };
  const gone = '1/1, no endpoints';
  it.each<[rule: string, situation: Situation, weights: readonly number[], left: string]>([
    ['is the same while none is', { wanted, live }, [30, 70], '30 70'],
    ['goes to those that have some', { wanted, live: { v1: gone, v2: '1/1' } }, [30, 70], '0 100, example-v1'],
    ['stays where none is left to take it', { wanted, live: { v1: gone, v2: gone } }, [30, 70], '30 70'],
    ['stays where the one that is left gets nothing', { wanted, live: { v1: gone, v2: '1/1' } }, [100, 0], '100 0'],
    ['does not matter where a target gets nothing', { wanted, live: { v1: gone, v2: '1/1' } }, [0, 100], '0 100'],
    [
      'stays while endpoints are not listed',
      { wanted, live: { v1: gone, v2: '1/1' }, unlisted: ['EndpointSlice'] },
      [30, 70],
      '30 70',
    ],
    [
      'stays for a provider without weights',
      { wanted, live: { v1: gone, v2: '1/1' }, provider: 'ingress' },
      [30, 70],
      '30 70',
    ],
  ])('%s', (_, situation, weights, expected) => {
    expect(left(situation, weights)).toBe(expected);
  });
});

it.each<[rule: string, situation: Situation, has: boolean]>([
  ['ready', { wanted: { v1: '1 pod' }, live: { v1: '1/1' } }, true],
  ['none', { wanted: { v1: '1 pod' }, live: { v1: '0/1' } }, false],
  ['not listed', { wanted: { v1: '1 pod' }, live: { v1: '1/1' }, unlisted: ['EndpointSlice'] }, false],
])('a Service whose addresses are %s', (_, situation, has) => {
  expect(hasEndpoints(observe(situation), '/Service/default/example-v1')).toBe(has);
});
