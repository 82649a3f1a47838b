import { describe, expect, it } from 'vitest';
import type { CueEngine, CueOutcome } from '../../../../hub/cue/engine.ts';
import { createHealthJudge, type JudgedUnit } from '../../../../hub/health/judge.ts';
import type { Reports } from '../../../../hub/model/reports.ts';
import type { ReportApp } from '../../../../shared/wire/report.ts';

const id = 'example.com/Cache/shop/a';
const unit = (digest: `sha256:${string}`, cluster = 'eu'): JudgedUnit => ({
  ...{ app: 'shop/web', cluster, digest, digests: new Map([[id, digest]]) },
  checks: [
    {
      ...{ component: 'web', subject: 'ComponentDefinition/cache', parameter: {}, context: {} },
      status: { healthPolicy: 'isHealth: context.output.status.ready' },
      objects: [{ name: null, id, fields: ['/status/ready'] }],
    },
  ],
});

/** A judge of which the cluster says whether its object is ready; an evaluation answers the same. */
function scene() {
  const stop = new AbortController();
  let now = 1_000;
  let evaluations = 0;
  let changes = 0;
  const turned: string[] = [];
  const saying = new Map<string, { readonly ready: boolean; readonly digest: `sha256:${string}` }>();
  const reports = (): Reports =>
    new Map(
      [...saying].map(([cluster, { ready, digest }]) => {
        const observations = [{ id, uid: 'u', generation: 1, digest, values: { '/status/ready': ready } }];
        const app = { namespace: 'shop', name: 'web', observations } as unknown as ReportApp;
        return [cluster, { report: { apps: [app] }, receivedAt: now, since: { 'shop/web': 100 } }] as never;
      }),
    );
  const evaluate: CueEngine['evaluate'] = (programs) => {
    evaluations += programs.length;
    const outcomes = programs.map(({ context }): CueOutcome => {
      const { output } = context as { output: { status: { ready: boolean } } };
      return { ok: true, value: { errs: output.status.ready } };
    });
    return Promise.resolve(outcomes);
  };
  const judge = createHealthJudge({
    cue: { forApplication: () => ({ evaluate }) },
    clock: { now: () => now },
    reports,
    changed: () => (changes += 1),
    turned: ({ cluster }) => void turned.push(cluster),
    signal: stop.signal,
  });
  return {
    judge,
    turned,
    says: (cluster: string, ready: boolean, digest: `sha256:${string}` = 'sha256:a') =>
      void saying.set(cluster, { ready, digest }),
    later: (ms: number) => void (now += ms),
    counts: () => ({ evaluations, changes }),
    verdict: (digest: `sha256:${string}` = 'sha256:a', cluster = 'eu') => judge.verdict('shop/web', cluster, digest),
  };
}

describe('the judge of health', () => {
  it('judges what is published once it is reported, and again when that changes', async () => {
    const { judge, says, verdict } = scene();
    judge.expect([unit('sha256:a')]);
    await judge.idle();
    expect(verdict()?.checked[0]?.health).toBe('unknown');
    says('eu', true);
    judge.heard('eu');
    await judge.idle();
    expect(verdict()?.checked[0]?.health).toBe('healthy');
    says('eu', false);
    judge.heard('eu');
    await judge.idle();
    expect(verdict()?.checked[0]?.health).toBe('unhealthy');
    expect(verdict('sha256:b')).toBeUndefined();
  });

  it('costs what changed: the same again evaluates nothing, and raises nothing', async () => {
    const { judge, says, counts } = scene();
    says('eu', true);
    says('us', true);
    judge.expect([unit('sha256:a'), unit('sha256:a', 'us')]);
    await judge.idle();
    expect(counts()).toEqual({ evaluations: 2, changes: 2 });
    judge.expect([unit('sha256:a'), unit('sha256:a', 'us')]);
    judge.heard('eu');
    judge.heard('other');
    await judge.idle();
    expect(counts()).toEqual({ evaluations: 2, changes: 2 });
    says('us', false);
    judge.heard('us');
    await judge.idle();
    expect(counts()).toEqual({ evaluations: 3, changes: 3 });
  });

  it('knows since when one says no: from the change on, and of a hub that starts anew as the agent has said it', async () => {
    const anew = scene();
    anew.says('eu', false);
    anew.judge.expect([unit('sha256:a')]);
    await anew.judge.idle();
    expect(anew.verdict()?.unhealthySince).toBe(100);
    const running = scene();
    running.says('eu', true);
    running.judge.expect([unit('sha256:a')]);
    await running.judge.idle();
    expect(running.verdict()?.unhealthySince).toBeNull();
    running.later(500);
    running.says('eu', false);
    running.judge.heard('eu');
    await running.judge.idle();
    expect(running.verdict()?.unhealthySince).toBe(1_500);
  });

  it('begins anew with another content, and forgets what is published no more', async () => {
    const { judge, says, later, verdict } = scene();
    says('eu', false);
    judge.expect([unit('sha256:a')]);
    await judge.idle();
    later(5_000);
    judge.expect([unit('sha256:b')]);
    says('eu', false, 'sha256:b');
    judge.heard('eu');
    await judge.idle();
    expect([verdict()?.digest, verdict('sha256:b')?.unhealthySince]).toEqual([undefined, 6_000]);
    judge.expect([]);
    await judge.idle();
    expect(verdict('sha256:b')).toBeUndefined();
  });

  it('lets nothing go on before there is a verdict: of what is observed, not even at a start', async () => {
    const { judge, says, turned } = scene();
    const asked = (observe?: []) => judge.judged('shop/web', 'eu', { digest: 'sha256:a', observe });
    expect([asked(), asked([])]).toEqual([undefined, 'awaited']);
    says('eu', true);
    judge.expect([unit('sha256:a')]);
    expect([asked(), turned]).toEqual(['awaited', []]);
    await judge.idle();
    expect([asked(), turned]).toMatchObject([{ digest: 'sha256:a' }, ['eu']]);
    // Of a content that is not published as it was rendered, the texts are not at hand.
    expect(judge.judged('shop/web', 'eu', { digest: 'sha256:b', observe: [] })).toBeUndefined();
  });

  it('tells of which applications nothing is said: at a start that is not known of any', () => {
    const { judge } = scene();
    const silent = () => ['shop/web', 'shop/other'].map((app) => judge.judged.saysNothing?.(app));
    expect(silent()).toEqual([false, false]);
    judge.expect([unit('sha256:a')]);
    expect(silent()).toEqual([false, true]);
    judge.expect([]);
    expect(silent()).toEqual([true, true]);
  });

  it('turns where its word is another one, and knows since when', async () => {
    const { judge, says, later, turned, verdict } = scene();
    const heard = async (ready: boolean) => {
      says('eu', ready);
      judge.heard('eu');
      await judge.idle();
      return [verdict()?.since, turned.length];
    };
    judge.expect([unit('sha256:a')]);
    await judge.idle();
    expect([verdict()?.since, turned.length]).toEqual([null, 1]);
    later(500);
    expect(await heard(true)).toEqual([1_500, 2]);
    later(500);
    expect(await heard(true)).toEqual([1_500, 2]);
    expect(await heard(false)).toEqual([2_000, 3]);
  });
});
