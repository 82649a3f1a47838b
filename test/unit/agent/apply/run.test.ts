import { expect, it } from 'vitest';
import { pass } from '../../../../agent/pass.ts';
import { agentNames } from '../../../../shared/model/names.ts';
import type { KubeObject } from '../../../../shared/model/object.ts';
import { fakeChannel, handAgent, manualClock, pullNext, testDeps } from '../../../fakes/agent.ts';
import { configMap, plainApp, testBundle } from '../../../fixtures/agent/apps.ts';
import { fakeKube } from '../../../fakes/kube.ts';

const service: KubeObject = {
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: 'web', namespace: 'default' },
  spec: { ports: [{ port: 80 }] },
};

/** An agent whose first stage takes long enough to be recorded before the pass ends; `recording` comes before each such write. */
function open(recording: () => Promise<void>) {
  const [kube, channel, clock] = [fakeKube(), fakeChannel(), manualClock()];
  const put: typeof kube.put = async (resource, object, signal) => {
    if (object.metadata.name === agentNames.state) await recording();
    return kube.put(resource, object, signal);
  };
  const agent = handAgent({ ...testDeps(kube, channel, clock), kube: { ...kube, put } });
  channel.publish(testBundle({ generation: 1, apps: [plainApp('web', [configMap('settings'), service])] }));
  pullNext(agent);
  return { kube, clock, agent };
}

it('goes on with the next stage while what came of the last one is being recorded', async () => {
  const next = Promise.withResolvers<undefined>();
  const { kube, clock, agent } = open(() => next.promise);
  kube.fault = (call) => {
    if (call.endsWith('ConfigMap/settings')) clock.move(3_000);
    if (call.endsWith('Service/web')) next.resolve(undefined);
    return null;
  };
  const { rows } = await pass(agent);
  expect(rows.map(({ action }) => action)).toEqual(['created', 'created']);
  expect(kube.read('/Service/default/web')).toBeDefined();
});

it('ends a pass with the error of a recording that failed beside a stage', async () => {
  const faults = [new Error('refused')];
  const { kube, clock, agent } = open(() => {
    const fault = faults.shift();
    return fault === undefined ? Promise.resolve() : Promise.reject(fault);
  });
  kube.fault = (call) => {
    if (call.endsWith('ConfigMap/settings')) clock.move(3_000);
    return null;
  };
  await expect(pass(agent)).rejects.toThrow('refused');
  expect(faults).toEqual([]);
});
