import { describe, expect, it } from 'vitest';
import { openReporter } from '../../../agent/report/reporter.ts';
import { offerReport } from '../../../agent/run/report.ts';
import { pass } from '../../../agent/pass.ts';
import type { LogFields } from '../../../shared/ports/log.ts';
import { fakeChannel, handAgent, manualClock, settle, silentLog, testDeps } from '../../fakes/agent.ts';
import { configMap, plainApp, retiredBetween, testBundle, type TestApp } from '../../fixtures/agent/apps.ts';
import { fakeKube } from '../../fakes/kube.ts';

/** An agent that logs into a list, from info on, after each pass, as its loop does. */
function open() {
  const [kube, channel, clock] = [fakeKube(), fakeChannel(), manualClock()];
  const lines: string[] = [];
  const note = (message: string, fields: LogFields = {}) =>
    void lines.push(
      [message, fields['application'], fields['id'], fields['why'] ?? fields['reason']].filter(Boolean).join(' | '),
    );
  const deps = testDeps(kube, channel, clock, { log: { ...silentLog, info: note, warn: note } });
  const agent = handAgent(deps);
  const reporter = openReporter(deps);
  let [generation, before]: [number, readonly TestApp[]] = [0, []];
  const look = async (): Promise<void> => {
    await offerReport(agent, reporter, await pass(agent), agent.signal);
  };
  return {
    kube,
    look,
    clock,
    publish: async (...apps: readonly TestApp[]) => {
      generation += 1;
      channel.publish(testBundle({ generation, apps, retired: retiredBetween(before, apps) }));
      before = apps;
      await settle(agent, kube, { clock });
      await look();
    },
    /** What was logged since the last time. */
    said: () => lines.splice(0).filter((line) => !line.startsWith('accepted a bundle')),
  };
}

const one = plainApp('one', [configMap('a'), configMap('b')]);

describe('the log of an agent', () => {
  it('says of an application that it is healthy, that it was repaired, and that it is gone, once each', async () => {
    const { kube, clock, publish, look, said } = open();
    await publish(one);
    expect(said()).toEqual(['an application is healthy | default/one | Ready:2/2']);
    await look();
    await look();
    expect(said()).toEqual([]);
    kube.edit('/ConfigMap/default/a', (object) => {
      object['data'] = { value: 'other' };
    });
    await look();
    await look();
    expect(said().filter((line) => line.startsWith('repaired'))).toHaveLength(1);
    clock.move(1_000);
    await publish();
    expect(said().sort()).toEqual([
      'an application is wanted here no more | default/one',
      'removed an object | default/one | /ConfigMap/default/a | deleted',
      'removed an object | default/one | /ConfigMap/default/b | deleted',
    ]);
  });

  it('says a failure once, however often it is tried again, and its end', async () => {
    const { kube, clock, publish, look, said } = open();
    kube.fault = (call) => (call === 'create ConfigMap/b' ? 'OBJECT_REJECTED' : null);
    await publish(one);
    const again = async () => {
      for (let pause = 0; pause < 20; pause += 1) {
        clock.move(60_000);
        await look();
      }
    };
    await again();
    const first = said();
    expect(first.filter((line) => line.startsWith('could not apply'))).toHaveLength(1);
    expect(first.filter((line) => line.startsWith('an application is degraded'))).toHaveLength(1);
    kube.fault = () => null;
    await again();
    expect(said()).toEqual(['an application is healthy | default/one | Ready:2/2']);
  });
});
