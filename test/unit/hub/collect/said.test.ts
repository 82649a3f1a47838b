import { describe, expect, it } from 'vitest';
import { reportLines } from '../../../../hub/collect/said.ts';
import type { AgentReport, ReportApp, ReportCondition } from '../../../../shared/wire/report.ts';
import { bundleApp, published, reportOf, settledApp } from '../../../fixtures/hub/status.ts';

const web = bundleApp('web', {});
const app = (facts: Partial<ReportApp> = {}) => settledApp(web, facts);
const report = (apps: readonly ReportApp[], conditions: readonly ReportCondition[] = []): AgentReport => ({
  ...reportOf(published('prod', [web]), [...apps]),
  conditions: [...conditions],
});
const messages = (last: AgentReport | null, next: AgentReport) =>
  reportLines(last, next).map(({ level, message }) => `${level} ${message}`);
const degraded = app({ applied: null, phase: 'blocked', health: 'Degraded', message: 'Ready:0/1 no such image' });
const pods = app({ applied: null, phase: 'ready', health: 'Progressing', message: 'Ready:0/1 Pod/x: ErrImagePull' });
const waiting = app({ applied: null, phase: 'ready', health: 'Progressing' });

describe('what a hub logs of reports', () => {
  it.each<[string, AgentReport | null, AgentReport, readonly string[]]>([
    ['the first', null, report([app()]), ['info an application is healthy']],
    ['the same again', report([app()]), report([app({ message: 'Ready:2/2' })]), []],
    ['a wait', report([app()]), report([waiting]), ['info an application waits']],
    ['another phase', report([waiting]), report([{ ...waiting, phase: 'shift' }]), []],
    ['a fault', report([waiting]), report([degraded]), ['warn an application is degraded']],
    ['the reason of pods', report([waiting]), report([pods]), ['warn pods of an application do not start']],
    ['another of them', report([pods]), report([{ ...pods, message: 'Ready:0/1 Pod/x: ImagePullBackOff' }]), []],
    ['the same fault', report([degraded]), report([{ ...degraded, message: 'Ready:0/1 again' }]), []],
    ['the end of it', report([degraded]), report([app()]), ['info an application is healthy']],
    ['a removal', report([app()]), report([]), ['info an application was removed']],
  ])('%s', (_, last, next, expected) => {
    expect(messages(last, next)).toEqual(expected);
  });

  it('has the reason, with the cluster', () => {
    const [line] = reportLines(report([waiting]), report([degraded]));
    expect(line?.fields).toMatchObject({ application: 'default/web', cluster: 'prod', why: 'Ready:0/1 no such image' });
  });

  it('has the conditions of a site when they begin and when they end', () => {
    const since = '2026-06-01T12:00:00Z';
    const held: ReportCondition = { type: 'Held', status: 'True', reason: 'Site', message: 'audit', since };
    expect(messages(report([app()]), report([app()], [held]))).toEqual(['warn a cluster has a condition']);
    expect(messages(report([app()], [held]), report([app()], [{ ...held, message: 'other' }]))).toEqual([]);
    expect(messages(report([app()], [held]), report([app()]))).toEqual(['info a condition of a cluster ended']);
    const working: ReportCondition = { ...held, type: 'Ready', status: 'False', reason: 'Working' };
    expect(messages(report([app()]), report([app()], [working]))).toEqual([]);
    expect(messages(report([app()]), report([app()], [{ ...working, reason: 'AgentFault' }]))).toHaveLength(1);
  });
});
