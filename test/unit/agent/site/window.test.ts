import { describe, expect, it } from 'vitest';
import { parseSite } from '../../../../agent/site/site.ts';
import { cronFields } from '../../../../shared/adapters/schedule.ts';
import {
  fakeChannel,
  handAgent,
  lateClock,
  manualClock,
  reportSink,
  settle,
  testDeps,
  setSite,
  steppedAgent,
} from '../../../fakes/agent.ts';
import { configMap, plainApp, retiredBetween, testBundle } from '../../../fixtures/agent/apps.ts';
import { fakeKube, type FakeKube } from '../../../fakes/kube.ts';

const hour = 3_600_000;
const window = '{ cron: "0 2 * * *", duration: 1h, timezone: Europe/Berlin }';
const opens = Date.parse('2026-06-10T00:00:00Z');
const [aId, bId] = ['/ConfigMap/default/a', '/ConfigMap/default/b'];
const first = plainApp('one', [configMap('a'), configMap('b')]);
const second = plainApp('one', [configMap('a', 'new')]);
const freshUntil = opens + 1_000 * hour;

const valueOf = (kube: FakeKube, id: string): unknown =>
  (kube.read(id)?.['data'] as { value: string } | undefined)?.value;

describe('the window of a site', () => {
  it('holds changes and deletions while it is closed, with the time of its opening, and lets them go on while it is open', async () => {
    const kube = fakeKube();
    const channel = fakeChannel();
    const clock = manualClock(opens + 30 * 60_000);
    const agent = handAgent(testDeps(kube, channel, clock));
    setSite(agent, parseSite({ window }, cronFields));
    channel.publish(testBundle({ generation: 1, apps: [first], freshUntil }));
    expect((await settle(agent, kube, { clock })).isSettled).toBe(true);

    clock.move(hour);
    const retired = retiredBetween([first], [second]);
    channel.publish(testBundle({ generation: 2, apps: [second], retired, freshUntil }));
    const held = await settle(agent, kube, { clock });
    expect(held.mode.hold).toBe(
      'held by the site until 2026-06-11T00:00:00Z: outside its window ("0 2 * * *", 1h, Europe/Berlin)',
    );
    expect([valueOf(kube, aId), valueOf(kube, bId)]).toEqual(['a', 'a']);

    clock.move(23 * hour);
    expect((await settle(agent, kube, { clock })).isSettled).toBe(true);
    expect([valueOf(kube, aId), valueOf(kube, bId)]).toEqual(['new', undefined]);
  });

  it('wakes the agent when it opens', async () => {
    const kube = fakeKube();
    kube.put_({ ...configMap('sluice-site', '', 'sluice-system'), data: { window } });
    const channel = fakeChannel();
    const { reports, deliver } = reportSink();
    const clock = manualClock(opens - 5_000);
    channel.publish(testBundle({ generation: 1, apps: [first], freshUntil }));
    const agent = steppedAgent(testDeps(kube, channel, clock, { deliver }), clock);
    const said = () =>
      reports.flatMap(({ conditions }) => conditions.find(({ type }) => type === 'Held')?.message ?? []);
    for (let second = 0; second < 4; second += 1) await agent.move(1_000);
    expect(said()[0]).toMatch(/^held by the site until 2026-06-10T00:00:00Z: outside its window/);
    expect(valueOf(kube, aId)).toBeUndefined();
    for (let second = 0; second < 4; second += 1) await agent.move(1_000);
    expect([reports.at(-1)?.settled, valueOf(kube, aId)]).toEqual([true, 'a']);
    await agent.stop();
  });

  it('wakes the agent also where it opens between two readings of the clock', async () => {
    for (let late = 1; late <= 80; late += 1) expect([late, await appliedAfter(late)]).toEqual([late, true]);
  });
});

/** Whether an agent applies soon after the opening, by a clock on which the window opens just before its `late`-th reading. */
async function appliedAfter(late: number): Promise<boolean> {
  const kube = fakeKube();
  kube.put_({ ...configMap('sluice-site', '', 'sluice-system'), data: { window } });
  const channel = fakeChannel();
  channel.publish(testBundle({ generation: 1, apps: [first], freshUntil }));
  const clock = manualClock(opens - 500);
  const agent = steppedAgent(testDeps(kube, channel, lateClock(clock, late, 500)), clock);
  for (let second = 0; second < 20 && valueOf(kube, aId) === undefined; second += 1) await agent.move(1_000);
  await agent.stop();
  return valueOf(kube, aId) === 'a';
}
