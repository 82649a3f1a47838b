import { describe, expect, it } from 'vitest';
import { nextRetry } from '../../../agent/apply/faults.ts';
import { runAgent } from '../../../agent/run/loop.ts';
import { pass } from '../../../agent/pass.ts';
import type { Agent } from '../../../agent/agent.ts';
import { systemClock } from '../../../shared/adapters/clock.ts';
import type { Clock } from '../../../shared/ports/clock.ts';
import { fakeChannel, handAgent, manualClock, reportSink, testDeps, pullNext } from '../../fakes/agent.ts';
import { configMap, exampleApp, plainApp, retiredBetween, testBundle } from '../../fixtures/agent/apps.ts';
import { fakeKube } from '../../fakes/kube.ts';
import { allReady, stepControllers } from '../../fakes/workloads.ts';

/** A clock that goes on by a millisecond whenever it is looked at, so that time runs out at every point of a pass. */
function tickingClock() {
  const clock = manualClock();
  return {
    ...clock,
    monotonic: () => {
      clock.move(1);
      return clock.monotonic();
    },
  };
}

/** Runs passes as the loop does: at once after a write or a change in the cluster, at the deadline, else never again. */
async function runDry(agent: Agent, kube: ReturnType<typeof fakeKube>, clock: ReturnType<typeof manualClock>) {
  pullNext(agent);
  for (let round = 0; round < 200; round += 1) {
    const outcome = await pass(agent);
    const didMove = stepControllers(kube, allReady);
    if (outcome.didWrite || didMove) continue;
    const times = [outcome.deadline, nextRetry(agent.memory.faults, outcome.at)].filter((time) => time !== null);
    if (times.length === 0) return outcome;
    clock.move(Math.max(0, Math.min(...times) - clock.monotonic()));
  }
  throw new Error('it never comes to rest');
}

describe('the moment of a pass', () => {
  it('is one for all that it decides, so that no time runs out unseen between two looks', async () => {
    for (let settleMs = 1; settleMs <= 30; settleMs += 1) {
      const kube = fakeKube();
      const channel = fakeChannel();
      const clock = tickingClock();
      const deps = testDeps(kube, channel, clock);
      const agent = handAgent({ ...deps, settings: { ...deps.settings, settleMs } });
      const one = exampleApp([{ n: 1, replicas: 2, weight: 100 }]);
      const both = exampleApp([
        { n: 1, replicas: 1, weight: 50 },
        { n: 2, replicas: 1, weight: 50 },
      ]);
      channel.publish(testBundle({ generation: 1, apps: [one] }));
      await runDry(agent, kube, clock);
      channel.publish(testBundle({ generation: 2, apps: [both], retired: retiredBetween([one], [both]) }));
      const outcome = await runDry(agent, kube, clock);
      expect({ settleMs, phases: outcome.apps.map(({ plan }) => plan?.phase) }).toEqual({
        settleMs,
        phases: ['settled'],
      });
      agent.close();
    }
  });

  it('leaves no failed object untried whose backoff ran out in the middle of it', async () => {
    for (let early = 0; early < 10; early += 1) {
      const kube = fakeKube();
      const channel = fakeChannel();
      const clock = tickingClock();
      const agent = handAgent(testDeps(kube, channel, clock));
      channel.publish(testBundle({ generation: 1, apps: [plainApp('one', [configMap('a')])] }));
      kube.fault = (call) => (call.endsWith(' ConfigMap/a') ? 'UNAVAILABLE' : null);
      pullNext(agent);
      await pass(agent);
      kube.fault = () => null;
      // Something else starts a pass just before the object may be tried again.
      const [fault] = agent.memory.faults.faults.values();
      clock.move(fault!.until - early - clock.monotonic());
      const outcome = await runDry(agent, kube, clock);
      expect({ early, isSettled: outcome.isSettled }).toEqual({ early, isSettled: true });
      agent.close();
    }
  });

  it('does not come again and again once the end of a hold is over', async () => {
    const kube = fakeKube();
    kube.put_({
      ...configMap('sluice-site', '', 'sluice-system'),
      data: { hold: 'until 2020-01-01 old' },
    });
    const waits: number[] = [];
    const after: Clock['after'] = (ms, run) => {
      waits.push(ms);
      return systemClock.after(ms, run);
    };
    const { reports, deliver } = reportSink();
    const stop = new AbortController();
    const running = runAgent(testDeps(kube, fakeChannel(), { ...systemClock, after }, { deliver }), stop.signal);
    while (reports.length === 0 || (!waits.some((ms) => ms > 1_000) && waits.length < 30))
      await new Promise((resolve) => setImmediate(resolve));
    expect(waits.some((ms) => ms > 1_000)).toBe(true);
    stop.abort();
    await running;
  });
});
