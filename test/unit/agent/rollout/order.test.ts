import { describe, expect, it } from 'vitest';
import { planApp } from '../../../../agent/rollout/plan.ts';
import { orderNow } from '../../../../agent/rollout/order.ts';
import { ordered, shortId, type Ordered, type Standing } from '../../../fixtures/agent/ordered.ts';

/** What is held, and what it waits for. */
function words(situation: Ordered): readonly string[] {
  const { held, waitsFor } = orderNow(ordered(situation), ordered(situation).app!, new Set(situation.apart));
  if (waitsFor === null) return [];
  return [`hold ${[...held].map(shortId).join(' ')}`, `${waitsFor.isFailed ? 'failed, ' : ''}${waitsFor.why}`];
}

const dbFirst = { dependsOn: { web: ['db'] } };

it.each<readonly [string, Standing, readonly string[]]>([
  ['waits until it is there', 'absent', ['hold Deployment/web', 'web waits for db: Cache/db: not there']],
  ['waits until it is well', 'starting', ['hold Deployment/web', 'web waits for db: Cache/db: InProgress']],
  ['follows then', 'well', []],
  ['does not follow one that failed', 'failed', ['hold Deployment/web', 'failed, web waits for db: Cache/db: Failed']],
])('a component that depends on one that is only read %s', (_, standing, expected) => {
  const observed = ordered({ ...dbFirst, objects: { 'db Cache/db': standing, 'web Deployment/web': 'absent' } });
  const [db, ...objects] = observed.app!.objects;
  const app = { ...observed.app!, objects, reads: [db!] };
  const { held, waitsFor } = orderNow({ ...observed, app, entries: new Map() }, app, new Set());
  const found = [`hold ${[...held].map(shortId).join(' ')}`, `${waitsFor?.isFailed ? 'failed, ' : ''}${waitsFor?.why}`];
  expect(waitsFor === null ? [] : found).toEqual(expected);
});

describe('a component that depends on another', () => {
  it.each<readonly [string, Ordered, readonly string[]]>([
    [
      'waits until that one is there',
      { ...dbFirst, objects: { 'db Deployment/db': 'absent', 'web Deployment/web': 'absent' } },
      ['hold Deployment/web', 'web waits for db: Deployment/db: not created yet'],
    ],
    [
      '2.26 waits until it is healthy',
      { ...dbFirst, objects: { 'db Deployment/db': 'starting', 'web Deployment/web': 'absent' } },
      ['hold Deployment/web', 'web waits for db: Deployment/db: 0 of 1 ready'],
    ],
    ['follows then', { ...dbFirst, objects: { 'db Deployment/db': 'well', 'web Deployment/web': 'absent' } }, []],
    [
      'waits for its new content, too',
      { ...dbFirst, objects: { 'db Deployment/db': 'old', 'web Deployment/web': 'old' } },
      ['hold Deployment/web', 'web waits for db: Deployment/db: not applied yet'],
    ],
    [
      'is left as it is, and repaired, when the other one fails later',
      { ...dbFirst, objects: { 'db Deployment/db': 'starting', 'web Deployment/web': 'well' } },
      [],
    ],
    [
      'is made again when it is deleted meanwhile',
      { ...dbFirst, objects: { 'db Deployment/db': 'starting', 'web Deployment/web': 'lost' } },
      [],
    ],
    [
      'waits for objects of every kind',
      { ...dbFirst, objects: { 'db Deployment/db': 'well', 'db Cache/db': 'starting', 'web Service/web': 'absent' } },
      ['hold Service/web', 'web waits for db: Cache/db: InProgress'],
    ],
    [
      'waits until a Job has come to its end',
      { ...dbFirst, objects: { 'db Job/migrate': 'well', 'web Deployment/web': 'absent' } },
      ['hold Deployment/web', 'web waits for db: Job/migrate: Current'],
    ],
    ['follows a Job that is done', { ...dbFirst, objects: { 'db Job/a': 'done', 'web Deployment/web': 'absent' } }, []],
    [
      'follows a Job that was removed after its end',
      { ...dbFirst, objects: { 'db Job/a': 'done and gone', 'web Deployment/web': 'absent' } },
      [],
    ],
    [
      'does not follow one that failed',
      { ...dbFirst, objects: { 'db Job/a': 'failed', 'web Deployment/web': 'absent' } },
      ['hold Deployment/web', 'failed, web waits for db: Job/a: Failed'],
    ],
    [
      'does not follow one that failed and is gone',
      { ...dbFirst, objects: { 'db Job/a': 'failed and gone', 'web Deployment/web': 'absent' } },
      ['hold Deployment/web', 'failed, web waits for db: Job/a: failed'],
    ],
    [
      'waits for what the other one waits for, in turn',
      {
        dependsOn: { web: ['api'], api: ['db'] },
        objects: { 'db Deployment/db': 'starting', 'api Deployment/api': 'absent', 'web Deployment/web': 'absent' },
      },
      ['hold Deployment/api Deployment/web', 'api waits for db: Deployment/db: 0 of 1 ready'],
    ],
    [
      'waits for nothing of components that it does not name',
      {
        ...dbFirst,
        objects: { 'db Deployment/db': 'well', 'x Deployment/x': 'failed', 'web Deployment/web': 'absent' },
      },
      [],
    ],
    [
      'waits for its own copy',
      {
        ...dbFirst,
        objects: {
          'db@v1 Deployment/db-v1': 'well',
          'db@v2 Deployment/db-v2': 'starting',
          'web@v1 Deployment/web-v1': 'absent',
          'web@v2 Deployment/web-v2': 'absent',
        },
      },
      ['hold Deployment/web-v2', 'web waits for db: Deployment/db-v2: 0 of 1 ready'],
    ],
    [
      'waits for what all copies share',
      { ...dbFirst, objects: { 'db Deployment/db': 'starting', 'web@v2 Deployment/web-v2': 'absent' } },
      ['hold Deployment/web-v2', 'web waits for db: Deployment/db: 0 of 1 ready'],
    ],
    [
      'does not wait for what waits for the traffic',
      {
        ...dbFirst,
        objects: {
          'db Deployment/db': 'well',
          'db HorizontalPodAutoscaler/db': 'absent',
          'web Deployment/web': 'absent',
        },
        apart: ['autoscaling/HorizontalPodAutoscaler/shop/db'],
      },
      [],
    ],
  ])('%s', (_, situation, expected) => {
    expect(words(situation)).toEqual(expected);
  });
});

