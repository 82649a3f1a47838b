import { expect, it } from 'vitest';
import type { BundleDelivery } from '../../../../../shared/wire/revision.ts';
import { fakeChannel, handAgent, manualClock, settle, testDeps } from '../../../../fakes/agent.ts';
import { fakeKube } from '../../../../fakes/kube.ts';
import { wanted, type Readiness } from '../../../../fakes/workloads.ts';
import { retiredBetween, testBundle, type TestApp } from '../../../../fixtures/agent/apps.ts';
import { copyApp } from '../../../../fixtures/agent/copies.ts';
import { delivering } from '../../../../fixtures/agent/steps.ts';

const beside: BundleDelivery['steps'] = [{ type: 'scale', replicas: { count: 1 }, weight: 0 }, { type: 'pause' }];
const half: BundleDelivery['steps'] = [{ type: 'scale', replicas: { percent: 50 }, weight: 50 }];
const besideIt = { number: 2, steps: beside };

it('a copy that a delivery left alone ready serves until what mends it has pods', async () => {
  const [bad, left, mend] = ['reviews-v1', 'reviews-v2', 'reviews-v3'].map((name) => copyApp({ name }));
  const [kube, channel, clock] = [fakeKube(), fakeChannel(), manualClock()];
  const agent = handAgent(testDeps(kube, channel, clock));
  const readiness: Readiness = (one) => (one.metadata.name === 'reviews-v1' ? 0 : wanted(one));
  const served: number[] = [];
  const each = (): void => {
    const slice = kube.read('discovery.k8s.io/EndpointSlice/default/reviews-slice');
    served.push((slice?.['endpoints'] as readonly unknown[] | undefined)?.length ?? 0);
  };
  let [generation, before]: [number, readonly TestApp[]] = [0, []];
  const publish = async (app: TestApp): Promise<void> => {
    generation += 1;
    channel.publish(testBundle({ generation, apps: [app], retired: retiredBetween(before, [app]) }));
    before = [app];
    await settle(agent, kube, { clock, readiness, each });
  };

  await publish(bad!);
  await publish(delivering(bad!, left!, besideIt));
  await publish(delivering(bad!, left!, { ...besideIt, action: 'back' }));
  expect(served.at(-1)).toBe(1);
  served.length = 0;
  await publish(delivering(bad!, mend!, { number: 3, steps: half }));
  // What never became ready has had its time.
  for (let minute = 0; minute < 12; minute += 1) {
    clock.move(60_000);
    await settle(agent, kube, { clock, readiness, each });
  }
  expect(Math.min(...served)).toBeGreaterThan(0);
  const pods = ['reviews-v1', 'reviews-v2', 'reviews-v3'].map((name) => {
    const workload = kube.read(`apps/Deployment/default/${name}`);
    return workload === undefined ? 'gone' : wanted(workload);
  });
  expect(pods).toEqual([0, 'gone', 2]);
  agent.close();
});
