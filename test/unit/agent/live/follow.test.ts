import { describe, expect, it } from 'vitest';
import { pending } from '../../../../agent/inventory/entries.ts';
import { watchedKinds } from '../../../../agent/live/follow.ts';
import type { ObjectId } from '../../../../shared/model/object.ts';
import { configMap, exampleApp, plainApp, type TestApp } from '../../../fixtures/agent/apps.ts';

const words = (ids: readonly ObjectId[], apps: readonly TestApp[]) => {
  const inventory = new Map(ids.map((id) => [id, pending(id, 'default/one', null, 'n')]));
  const { kinds, awaited } = watchedKinds(
    inventory,
    apps.map(({ app }) => app),
  );
  const names = (set: ReadonlySet<string>) => [...set].map((kind) => kind.slice(kind.indexOf('/') + 1)).sort();
  return [names(kinds), names(awaited)];
};
const routed = exampleApp([{ n: 1, replicas: 1, weight: 100 }]);

describe('the kinds that are watched, and those that are awaited', () => {
  it.each<[rule: string, ids: readonly ObjectId[], apps: readonly TestApp[], words: readonly (readonly string[])[]]>([
    ['are none without objects', [], [], [[], []]],
    ['are those of the inventory', ['/Secret/default/s'], [], [['Secret'], ['Secret']]],
    [
      'are those of the applications, which are not awaited before their first object',
      ['/Secret/default/s'],
      [plainApp('one', [configMap('a')])],
      [['ConfigMap', 'Secret'], ['Secret']],
    ],
    [
      'have the endpoints of Services where traffic is led to them',
      [],
      [routed],
      [['Deployment', 'EndpointSlice', 'Service', 'VirtualService'], []],
    ],
    [
      'await the endpoints once there are Services',
      ['/Service/default/example-v1'],
      [routed],
      [
        ['Deployment', 'EndpointSlice', 'Service', 'VirtualService'],
        ['EndpointSlice', 'Service'],
      ],
    ],
  ])('%s', (_, ids, apps, expected) => {
    expect(words(ids, apps)).toEqual(expected);
  });
});
