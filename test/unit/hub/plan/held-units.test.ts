import { describe, expect, it } from 'vitest';
import { heldUnits } from '../../../../hub/plan/held-units.ts';
import type { PlanState } from '../../../../hub/plan/input.ts';

const apps = [
  { namespace: 'default', name: 'shop' },
  { namespace: 'default', name: 'shop', target: 'staging' },
  { namespace: 'default', name: 'other' },
];
const state = { bundles: new Map([['one', { revision: { apps } }]]) } as unknown as PlanState;
const held = (
  app: string | null,
  cluster: string | null = 'one',
  by: 'placement' | 'document' = 'placement',
): string[] => [...heldUnits([{ app, cluster, by }], 'one', state)].sort();

describe('the units that holds keep', () => {
  it('are the application in each namespace that it goes to', () => {
    expect(held('default/shop')).toEqual(['default/shop', 'default/shop@staging']);
  });

  it('are one of them where it is named', () => {
    expect(held('default/shop@staging')).toEqual(['default/shop@staging']);
  });

  it('are all of the bundle without a name', () => {
    expect(held(null)).toEqual(['default/other', 'default/shop', 'default/shop@staging']);
  });

  it('are those of the cluster, or of every cluster, and of what keeps content alone', () => {
    expect(held('default/shop', null)).toHaveLength(2);
    expect(held('default/shop', 'two')).toEqual([]);
    expect(held('default/shop', 'one', 'document')).toEqual([]);
  });
});
