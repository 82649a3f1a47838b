import { describe, expect, it } from 'vitest';
import { rememberHealthy, withHealthyTimes, type HealthyMemory } from '../../../../agent/report/healthy.ts';
import { nextMessage } from '../../../../agent/report/next.ts';
import type { AgentReport, ReportApp } from '../../../../shared/wire/report.ts';
import { bundleApp, published, reportOf, settledApp } from '../../../fixtures/hub/status.ts';

const app = (change: Partial<ReportApp> = {}): ReportApp =>
  settledApp(bundleApp('web'), { health: 'Healthy', applied: 'sha256:1', ...change });
const report = (facts: Partial<AgentReport>): AgentReport => ({
  ...reportOf(published('prod', []), []),
  ...{ format: 2, sequence: 6 },
  ...facts,
});

type Seen = readonly (readonly [at: number, app: ReportApp])[];

/** What is said at each moment (in seconds) of what was seen there. */
function said(seen: Seen): (number | undefined)[] {
  const memory: HealthyMemory = new Map();
  return seen.map(([at, one]) => {
    rememberHealthy(memory, [one], at * 1_000);
    return withHealthyTimes([one], memory, at * 1_000)[0]?.healthyForSeconds;
  });
}

describe('how long an application is healthy', () => {
  it.each<[string, Seen, (number | undefined)[]]>([
    [
      'counts from when it was seen so',
      [
        [0, app()],
        [60, app()],
        [90.9, app()],
      ],
      [0, 60, 90],
    ],
    [
      'begins anew with other content',
      [
        [0, app()],
        [60, app({ applied: 'sha256:2' })],
      ],
      [0, 0],
    ],
    [
      'begins anew after it was not',
      [
        [0, app()],
        [60, app({ health: 'Degraded' })],
        [70, app()],
      ],
      [0, undefined, 0],
    ],
    ['is not said while not all is applied', [[0, app({ applied: null })]], [undefined]],
  ])('%s', (_, seen, expected) => {
    expect(said(seen)).toEqual(expected);
  });

  it('is said with what is sent, and never a reason to send', () => {
    const at = (seconds: number) => ({
      isDue: false,
      timed: (apps: readonly ReportApp[]) => apps.map((one) => ({ ...one, healthyForSeconds: seconds })),
    });
    const first = nextMessage(null, report({ apps: [app()] }), at(5));
    expect(first?.message).toMatchObject({ kind: 'whole', report: { apps: [{ healthyForSeconds: 5 }] } });
    expect(nextMessage(first!.makes, report({ apps: [app()], sequence: 9 }), at(65))).toBeNull();
    const next = report({ apps: [app({ message: 'Ready:2/2' })], sequence: 9 });
    const change = nextMessage(first!.makes, next, at(65));
    expect(change?.message).toMatchObject({ change: { apps: [{ healthyForSeconds: 65 }] } });
    expect(nextMessage(change!.makes, { ...next, sequence: 12 }, at(90))).toBeNull();
  });
});
