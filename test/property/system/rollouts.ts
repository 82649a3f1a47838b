import fc from 'fast-check';
import { deliveryVerdicts } from '../../../hub/model/delivery.ts';
import { isSluiceError } from '../../../shared/errors.ts';
import { configApp } from '../../integration/scenarios/documents.ts';
import type { World } from './world.ts';

/** How an application is delivered to all clusters: in waves, and with a step that suspends or without one. */
const ways = fc.record({
  suspends: fc.boolean(),
  asks: fc.boolean(),
  onFailure: fc.constantFrom('halt' as const, 'rollback' as const),
  maxFailed: fc.constantFrom(0, 1),
  soak: fc.constantFrom('0s', '2m'),
});
type Way = typeof ways extends fc.Arbitrary<infer T> ? T : never;

/** What is delivered in steps and waves. */
export const rolloutActions = [
  {
    weight: 4,
    arbitrary: fc.record({ kind: fc.constant('roll out' as const), value: fc.nat({ max: 5 }), way: ways }),
  },
  {
    weight: 4,
    arbitrary: fc.record(
      {
        kind: fc.constant('decide' as const),
        verdict: fc.constantFrom(...deliveryVerdicts),
        app: fc.constantFrom('rolled' as const, 'stepped' as const),
      },
      { requiredKeys: ['kind', 'verdict'] },
    ),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('minutes' as const), minutes: fc.constantFrom(1, 5, 20) }) },
] as const;

/** A push of what is delivered in waves, a decision on it, and time that goes by for it. */
export type RolloutAction = (typeof rolloutActions)[number]['arbitrary'] extends fc.Arbitrary<infer T> ? T : never;

/** The application that is delivered so, in a file of its own. */
export function rolledOut(value: number, { suspends, asks, onFailure, maxFailed, soak }: Way): string {
  const first = { name: 'first', clusters: { names: ['east'] }, soak };
  const rest = { name: 'second', clusters: { names: ['west'] }, ...(asks && { approval: 'required' }) };
  const policies = [
    { name: 'fleet', type: 'topology', properties: { clusters: ['east', 'west'] } },
    {
      ...{ name: 'careful', type: 'rollout' },
      properties: { waves: [first, rest], onFailure, maxFailed, progressDeadline: '5m' },
    },
  ];
  const deploys = { name: 'all', type: 'deploy', properties: { policies: ['fleet'] } };
  const workflow = { steps: [...(suspends ? [{ name: 'ask', type: 'suspend' }] : []), deploys] };
  const more = `  policies: ${JSON.stringify(policies)}\n  workflow: ${JSON.stringify(workflow)}\n`;
  return configApp('rolled', { rolled: String(value) }) + more;
}

/** The one that mends everything: it waits for nothing but its clusters. */
export const plainWay: Way = { suspends: false, asks: false, onFailure: 'halt', maxFailed: 1, soak: '0s' };

/** A person decides on the newest delivery of an application, where there is one and the decision means something. */
export async function decideOn(world: World, verdict: (typeof deliveryVerdicts)[number], of: string): Promise<void> {
  const { rollouts } = await world.client().rollouts({});
  const newest = rollouts.find(({ app }) => app === of);
  if (newest === undefined) return;
  await world
    .client()
    .decide({ name: newest.name, verdict, by: 'ann' })
    .catch((error: unknown) => {
      if (!isSluiceError(error, 'CONFLICT') && !isSluiceError(error, 'USAGE')) throw error;
    });
}
