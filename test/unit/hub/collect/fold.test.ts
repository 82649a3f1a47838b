import { describe, expect, it } from 'vitest';
import { folded, whatDiffers } from '../../../../hub/collect/fold.ts';
import type { ReceivedReport } from '../../../../hub/model/reports.ts';
import { reportLimitOf } from '../../../../shared/model/limits.ts';
import type { AgentReport, ReportMessage } from '../../../../shared/wire/report.ts';
import { changeOf } from '../../../../shared/wire/report-change.ts';
import { bundleApp, now, published, reportOf, settledApp } from '../../../fixtures/hub/status.ts';

const [web, shop] = [settledApp(bundleApp('web')), settledApp(bundleApp('shop'))];
const report = (sequence: number, facts: Partial<AgentReport> = {}): AgentReport => ({
  ...reportOf(published('prod', []), [web, shop]),
  ...{ format: 2, sequence },
  ...facts,
});
const held: ReceivedReport = { report: report(5), receivedAt: now, signature: 'of 5' };
const whole = (sequence: number): ReportMessage => ({ kind: 'whole', report: report(sequence, { settled: false }) });
const change = (base: number, sequence: number): ReportMessage => ({
  kind: 'change',
  change: changeOf(report(base), report(sequence, { apps: [web, { ...shop, health: 'Degraded' }] }))!,
});
const heartbeat = (base: number, sequence: number): ReportMessage => {
  const { channel, registration } = held.report;
  return { kind: 'heartbeat', heartbeat: { format: 2, channel, registration, sequence, base } };
};

describe('what a message makes of the last report', () => {
  it.each<[string, ReceivedReport | undefined, ReportMessage, string | null, string]>([
    ['a whole, and nothing before', undefined, whole(1), 'a', 'taken'],
    ['a whole of a higher number', held, whole(6), 'a', 'taken'],
    ['a whole of a lower number', held, whole(4), 'a', 'replayed'],
    ['the very message again', held, whole(5), 'of 5', 'replayed'],
    ['another message of the same number', held, whole(5), 'another', 'lacking'],
    ['the same number in format 1, which has no signature', held, whole(5), null, 'replayed'],
    ['another change of the same number', held, change(4, 5), 'another', 'lacking'],
    ['another heartbeat of the same number', held, heartbeat(4, 5), 'another', 'lacking'],
    ['a change of what is here', held, change(5, 6), 'a', 'taken'],
    ['a change of something older', held, change(4, 6), 'a', 'lacking'],
    ['a change of something newer', held, change(6, 7), 'a', 'lacking'],
    ['a change, and nothing before', undefined, change(5, 6), 'a', 'lacking'],
    ['a change of a lower number', held, change(3, 4), 'a', 'replayed'],
    ['a heartbeat on what is here', held, heartbeat(5, 6), 'a', 'taken'],
    ['a heartbeat on something else', held, heartbeat(4, 6), 'a', 'lacking'],
    ['a heartbeat, and nothing before', undefined, heartbeat(5, 6), 'a', 'lacking'],
    ['a heartbeat of a lower number', held, heartbeat(3, 4), 'a', 'replayed'],
  ])('%s', (_, last, message, signature, outcome) => {
    const made = folded(last, { message, signature }, now);
    expect(typeof made === 'string' ? made : 'taken').toBe(outcome);
  });

  it('is after a heartbeat what it was, seen so much later as it came', () => {
    const made = folded(held, { message: heartbeat(5, 6), signature: 'a' }, now + 300_000) as AgentReport;
    const issuedAt = new Date(Date.parse(held.report.issuedAt) + 300_000).toISOString();
    expect(made).toEqual({ ...held.report, sequence: 6, issuedAt });
    expect(made.apps).toBe(held.report.apps);
  });

  it('is never earlier, where the clock of the hub went back', () => {
    const made = folded(held, { message: heartbeat(5, 6), signature: 'a' }, now - 300_000) as AgentReport;
    expect(made.issuedAt).toBe(held.report.issuedAt);
  });

  it('is after a change what it was but for that', () => {
    const made = folded(held, { message: change(5, 6), signature: 'a' }, now) as AgentReport;
    expect(made).toEqual(report(6, { apps: [web, { ...shop, health: 'Degraded' }] }));
    expect(made.apps[0]).toBe(held.report.apps[0]);
  });

  it('is refused where many changes make more than one report may have', () => {
    let last: ReceivedReport = held;
    let bytes = 0;
    for (let sequence = 6; ; sequence += 1) {
      const app = settledApp(bundleApp(`app-${sequence}`), { message: 'm'.repeat(100_000) });
      const next = { ...last.report, sequence, apps: [...last.report.apps, app] };
      const made = folded(
        last,
        { message: { kind: 'change', change: changeOf(last.report, next)! }, signature: 'a' },
        now,
      );
      bytes += 100_000;
      if (made === 'lacking') break;
      expect(bytes).toBeLessThan(reportLimitOf(2));
      last = { report: made as AgentReport, receivedAt: now };
    }
    expect(bytes).toBeGreaterThan(reportLimitOf(2) / 2);
  });
});

describe('what differs between two reports', () => {
  it('is everything of a first one', () => {
    expect(whatDiffers(null, held.report)).toEqual({ last: null, report: held.report });
  });

  it('leaves out applications that are the same values', () => {
    const made = folded(held, { message: change(5, 6), signature: 'a' }, now) as AgentReport;
    const { last, report: next } = whatDiffers(held.report, made);
    expect([last!.apps, next.apps.map(({ health }) => health)]).toEqual([[shop], ['Degraded']]);
  });
});
