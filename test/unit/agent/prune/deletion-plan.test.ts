import { describe, expect, it } from 'vitest';
import { stageOf } from '../../../../shared/model/stages.ts';
import type { AppOutcome } from '../../../../agent/model/outcome.ts';
import { planDeletions } from '../../../../agent/prune/deletion-plan.ts';
import { planApp } from '../../../../agent/rollout/plan.ts';
import { observe, type Situation } from '../../../fixtures/agent/rollout.ts';

const outcome = (situation: Situation): AppOutcome => {
  const observed = observe(situation);
  return { key: 'default/example', app: observed.app, plan: planApp(observed), skipped: null };
};
const plan = (...situations: readonly Situation[]) => planDeletions(situations.map(outcome), stageOf);

const gone = { wanted: null } as const;

describe('what is deleted in a pass', () => {
  it('is nothing where no plan allows it', () => {
    expect(plan({ wanted: { v1: '1 pod, 100%' }, live: { v1: '1/1' } })).toEqual({ scaleToZero: [], remove: [] });
    expect(planDeletions([{ key: 'a', app: null, plan: null, skipped: 'here not' }], stageOf).remove).toEqual([]);
  });

  it('is of all applications together, what was applied last first', () => {
    expect(
      plan(
        { ...gone, live: { v3: '0/0, only its Service' } },
        { ...gone, live: { v2: '2/2' }, route: { v2: 100 } },
        { ...gone, live: { v1: '0/0', v4: '0/0' } },
      ).remove,
    ).toEqual([
      ['networking.istio.io/VirtualService/default/example'],
      ['apps/Deployment/default/example-web-v1', 'apps/Deployment/default/example-web-v4'],
      ['/Service/default/example-v3'],
    ]);
  });

  it('begins with the pods of workloads', () => {
    expect(plan({ ...gone, live: { v1: '2/2' } })).toEqual({
      scaleToZero: ['apps/Deployment/default/example-web-v1'],
      remove: [],
    });
  });
});
