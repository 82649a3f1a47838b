import { describe, expect, it } from 'vitest';
import { pending } from '../../../../agent/inventory/entries.ts';
import { nextTelling, observationsOf, paced, type ToldObservations } from '../../../../agent/report/observations.ts';
import type { LiveObject } from '../../../../agent/model/live.ts';
import type { ReportApp, ReportedObservation } from '../../../../shared/wire/report.ts';
import { configMap, plainApp } from '../../../fixtures/agent/apps.ts';

const id = '/ConfigMap/default/a';
const base = plainApp('a', [configMap('a')]).app;
const app = { ...base, observe: [{ id, fields: ['/status'] }] };
const entry = { ...pending(id, 'default/a', null, 'n'), uid: 'u1', applied: 'sha256:d' as const };
const live = (change: Partial<LiveObject>) => ({ id, uid: 'u1', generation: 3, ...change }) as LiveObject;
const observed = { '/status': { ready: true } };

describe('the observations of an application', () => {
  const of = (object: LiveObject | undefined, of = app) =>
    observationsOf(of, { live: { object: () => object }, entry: () => entry, named: (one) => `${one}!` });

  it('are the fields that are wanted, of the object that was applied', () => {
    expect(of(live({ observed }))).toEqual({
      observations: [{ id: `${id}!`, uid: 'u1', generation: 3, digest: 'sha256:d', values: observed }],
    });
  });

  it.each<readonly [string, LiveObject | undefined]>([
    ['that is not there', undefined],
    ['that is another one of the name', live({ uid: 'u2', observed })],
    ['of which nothing is known since the last write', live({})],
  ])('are none of an object %s', (_, object) => {
    expect(of(object)).toEqual({});
  });

  it.each<readonly [string, object, boolean]>([
    ['of the namespace of the application', {}, true],
    ['of another namespace', { namespace: 'shop' }, false],
    ['of the namespace that it goes to', { namespace: 'shop', target: 'default' }, true],
  ])('are of what is only read, whoever made it: %s', (_, more, isTold) => {
    const reading = { ...app, ...more, objects: [], reads: app.objects } as typeof app;
    const other = live({ uid: 'u9', observed });
    const told = { observations: [{ id: `${id}!`, uid: 'u9', generation: 3, values: observed }] };
    const none = { live: { object: () => other }, entry: () => undefined, named: (one: string) => `${one}!` };
    expect(observationsOf(reading, none)).toEqual(isTold ? told : {});
  });

  it.each<readonly [string, object, string, boolean]>([
    ['in the same namespace', {}, 'u1', true],
    ['that is another one of the name', {}, 'u2', false],
    ['in another namespace', { namespace: 'shop' }, 'u1', false],
  ])('are of what another application has: %s', (_, more, uid, isTold) => {
    const reading = { ...app, ...more, objects: [] } as typeof app;
    const found = observationsOf(reading, {
      ...{ live: { object: () => live({ uid, observed }) }, entry: () => entry, named: (one: string) => one },
    });
    expect(found.observations?.length ?? 0).toBe(isTold ? 1 : 0);
  });

  it('are the fields that the application itself wants, whatever others want of the object', () => {
    const large = { ...observed, '/spec': 'x'.repeat(16 * 1024), '/status/ready': true };
    expect(of(live({ observed: large })).observations?.map(({ values }) => values)).toEqual([observed]);
  });

  it('are none where none are wanted', () => {
    expect(of(live({ observed }), base as typeof app)).toEqual({});
  });
});

describe('the pace of observations', () => {
  const seen = (value: unknown, more: Partial<ReportedObservation> = {}): ReportedObservation => ({
    ...{ id, uid: 'u1', generation: 1, digest: 'sha256:d', values: { '/status': value } },
    ...more,
  });
  const reported = (...observations: readonly ReportedObservation[]) =>
    ({ namespace: 'default', name: 'a', problems: [], observations }) as unknown as ReportApp;
  const none: ToldObservations = new Map();
  const values = ({ apps }: ReturnType<typeof paced>) =>
    apps.flatMap(({ observations = [] }) => observations.map((one) => one.values['/status']));

  it('is one change a second of an object, and the last one is told then', () => {
    const first = paced([reported(seen(1))], none, 0);
    const soon = paced([reported(seen(2))], first.told, 999);
    const later = paced([reported(seen(3))], soon.told, 1_000);
    expect([first, soon, later].map(values)).toEqual([[1], [1], [3]]);
    expect([nextTelling(first.told, 0), nextTelling(soon.told, 999), nextTelling(later.told, 2_000)]).toEqual([
      1_000,
      1_000,
      null,
    ]);
  });

  it.each<readonly [string, Partial<ReportedObservation>]>([
    ['of another content', { digest: 'sha256:e' }],
    ['of another object of the name', { uid: 'u2' }],
  ])('does not hold back what is %s', (_, more) => {
    const first = paced([reported(seen(1))], none, 0);
    expect(values(paced([reported(seen(2, more))], first.told, 1))).toEqual([2]);
  });

  it('is one of each application that is told of an object, with fields of its own', () => {
    const both = (one: number, other: number) => [
      reported(seen(one)),
      { ...reported(seen(other, { values: { '/status': other, '/spec': 1 } })), name: 'b' },
    ];
    const first = paced(both(1, 1), none, 0);
    expect(first.apps).toEqual(both(1, 1));
    const later = paced(both(2, 2), first.told, 1_000);
    expect(paced(both(3, 3), later.told, 1_001).apps).toEqual(both(2, 2));
  });

  it('leaves out what a report has no room for', () => {
    const large = Array.from({ length: 5 }, (_, n) => seen('x'.repeat(15_000), { id: `${id}${n}` }));
    const { apps, told } = paced([reported(...large)], none, 0);
    expect([apps[0]?.observations?.length, told.size]).toEqual([4, 4]);
  });

  it('leaves out the largest first: what is small is told, whoever reads how much', () => {
    const large = Array.from({ length: 5 }, (_, n) => seen('x'.repeat(15_000), { id: `${id}${n}` }));
    const { apps } = paced([reported(...large), { ...reported(seen(1)), name: 'b' }], none, 0);
    expect(apps.map(({ observations }) => observations?.length)).toEqual([4, 1]);
  });

  it('says of each object that is left out why it is not told, and nothing of the others', () => {
    const untold = (of: string, code: string, message: string) => ({ id: of, code, message, health: 'Current' });
    const before = { id, code: 'UNHEALTHY', message: 'no pods' };
    const large = Array.from({ length: 5 }, (_, n) => seen('x'.repeat(15_000), { id: `${id}${n}` }));
    const all = [seen('x'.repeat(16 * 1024)), ...large];
    const { apps } = paced(
      [
        { ...reported(...all), problems: [before] },
        { ...reported(seen(1)), name: 'b' },
      ],
      none,
      0,
    );
    expect(apps.map(({ problems }) => problems)).toEqual([
      [
        before,
        untold(id, 'LIMIT_EXCEEDED', 'what is asked of it has more than 16 KiB, and is not told'),
        untold(
          ...([`${id}4`, 'UNAVAILABLE'] as const),
          'what is asked of all objects here has more than 64 KiB, and of this one is not told now',
        ),
      ],
      [],
    ]);
    expect(apps[0]?.observations?.length).toBe(4);
  });

  it('costs nothing where nothing is observed', () => {
    const apps = [{ name: 'a' } as ReportApp];
    expect(paced(apps, none, 0).apps).toBe(apps);
  });
});
