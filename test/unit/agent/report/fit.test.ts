import { describe, expect, it } from 'vitest';
import { buildReport } from '../../../../agent/report/build.ts';
import { fitted } from '../../../../agent/report/fit.ts';
import type { AppHealth } from '../../../../shared/model/health.ts';
import { reportLimitOf } from '../../../../shared/model/limits.ts';
import type { ObjectId } from '../../../../shared/model/object.ts';
import { formats } from '../../../../shared/wire/formats.ts';
import type { AgentReport, ObjectProblem, ReportApp } from '../../../../shared/wire/report.ts';
import { reportInput } from '../../../fixtures/agent/report.ts';

const bare: AgentReport = { ...buildReport(reportInput()), format: 1, settled: true };
const ids = (count: number) =>
  Array.from({ length: count }, (_, n): ObjectId => `/ConfigMap/default/${'x'.repeat(60)}-${n}`);
const problems = (count: number): ObjectProblem[] =>
  ids(count).map((id) => ({ id, code: 'UNHEALTHY', message: 'not there', health: 'NotFound' }));

/** An application with one object. */
function app(n: number, change: Partial<ReportApp> = {}): ReportApp {
  const digest = `sha256:${'0'.repeat(64)}` as const;
  return {
    namespace: 'default',
    name: `app-${n}`,
    desired: digest,
    applied: digest,
    phase: 'settled',
    health: 'Healthy',
    message: 'Ready:1/1',
    revisions: [],
    traffic: [],
    objects: { total: 1, current: 1 },
    problems: [],
    observedAt: bare.issuedAt,
    ...change,
  };
}

const apps = (count: number, change: (n: number) => Partial<ReportApp> = () => ({})) =>
  Array.from({ length: count }, (_, n) => app(n, change(n)));
const sizeOf = (report: AgentReport) => formats.report.encode(report).byteLength;
const readyOf = ({ conditions }: AgentReport) => conditions.find(({ type }) => type === 'Ready')?.message;

describe('a report that would be too large', () => {
  it.each<[rule: string, change: Partial<AgentReport>]>([
    ['ids that are gone', { retired: { ...bare.retired, settled: ids(5_000) } }],
    ['ids that survive', { retired: { ...bare.retired, survivors: ids(5_000) } }],
    ['ids that nothing explains', { retired: { ...bare.retired, unexplained: ids(5_000) } }],
    ['problems', { apps: apps(100, () => ({ problems: problems(50) })) }],
    ['long messages', { apps: apps(300, () => ({ message: 'm'.repeat(2_000) })) }],
    ['characters of several bytes', { apps: apps(200, () => ({ message: '語'.repeat(2_000) })) }],
    ['applications', { apps: apps(2_000) }],
    [
      'applications with many revisions',
      { apps: apps(400, () => ({ revisions: apps(20).map(({ name }) => ({ name, ready: 1, desired: 1 })) })) },
    ],
  ])('fits, although it has many %s', (_, change) => {
    const report = { ...bare, ...change };
    expect(sizeOf(report)).toBeGreaterThan(reportLimitOf(1));
    expect(sizeOf(fitted(report))).toBeLessThanOrEqual(reportLimitOf(1));
  });

  it('is what it is where it fits', () => {
    const report = { ...bare, apps: apps(300), retired: { ...bare.retired, survivors: ids(600) } };
    expect(fitted(report)).toBe(report);
  });

  it('leaves out first what is asked of objects, and says of each that it does', () => {
    const seen = { id: ids(1)[0]!, uid: 'u', generation: 1, values: { '/status/text': 'v'.repeat(4_000) } };
    const cut = fitted({ ...bare, format: 2, apps: apps(400, () => ({ observations: [seen] })) });
    expect(cut.apps).toHaveLength(400);
    expect(cut.apps.filter(({ observations }) => observations !== undefined)).toEqual([]);
    expect(cut.apps[7]!.problems).toMatchObject([{ id: seen.id, code: 'UNAVAILABLE', health: 'Current' }]);
  });

  it('has every application for as long as shorter lists are enough', () => {
    const report = { ...bare, apps: apps(300, () => ({ problems: problems(50) })) };
    const cut = fitted(report);
    expect(cut.apps.map(({ name }) => name)).toEqual(report.apps.map(({ name }) => name));
    expect(cut.apps[0]!.problems.length).toBeGreaterThan(0);
    expect(readyOf(cut)).toBe(readyOf(report));
  });

  it('leaves applications out that are well, in their order, and says so', () => {
    const health = (n: number): AppHealth => (n % 100 === 7 ? 'Degraded' : n % 100 === 8 ? 'Progressing' : 'Healthy');
    const cut = fitted({ ...bare, apps: apps(1_000, (n) => ({ health: health(n) })) });
    const count = cut.apps.length;
    expect(count).toBeGreaterThan(300);
    expect(cut.apps.filter((one) => one.health !== 'Healthy')).toHaveLength(20);
    const numbers = cut.apps.map(({ name }) => Number(name.slice('app-'.length)));
    expect(numbers).toEqual([...numbers].sort((a, b) => a - b));
    expect(readyOf(cut)).toBe(`${count} of 1000 applications are in this report, the worst: there is no room for more`);
  });

  it.each<[rule: string, retired: Partial<AgentReport['retired']>, isSettled: boolean]>([
    ['survivors are left out: the hub would take them for gone', { survivors: ids(5_000) }, false],
    ['all survivors are there', { survivors: ids(10), settled: ids(5_000) }, true],
    ['a cluster leaves, and keeps a great deal', { unexplained: ids(5_000) }, true],
  ])('is settled or not where %s', (_, retired, isSettled) => {
    expect(fitted({ ...bare, retired: { ...bare.retired, ...retired } }).settled).toBe(isSettled);
    expect(fitted({ ...bare, settled: false, retired: { ...bare.retired, ...retired } }).settled).toBe(false);
  });
});
