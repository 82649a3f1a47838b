import { describe, expect, it } from 'vitest';
import { pass } from '../../../../agent/pass.ts';
import { leavingRevisions } from '../../../../agent/report/leaving.ts';
import { appHealth } from '../../../../agent/report/health.ts';
import type { KubeObject } from '../../../../shared/model/object.ts';
import { fakeChannel, handAgent, manualClock, settle, testDeps } from '../../../fakes/agent.ts';
import { exampleApp, retiredBetween, testBundle } from '../../../fixtures/agent/apps.ts';
import { fakeKube } from '../../../fakes/kube.ts';

async function blockedByVersion3() {
  const [kube, channel, clock] = [fakeKube(), fakeChannel(), manualClock()];
  const agent = handAgent(testDeps(kube, channel, clock));
  const v2 = exampleApp([{ n: 2, replicas: 4, weight: 100 }], { deadline: 5 });
  const v3 = exampleApp([{ n: 3, replicas: 4, weight: 100, image: 'bad' }], { deadline: 5 });
  channel.publish(testBundle({ generation: 1, apps: [v2] }));
  await settle(agent, kube, { clock });
  channel.publish(testBundle({ generation: 2, apps: [v3], retired: retiredBetween([v2], [v3]) }));
  await settle(agent, kube, { clock, readiness: ({ metadata }: KubeObject) => (metadata.name.endsWith('v3') ? 0 : 4) });
  clock.move(10_000);
  const outcome = await pass(agent);
  return { agent, outcome, app: outcome.apps[0]! };
}

describe('what a report says of a change that is blocked', () => {
  it('still counts the replicas of the revision that the bundle names no more', async () => {
    const { agent, outcome, app } = await blockedByVersion3();
    expect(leavingRevisions(agent.view, [...outcome.inventory.values()], app.app!)).toEqual([
      { name: 'example-v2', ready: 4, desired: 4 },
    ]);
  });

  it('counts none of a revision that is there to stay', async () => {
    const { agent, outcome, app } = await blockedByVersion3();
    const stays = { ...app.app!, revisions: [...app.app!.revisions, { name: 'example-v2', objects: [] }] };
    expect(leavingRevisions(agent.view, [...outcome.inventory.values()], stays)).toEqual([]);
  });

  it('gives the word of a pod where there is one, and the word of the workload where there is none', async () => {
    const { agent, outcome, app } = await blockedByVersion3();
    const message = (explanation: string | null) =>
      appHealth(outcome, app, { live: agent.view, faults: [], fights: new Map(), explanation, givesUpAt: null })
        .message;
    expect(message('Pod/a: ImagePullBackOff')).toBe(
      'Ready:0/4 example-v3 did not become ready in 5 s: Pod/a: ImagePullBackOff',
    );
    expect(message(null)).toContain('example-v3 did not become ready in 5 s: Deployment/example-web-v3: 0 of 4 ready');
  });
});
