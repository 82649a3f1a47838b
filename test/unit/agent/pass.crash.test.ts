import { describe, expect, it } from 'vitest';
import type { Agent } from '../../../agent/agent.ts';
import { openStore } from '../../../agent/inventory/store.ts';
import { by } from '../../../shared/lib/order.ts';
import { isSluiceError, SluiceError } from '../../../shared/errors.ts';
import type { KubeObject } from '../../../shared/model/object.ts';
import { fakeChannel, handAgent, manualClock, settle, testDeps } from '../../fakes/agent.ts';
import {
  configMap,
  exampleApp,
  plainApp,
  retiredBetween,
  testBundle,
  type TestApp,
} from '../../fixtures/agent/apps.ts';
import { canary, delivering } from '../../fixtures/agent/steps.ts';
import { fakeKube, type FakeKube } from '../../fakes/kube.ts';

/** The end of the process: no code of the agent may take it for a fault of an object. */
const killed = () => new SluiceError('ABORTED', 'killed');

/** The cluster as far as it matters: every object but the agent's own, without what differs between two runs; and how many Secrets it keeps. */
function endState(kube: FakeKube): unknown {
  const kept = [...kube.objects.keys()].filter((id) => id.startsWith('/Secret/sluice-system/'));
  const objects = [...kube.objects]
    .filter(([id]) => !/^\/(ConfigMap|Secret)\/sluice-system\//.test(id))
    .map(([id, { object }]): [string, unknown] => [id, object['spec'] ?? object['data'] ?? null])
    .sort(by(([id]) => id));
  return { objects, kept: kept.length };
}

const theirs = configMap('theirs', 'never touch');

interface Scenario {
  readonly name: string;
  readonly bundles: readonly (readonly TestApp[])[];
}

const v1 = exampleApp([{ n: 1, replicas: 2, weight: 100 }]);
const both = exampleApp([
  { n: 1, replicas: 2, weight: 50 },
  { n: 2, replicas: 3, weight: 50 },
]);
const v2 = exampleApp([{ n: 2, replicas: 3, weight: 100 }]);
const extra = plainApp('extra', [configMap('one'), configMap('two')]);

const steps = canary.filter(({ type }) => type !== 'pause');
const toPause = delivering(v1, v2, { steps: [...steps, { type: 'pause' }] });
const back = { ...toPause.app, delivery: { ...toPause.app.delivery!, action: 'back' as const } };

const scenarios: readonly Scenario[] = [
  { name: 'a first install', bundles: [[v1, extra]] },
  { name: 'a shift to two revisions and to the second', bundles: [[v1], [both], [v2]] },
  { name: 'there and back again', bundles: [[v1], [v2], [v1]] },
  { name: 'a delivery by steps', bundles: [[v1], [delivering(v1, v2, { steps })], [v2]] },
  { name: 'a delivery by steps that goes back', bundles: [[v1], [toPause], [{ ...toPause, app: back }], [v1]] },
  { name: 'the end of an application', bundles: [[v1, extra], [extra]] },
];

/** Objects that the agent made and that no inventory in the cluster names: nothing would ever remove them. */
async function unrecorded(kube: FakeKube): Promise<string[]> {
  const { inventory } = await openStore(kube, 'sluice-system').load(new AbortController().signal);
  return [...kube.objects].flatMap(([id, { object }]) => {
    const nonce = object.metadata.annotations?.['sluice.dev/nonce'];
    return nonce === undefined || inventory.get(id)?.nonce === nonce ? [] : [id];
  });
}

/** Plays all bundles; the agent is killed at step `killAt` and started anew. Answers how many steps there were. */
async function play(scenario: Scenario, killAt: number): Promise<{ steps: number; kube: FakeKube; agent: Agent }> {
  const kube = fakeKube();
  kube.put_(theirs);
  const channel = fakeChannel();
  const clock = manualClock();
  let steps = 0;
  const onStep = () => {
    steps += 1;
    if (steps === killAt) throw killed();
  };
  let agent = handAgent(testDeps(kube, channel, clock, { onStep }));
  let before: readonly TestApp[] = [];
  for (const [index, apps] of scenario.bundles.entries()) {
    channel.publish(testBundle({ generation: index + 1, apps, retired: retiredBetween(before, apps) }));
    before = apps;
    await settle(agent, kube, { clock }).catch(async (error: unknown) => {
      if (!isSluiceError(error, 'ABORTED')) throw error;
      expect(await unrecorded(kube), `when killed at step ${killAt}`).toEqual([]);
      agent.close();
      agent = handAgent(testDeps(kube, channel, clock, { onStep }));
      await settle(agent, kube, { clock });
    });
  }
  return { steps, kube, agent };
}

describe('an agent that is killed between any two of its writes', () => {
  for (const scenario of scenarios) {
    it(`comes to the same end after ${scenario.name}`, async () => {
      const whole = await play(scenario, 0);
      const wanted = endState(whole.kube);
      expect(whole.steps).toBeGreaterThan(8);
      for (let step = 1; step <= whole.steps; step += 1) {
        const { kube, agent } = await play(scenario, step);
        expect(endState(kube), `killed at step ${step}`).toEqual(wanted);
        expect(kube.read('/ConfigMap/default/theirs')?.['data']).toEqual({ value: 'never touch' });
        const inventoried = [...(agent.memory.inventory.stored?.inventory.values() ?? [])];
        const live = [...kube.objects.values()].filter(
          ({ object }: { object: KubeObject }) => object.metadata.annotations?.['sluice.dev/nonce'],
        );
        expect(inventoried.map((one) => one.uid).sort(), `inventory after step ${step}`).toEqual(
          live.map(({ object }) => object.metadata.uid).sort(),
        );
        expect(agent.memory.inventory.stored?.state?.phase).toBe('settled');
      }
    }, 120_000);
  }
});
