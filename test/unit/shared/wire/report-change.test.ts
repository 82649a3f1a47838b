import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { by } from '../../../../shared/lib/order.ts';
import { appKey } from '../../../../shared/wire/bundle.ts';
import { formats } from '../../../../shared/wire/formats.ts';
import type { AgentReport, ReportApp } from '../../../../shared/wire/report.ts';
import { changeOf, withChange } from '../../../../shared/wire/report-change.ts';
import { documents } from './arbitraries.ts';

const digest = `sha256:${'0'.repeat(64)}` as const;
const app = (name: string, change: Partial<ReportApp> = {}): ReportApp => ({
  ...{ namespace: 'default', name, desired: digest, applied: digest, phase: 'settled', health: 'Healthy', message: '' },
  ...{ revisions: [], traffic: [], objects: { total: 1, current: 1 }, problems: [] },
  ...change,
});
const base: AgentReport = {
  ...{ format: 2, channel: 'c', registration: 'r', cluster: 'prod', sequence: 5, issuedAt: '2026-01-01T00:00:00.000Z' },
  agent: { version: '1', kubernetes: 'v1.36.3', capabilities: [], clusterUid: 'uid' },
  accepted: null,
  settled: true,
  conditions: [{ type: 'Ready', status: 'True', reason: 'Settled', message: '', since: '2026-01-01T00:00:00.000Z' }],
  apps: [app('a'), app('b', { target: 'eu' }), app('b')],
  retired: { settled: [], survivors: [], unexplained: [] },
};
const next = (change: Partial<AgentReport>): AgentReport => ({ ...base, sequence: 6, ...change });
const [ready] = base.conditions;

describe('a change of a report', () => {
  it('makes the very report that it was made for, through its bytes', () => {
    const distinct = (report: AgentReport): AgentReport => ({
      ...report,
      apps: [...new Map(report.apps.map((one) => [appKey(one), one])).values()],
    });
    const reports = documents.report(2).map(distinct);
    fc.assert(
      fc.property(reports, reports, (before, after) => {
        const wanted = { ...after, registration: before.registration, cluster: before.cluster };
        const change = changeOf(before, wanted);
        const made =
          change === null
            ? before
            : withChange(before, formats.reportChange.decode(formats.reportChange.encode(change)));
        const facts = ({ apps, conditions, agent, accepted, settled, retired }: AgentReport) => ({
          ...{ agent, accepted, settled, retired },
          conditions: conditions.map((one) => ({ ...one, since: undefined })),
          apps: apps.map((one) => ({ ...one, healthyForSeconds: undefined })).sort(by(appKey)),
        });
        expect(facts(made)).toEqual(facts(wanted));
      }),
    );
  });

  it.each<[string, Partial<AgentReport>]>([
    ['its number and time', { issuedAt: '2026-01-02T00:00:00.000Z' }],
    ['the times of its conditions', { conditions: [{ ...ready!, since: '2026-01-02T00:00:00.000Z' }] }],
    ['how long an application is healthy', { apps: [app('a', { healthyForSeconds: 9 }), ...base.apps.slice(1)] }],
    ['the order of its applications', { apps: [...base.apps].reverse() }],
  ])('is none where another report differs in %s alone', (_, change) => {
    expect(changeOf(base, next(change))).toBeNull();
  });

  it.each<[string, Partial<AgentReport>, string[], string[], string[]]>([
    [
      'an application',
      { apps: [app('a'), app('b', { health: 'Degraded' }), app('b', { target: 'eu' })] },
      ['default/b'],
      [],
      [],
    ],
    ['an application that is new', { apps: [...base.apps, app('c')] }, ['default/c'], [], []],
    ['an application that is gone', { apps: [app('a'), app('b')] }, [], ['default/b@eu'], []],
    ['the version of Kubernetes', { agent: { ...base.agent, kubernetes: 'v1.37.0' } }, [], [], ['agent']],
    ['a condition', { conditions: [] }, [], [], ['conditions']],
    [
      'what was accepted, back to nothing',
      { accepted: { epoch: 1, generation: 1, revisionDigest: digest } },
      [],
      [],
      ['accepted'],
    ],
    [
      'what is left of what was retired',
      { retired: { ...base.retired, survivors: ['/Secret/a/b'] } },
      [],
      [],
      ['retired'],
    ],
    ['the envelope', { envelope: { payload: 'x', signatures: 'y' } }, [], [], ['envelope']],
  ])('has only what is another: %s', (_, change, apps, gone, members) => {
    const {
      apps: changed,
      gone: left,
      format,
      channel,
      registration,
      cluster,
      sequence,
      issuedAt,
      base: from,
      ...others
    } = changeOf(base, next(change))!;
    expect([format, channel, registration, cluster, sequence, issuedAt, from]).toEqual([
      2,
      'c',
      'r',
      'prod',
      6,
      base.issuedAt,
      5,
    ]);
    expect([changed.map(appKey), left, Object.keys(others)]).toEqual([apps, gone, members]);
  });

  it('takes out what is gone, and leaves the others in their order', () => {
    const made = withChange(base, changeOf(base, next({ apps: [base.apps[0]!, base.apps[2]!] }))!);
    expect(made.apps).toEqual([base.apps[0], base.apps[2]]);
  });

  it('leaves applications that it does not name as the very values of its base', () => {
    const made = withChange(base, changeOf(base, next({ apps: [app('a', { message: 'x' }), ...base.apps.slice(1)] }))!);
    expect(made.apps.map((one, at) => one === base.apps[at])).toEqual([false, true, true]);
    expect(withChange(base, changeOf(base, next({ settled: false }))!).apps).toBe(base.apps);
  });

  it('keeps the envelope for as long as it is the one of what was accepted', () => {
    const shown = { ...base, envelope: { payload: 'x', signatures: 'y' } };
    expect(withChange(shown, changeOf(shown, next({ settled: false }))!).envelope).toEqual(shown.envelope);
    const moved = changeOf(shown, next({ accepted: { epoch: 1, generation: 2, revisionDigest: digest } }))!;
    expect(withChange(shown, moved).envelope).toBeUndefined();
  });
});
