import { describe, expect, it } from 'vitest';
import { pending } from '../../../../agent/inventory/entries.ts';
import { indexOfInventory } from '../../../../agent/model/inventory-index.ts';
import type { Inventory } from '../../../../agent/model/inventory.ts';

const entry = (id: string, app: string) => pending(id, app, null, 'nonce');
const inventoryOf = (...entries: readonly ReturnType<typeof entry>[]): Inventory =>
  new Map(entries.map((one) => [one.id, one]));

describe('the index of an inventory', () => {
  const one = entry('/ConfigMap/shop/a', 'shop/web');
  const two = entry('apps/Deployment/shop/b', 'shop/web');
  const three = entry('/ConfigMap/shop/c', 'shop/api');

  it('has each entry under its application, and every kind once', () => {
    const { apps, kinds } = indexOfInventory(inventoryOf(one, two, three));
    expect([...apps].map(([app, own]) => [app, [...own.values()]])).toEqual([
      ['shop/web', [one, two]],
      ['shop/api', [three]],
    ]);
    expect([...kinds]).toEqual(['/ConfigMap', 'apps/Deployment']);
  });

  it('is made once, and anew for an inventory in which an entry changed its application', () => {
    const before = inventoryOf(one, two);
    expect(indexOfInventory(before)).toBe(indexOfInventory(before));
    const after = new Map(before).set(two.id, { ...two, app: 'shop/api' });
    expect([...(indexOfInventory(after).apps.get('shop/api')?.keys() ?? [])]).toEqual([two.id]);
    expect([...(indexOfInventory(before).apps.get('shop/web')?.keys() ?? [])]).toEqual([one.id, two.id]);
  });
});