describe('an object with a stage', () => {
  it.each<readonly [string, Ordered, readonly string[]]>([
    [
      'comes before the workload',
      { objects: { 'web ConfigMap/a pre': 'absent', 'web Deployment/web': 'absent' } },
      ['hold Deployment/web', 'web: ConfigMap/a: not created yet'],
    ],
    [
      'must be healthy before it',
      { objects: { 'web Cache/a pre': 'starting', 'web Deployment/web': 'absent' } },
      ['hold Deployment/web', 'web: Cache/a: InProgress'],
    ],
    [
      'comes after the workload is healthy',
      { objects: { 'web Deployment/web': 'starting', 'web Service/late post': 'absent' } },
      ['hold Service/late', 'web: Deployment/web: 0 of 1 ready'],
    ],
    ['comes then', { objects: { 'web Deployment/web': 'well', 'web Service/late post': 'absent' } }, []],
    [
      'concerns its own component alone',
      { objects: { 'web Cache/a pre': 'starting', 'web Deployment/web': 'absent', 'x Deployment/x': 'absent' } },
      ['hold Deployment/web', 'web: Cache/a: InProgress'],
    ],
    [
      'waits for the other components, too',
      { ...dbFirst, objects: { 'db Deployment/db': 'starting', 'web ConfigMap/a pre': 'absent' } },
      ['hold ConfigMap/a', 'web waits for db: Deployment/db: 0 of 1 ready'],
    ],
    [
      'belongs to what others wait for',
      {
        ...dbFirst,
        objects: { 'db Deployment/db': 'well', 'db Cache/a post': 'starting', 'web Deployment/web': 'absent' },
      },
      ['hold Deployment/web', 'web waits for db: Cache/a: InProgress'],
    ],
  ])('%s', (_, situation, expected) => {
    expect(words(situation)).toEqual(expected);
  });
});

describe('the plan of an application in an order', () => {
  const plan = (situation: Ordered) => planApp(ordered(situation));

  it('applies what comes first, and says what the rest waits for', () => {
    const first = plan({ ...dbFirst, objects: { 'db Deployment/db': 'absent', 'web Deployment/web': 'absent' } });
    expect([first.phase, first.reason]).toEqual(['scale-up', '1 objects to apply']);
    const next = plan({ ...dbFirst, objects: { 'db Deployment/db': 'starting', 'web Deployment/web': 'absent' } });
    expect([next.phase, next.reason, next.isWaiting]).toEqual([
      'ready',
      'web waits for db: Deployment/db: 0 of 1 ready',
      true,
    ]);
  });

  it('is not settled while anything waits', () => {
    const { phase } = plan({ ...dbFirst, objects: { 'db Cache/db': 'starting', 'web ConfigMap/web': 'absent' } });
    expect(phase).toBe('ready');
  });

  it('is blocked when what comes first has failed, or takes too long', () => {
    const objects = { 'db Deployment/db': 'starting', 'web Deployment/web': 'absent' } as const;
    expect(plan({ ...dbFirst, objects, waited: 11 }).blocked?.reason).toBe(
      'shop did not become ready in 10 s: web waits for db: Deployment/db: 0 of 1 ready',
    );
    const failed = plan({ ...dbFirst, objects: { 'db Job/a': 'failed', 'web Deployment/web': 'absent' } });
    expect(failed.phase).toBe('blocked');
  });

  it('removes nothing that what waits may still use', () => {
    const objects = { 'db Cache/db': 'starting', 'web CronJob/web': 'old' } as const;
    const waiting = { ...dbFirst, objects, removable: ['/ConfigMap/shop/used'] };
    expect(plan(waiting).remove).toEqual([]);
    const done = { ...waiting, objects: { 'db Cache/db': 'well', 'web CronJob/web': 'well' } as const };
    expect(plan(done).remove).toEqual(['/ConfigMap/shop/used']);
  });
});
