import { describe, expect, it } from 'vitest';
import { changesTaken } from '../../../../hub/collect/taken.ts';
import type { AgentReport } from '../../../../shared/wire/report.ts';
import type { BundleApp } from '../../../../shared/wire/revision.ts';
import type { AppDelivery } from '../../../../hub/model/delivery.ts';
import { readingOf } from '../../../../hub/model/reading.ts';
import type { Problem } from '../../../../hub/model/source.ts';

const id = '/Service/default/db';
const report = (value: unknown, name = 'shop') =>
  ({
    cluster: 'eu',
    apps: [
      {
        namespace: 'default',
        name,
        problems: [],
        observations: value === undefined ? [] : [{ id, values: { '/a': value } }],
      },
    ],
  }) as unknown as AgentReport;
const untold = (message: string) =>
  ({
    cluster: 'eu',
    apps: [
      {
        ...report(1).apps[0],
        observations: [],
        problems: [{ id, code: 'LIMIT_EXCEEDED', message, health: 'Current' }],
      },
    ],
  }) as unknown as AgentReport;
const app = (more: object) => ({ namespace: 'default', name: 'shop', ...more }) as unknown as BundleApp;
const observe = [{ id, fields: ['/a'] }];
const ordered = app({ observe, dependsOn: { web: ['db'] } });
const waits = (cluster: string): Problem => ({
  code: 'UNAVAILABLE',
  message: 'web waits for db',
  severity: 'warning',
  app: 'default/shop',
  cluster,
});

describe('what is told of live objects', () => {
  it.each<
    [
      rule: string,
      last: AgentReport | null,
      now: AgentReport,
      apps: readonly BundleApp[],
      problems: readonly Problem[],
      answer: boolean,
    ]
  >([
    ['is new, where components have an order', report(undefined), report(1), [ordered], [], true],
    ['is another, where components have an order', report(1), report(2), [ordered], [], true],
    ['is the first report of all', null, report(1), [ordered], [], true],
    ['is the same', report(1), report(1), [ordered], [], false],
    ['is waited for', report(undefined), report(1), [app({ observe })], [waits('eu')], true],
    ['is too large for a report', report(undefined), untold('it is too large'), [ordered], [], true],
    ['is too large as before', untold('it is too large'), untold('it is too large'), [ordered], [], false],
    ['is waited for elsewhere', report(undefined), report(1), [app({ observe })], [waits('us')], false],
    ['is for health alone', report(1), report(2), [app({ observe })], [], false],
    [
      'is of an application that is asked for nothing',
      report(1),
      report(2),
      [app({ dependsOn: { web: ['db'] } })],
      [],
      false,
    ],
    ['is of another application', report(1, 'other'), report(2, 'other'), [ordered], [], false],
  ])('is a reason for a pass where it %s', (_, last, now, apps, problems, answer) => {
    expect(changesTaken(last, now, { apps: [...apps], problems: [...problems], deliveries: new Map() })).toBe(answer);
  });

  it.each([
    [
      'is read by a step that runs',
      'running',
      [readingOf({ apiVersion: 'v1', kind: 'Service', name: 'db' }, ['/a'])],
      true,
    ],
    [
      'was read by a step that is over',
      'succeeded',
      [readingOf({ apiVersion: 'v1', kind: 'Service', name: 'db' }, [])],
      false,
    ],
    ['is of an application whose steps write alone', 'running', [{ apiVersion: 'v1', kind: 'Service' }], false],
  ])('%s', (_, phase, brought, answer) => {
    const record = { last: { phase }, objects: { read: brought } } as unknown as AppDelivery;
    const state = { apps: [app({ observe })], problems: [], deliveries: new Map([['default/shop', record]]) };
    expect(changesTaken(report(1), report(2), state)).toBe(answer);
  });
});
