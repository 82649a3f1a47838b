import { describe, expect, it } from 'vitest';
import { nextMessage, type Told } from '../../../../agent/report/next.ts';
import { reportLimitOf } from '../../../../shared/model/limits.ts';
import { formats } from '../../../../shared/wire/formats.ts';
import type { AgentReport, ReportApp } from '../../../../shared/wire/report.ts';
import { bundleApp, published, reportOf, settledApp } from '../../../fixtures/hub/status.ts';

const bundle = published('prod', []);
const apps = (count: number, facts: Partial<ReportApp> = {}) =>
  Array.from({ length: count }, (_, n) => settledApp(bundleApp(`app-${n}`), facts));
const report = (facts: Partial<AgentReport> = {}): AgentReport => ({
  ...reportOf(bundle, apps(2)),
  ...{ format: 2, sequence: 6 },
  ...facts,
});
const base: Told = { report: report({ sequence: 5 }), isBase: true };
const unwell = report({ apps: [...apps(1), settledApp(bundleApp('app-1'), { health: 'Degraded' })] });
const long = apps(700, { message: 'm'.repeat(2_000) });

describe('what is sent next', () => {
  it.each<[string, Told | null, AgentReport, boolean, string | null]>([
    ['nothing was told', null, report(), false, 'whole'],
    ['nothing is another', base, report(), false, null],
    ['nothing is another, and the heartbeat is due', base, report(), true, 'heartbeat'],
    ['an application is another', base, unwell, false, 'change'],
    ['an application is another when the heartbeat is due', base, unwell, true, 'change'],
    ['the hub may not have what was told', { ...base, isBase: false }, unwell, false, 'whole'],
    ['the hub may not have what was told, and nothing is another', { ...base, isBase: false }, report(), false, null],
    ['the hub may not have it, and the heartbeat is due', { ...base, isBase: false }, report(), true, 'whole'],
    ['the hub reads format 1', base, { ...unwell, format: 1 }, false, 'whole'],
    ['the hub reads format 1, and the heartbeat is due', base, report({ format: 1 }), true, 'whole'],
    ['what changed is more than a message may have', base, report({ apps: long }), false, 'whole'],
  ])('when %s', (_, told, next, isDue, kind) => {
    expect(nextMessage(told, next, { isDue })?.message.kind ?? null).toBe(kind);
  });

  it('is a heartbeat on what the hub has, which is its base from then on', () => {
    const sent = nextMessage(base, report(), { isDue: true })!;
    const { channel, registration } = report();
    expect(sent.message).toEqual({
      kind: 'heartbeat',
      heartbeat: { format: 2, channel, registration, sequence: 6, base: 5 },
    });
    expect(sent.makes).toMatchObject({ report: { sequence: 6 }, isBase: true });
    expect(nextMessage(sent.makes, { ...unwell, sequence: 7 }, { isDue: false })!.message).toMatchObject({
      change: { base: 6 },
    });
  });

  it.each([
    ['all of it', 2, apps(2), true],
    ['all of it, in format 1', 1, apps(2), false],
    ['a report that was cut', 2, long, false],
  ])('may build on %s or not', (_, format, of, isBase) => {
    expect(nextMessage(null, report({ format, apps: of }), { isDue: false })!.makes.isBase).toBe(isBase);
  });

  it('says nothing more of a report that was cut while nothing is another', () => {
    const { makes } = nextMessage(null, report({ apps: long }), { isDue: false })!;
    expect(nextMessage(makes, report({ apps: long, sequence: 7 }), { isDue: false })).toBeNull();
  });

  it('holds a thousand applications that are well or not, uncut', () => {
    const problem = {
      id: 'apps/Deployment/default/web',
      code: 'UNHEALTHY',
      message: 'x'.repeat(200),
      health: 'InProgress',
    } as const;
    const large = report({ apps: apps(1_000, { health: 'Degraded', message: 'm'.repeat(200), problems: [problem] }) });
    const { message, makes } = nextMessage(null, large, { isDue: false })!;
    expect(message).toEqual({ kind: 'whole', report: large });
    expect(makes.isBase).toBe(true);
    expect(formats.report.encode(large).byteLength).toBeLessThanOrEqual(reportLimitOf(2));
  });
});
