import { describe, expect, it } from 'vitest';
import { circleIn, dependenciesOf } from '../../../../hub/model/order.ts';

describe('what components wait for', () => {
  it('is said of those that wait, sorted, and of all revisions together', () => {
    const components = [
      { name: 'web', dependsOn: ['db', 'cache'] },
      { name: 'db' },
      { name: 'api', dependsOn: [] },
      { name: 'web', dependsOn: ['queue', 'db'] },
    ];
    expect(dependenciesOf(components)).toEqual({ web: ['cache', 'db', 'queue'] });
  });

  it('is what gives their inputs, too', () => {
    const outputs = (name: string) => [{ name, valueFrom: 'context.name' }];
    const inputs = [
      { from: 'host', parameterKey: 'a' },
      { from: 'context.name', parameterKey: 'b' },
    ];
    const components = [
      { name: 'web', inputs, dependsOn: ['cache'] },
      { name: 'db', outputs: outputs('host') },
      { name: 'cache', outputs: outputs('port') },
    ];
    expect(dependenciesOf(components)).toEqual({ web: ['cache', 'db'] });
  });

  it.each<readonly [string, Readonly<Record<string, readonly string[]>>, string | null]>([
    ['a chain', { a: ['b'], b: ['c'] }, null],
    ['two ways to one', { a: ['b', 'c'], b: ['d'], c: ['d'] }, null],
    ['itself', { a: ['a'] }, 'a a'],
    ['two', { a: ['b'], b: ['a'] }, 'a b a'],
    ['three, from outside', { x: ['a'], a: ['b'], b: ['c'], c: ['a'] }, 'a b c a'],
    ['names that everything has', { a: ['constructor'] }, null],
  ])('has no circle, or this one: %s', (_, dependencies, circle) => {
    expect(circleIn(dependencies)?.join(' ') ?? null).toBe(circle);
  });
});
