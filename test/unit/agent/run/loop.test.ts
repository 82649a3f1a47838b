import { describe, expect, it } from 'vitest';
import { runAgent } from '../../../../agent/run/loop.ts';
import { SluiceError } from '../../../../shared/errors.ts';
import { systemClock } from '../../../../shared/adapters/clock.ts';
import { fakeChannel, manualClock, reportSink, steppedAgent, testDeps } from '../../../fakes/agent.ts';
import { configMap, plainApp, testBundle } from '../../../fixtures/agent/apps.ts';
import { noon } from '../../../fixtures/agent/bundle.ts';
import { fakeKube } from '../../../fakes/kube.ts';

const far = noon + 100 * 365 * 24 * 3_600_000;

/** Resolves once this is so; looked at whenever the loop gives way. */
async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise((resolve) => setImmediate(resolve));
}

describe('the loop', () => {
  it('works until it is told to stop, says a last word, and gives the lease back', async () => {
    const kube = fakeKube();
    const channel = fakeChannel();
    const { reports, deliver } = reportSink();
    const stop = new AbortController();
    const running = runAgent(testDeps(kube, channel, systemClock, { deliver }), stop.signal);
    await until(() => kube.counters().watches > 0);
    channel.publish(testBundle({ generation: 1, apps: [plainApp('one', [configMap('a')])], freshUntil: far }));
    await until(() => reports.at(-1)?.settled === true);
    expect(kube.read('/ConfigMap/default/a')).toBeDefined();
    kube.remove('/ConfigMap/default/a');
    await until(() => kube.read('/ConfigMap/default/a') !== undefined);
    stop.abort();
    await running;
    const lease = kube.read('coordination.k8s.io/Lease/sluice-system/sluice-agent');
    expect((lease?.['spec'] as { holderIdentity: string }).holderIdentity).toBe('');
    expect(reports.map((report) => report.sequence)).toEqual(
      reports.map((report) => report.sequence).toSorted((a, b) => a - b),
    );
    expect(kube.counters().watches).toBe(0);
  });

  it('says that its bundle is from the future for as long as it is', async () => {
    const [clock, channel] = [manualClock(), fakeChannel()];
    const { reports, deliver } = reportSink();
    const made = testBundle({ generation: 1, apps: [plainApp('one', [configMap('a')])], freshUntil: far });
    const issuedAt = new Date(noon + 3_600_000 + 60_000).toISOString();
    channel.publish({ ...made, revision: { ...made.revision, issuedAt } });
    const agent = steppedAgent(testDeps(fakeKube(), channel, clock, { deliver }), clock);
    const says = () => reports.at(-1)?.conditions.some(({ type }) => type === 'ClockSkew');
    // Smaller than what the Lease lives.
    const move = async (seconds: number) => {
      for (let left = seconds; left > 0; left -= 2) await agent.move(2_000);
    };
    await move(30);
    expect(says()).toBe(true);
    await move(150);
    expect(says()).toBe(false);
    await agent.stop();
  });

  it('never says an older word after a newer one, when the first report was held up', async () => {
    const kube = fakeKube();
    const channel = fakeChannel();
    const { reports, deliver } = reportSink();
    const stop = new AbortController();
    let letGo: (() => void) | null = null;
    const version = (signal: AbortSignal): Promise<string> => {
      if (letGo !== null) return kube.version(signal);
      return new Promise((resolve) => (letGo = () => resolve('v1.36.3')));
    };
    const running = runAgent(testDeps({ ...kube, version }, channel, systemClock, { deliver }), stop.signal);
    await until(() => letGo !== null);
    channel.publish(testBundle({ generation: 1, apps: [plainApp('one', [configMap('a')])], freshUntil: far }));
    // The cluster is asked once: all that is to be said meanwhile waits for its answer.
    await until(() => kube.read('/ConfigMap/default/a') !== undefined);
    letGo!();
    await until(() => reports.at(-1)?.settled === true);
    for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
    expect(reports.at(-1)).toMatchObject({ settled: true, accepted: { generation: 1 } });
    const first = reports.findIndex(({ settled }) => settled);
    expect(reports.slice(first).map(({ settled }) => settled)).not.toContain(false);
    stop.abort();
    await running;
  });

  it('stops in the middle of an install with a state that the next agent resumes', async () => {
    const kube = fakeKube();
    const channel = fakeChannel();
    const stop = new AbortController();
    const maps = Array.from({ length: 30 }, (_, n) => configMap(`m${n}`));
    channel.publish(testBundle({ generation: 1, apps: [plainApp('many', maps)], freshUntil: far }));
    const onStep = (step: string) => {
      if (step === 'after create ConfigMap') stop.abort();
    };
    await runAgent(testDeps(kube, channel, systemClock, { onStep }), stop.signal);
    const made = () =>
      maps.filter(({ metadata }) => kube.read(`/ConfigMap/default/${metadata.name}`) !== undefined).length;
    expect(made()).toBeGreaterThan(0);
    expect(made()).toBeLessThan(30);
    const next = new AbortController();
    const { reports, deliver } = reportSink();
    const running = runAgent(testDeps(kube, channel, systemClock, { deliver }), next.signal);
    await until(() => reports.at(-1)?.settled === true);
    expect(made()).toBe(30);
    next.abort();
    await running;
  });

  it('ends in time although a write hangs, and says so until then', async () => {
    const kube = fakeKube();
    const channel = fakeChannel();
    const { reports, deliver } = reportSink();
    const stop = new AbortController();
    let hanging = 0;
    const create: typeof kube.create = (resource, object, options) => {
      if (!object.metadata.name.startsWith('hung')) return kube.create(resource, object, options);
      hanging += 1;
      return new Promise((_, reject) => {
        options.signal.addEventListener('abort', () => reject(new SluiceError('ABORTED', 'cut')));
      });
    };
    const apps = [plainApp('well', [configMap('a')]), plainApp('stuck', [configMap('hung')])];
    channel.publish(testBundle({ generation: 1, apps, freshUntil: far }));
    const deps = testDeps({ ...kube, create }, channel, systemClock, { deliver });
    const running = runAgent({ ...deps, settings: { ...deps.settings, stopMs: 20 } }, stop.signal);
    await until(() => hanging > 0 && kube.read('/ConfigMap/default/a') !== undefined);
    stop.abort();
    await running;
    expect(hanging).toBe(1);
    expect(reports.at(-1)?.settled).not.toBe(true);
    expect(kube.counters().watches).toBe(0);
  });
});
