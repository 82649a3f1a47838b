import { describe, expect, it } from 'vitest';
import { withPending } from '../../../../agent/inventory/entries.ts';
import { madeAnewAfter, type InventoryEntry } from '../../../../agent/model/inventory.ts';
import { configMap, plainApp } from '../../../fixtures/agent/apps.ts';

const id = '/ConfigMap/default/a';
const app = (name: string, value = name) => plainApp(name, [configMap('a', value)]).app;
const digestOf = (name: string, value = name) => app(name, value).objects[0]!.digest;
const applied: InventoryEntry = {
  ...{ id, apiVersion: 'v1', app: 'default/shop', revision: null, uid: 'u', nonce: 'n', fieldsHash: 'h' },
  applied: digestOf('shop'),
};
const claimedBy = (entry: InventoryEntry, name: string, value = name) =>
  withPending(new Map([[id, entry]]), [app(name, value)], () => 'fresh').get(id);

describe('an entry for what is wanted', () => {
  it('is pending for what is new, with a nonce', () => {
    expect(withPending(new Map(), [app('shop')], () => 'fresh').get(id)).toMatchObject({ uid: null, nonce: 'fresh' });
  });

  it('names the delivery that the object is made in', () => {
    const delivered = { ...app('shop'), delivery: { number: 17, attempt: 1, action: 'run' as const, steps: [] } };
    const [entry] = withPending(new Map(), [delivered], () => 'fresh').values();
    expect(entry).toMatchObject({ delivery: 'default/shop#17' });
    expect(withPending(new Map(), [app('shop')], () => 'fresh').get(id)).not.toHaveProperty('delivery');
    const serving = { ...delivered, from: app('shop') };
    expect(withPending(new Map(), [serving], () => 'fresh').get(id)).not.toHaveProperty('delivery');
    // A delivery has the name of its application, wherever that goes.
    const elsewhere = withPending(new Map(), [{ ...delivered, target: 'prod' }], () => 'fresh').get(id);
    expect(elsewhere).toMatchObject({ app: 'default/shop@prod', delivery: 'default/shop#17' });
    // What is there already was made by another one.
    const before = new Map([[id, applied]]);
    expect(withPending(before, [delivered], () => 'fresh')).toBe(before);
  });

  it.each<[what: string, number: number | null, made: string, expected: string | undefined]>([
    ['of this delivery', 17, 'default/shop#17', 'default/shop#17'],
    ['of a later one, while an earlier content is back', 9, 'default/shop#17', 'default/shop#17'],
    ['of an earlier delivery', 18, 'default/shop#17', undefined],
    ['of an earlier delivery, with fewer digits', 17, 'default/shop#9', undefined],
    ['while no delivery is told', null, 'default/shop#17', undefined],
    ["of another application's delivery", 17, 'default/store#17', undefined],
  ])('keeps the mark of a delivery that may go back, and no other: %s', (_, number, made, expected) => {
    const told = number === null ? {} : { delivery: { number, attempt: 1, action: 'run' as const, steps: [] } };
    const before = new Map([[id, { ...applied, delivery: made }]]);
    const after = withPending(before, [{ ...app('shop'), ...told }], () => 'fresh');
    expect(after.get(id)).toEqual(expected === undefined ? applied : { ...applied, delivery: expected });
    // Once it is dropped, there is nothing to record.
    expect(withPending(after, [{ ...app('shop'), ...told }], () => 'fresh')).toBe(after);
  });

  it('stays as it is for what the application has already', () => {
    const inventory = new Map([[id, applied]]);
    expect(withPending(inventory, [app('shop')], () => 'fresh')).toBe(inventory);
  });

  it('remembers the application whose content the object has, through every hand', () => {
    const once = claimedBy(applied, 'store')!;
    expect(once).toEqual({ ...applied, app: 'default/store', handover: { from: 'default/shop' } });
    const refused = { ...once, handover: { from: 'default/shop', refused: digestOf('store') } };
    expect(claimedBy(refused, 'store')).toEqual(refused);
    expect(claimedBy(refused, 'mart')).toEqual({ ...applied, app: 'default/mart', handover: { from: 'default/shop' } });
  });

  it('is as it was when the object comes back to its former application', () => {
    const refused = {
      ...applied,
      app: 'default/store',
      handover: { from: 'default/shop', refused: digestOf('store') },
    };
    expect(claimedBy(refused, 'shop')).toEqual(applied);
    expect(claimedBy(refused, 'shop', 'other')).toEqual(applied);
  });

  it.each<[what: string, entry: InventoryEntry, name: string, value: string]>([
    ['was never made', { ...applied, uid: null, applied: null }, 'store', 'x'],
    ['has the wanted content already', applied, 'store', 'shop'],
  ])('remembers nothing of what %s', (_, entry, name, value) => {
    expect(claimedBy(entry, name, value)?.handover).toBeUndefined();
  });
});

describe('an object is made anew', () => {
  const refused = { ...applied, handover: { from: 'default/shop', refused: digestOf('store') } };

  it.each<
    [rule: string, entry: InventoryEntry | undefined, digest: `sha256:${string}` | undefined, from: string | null]
  >([
    ['for the content that was refused', refused, digestOf('store'), 'default/shop'],
    ['not for another content: that is tried first', refused, digestOf('store', 'b'), null],
    ['not before anything was refused', { ...applied, handover: { from: 'default/shop' } }, digestOf('store'), null],
    ['not where nothing is wanted', refused, undefined, null],
    ['not where nothing is there', undefined, digestOf('store'), null],
  ])('%s', (_, entry, digest, from) => expect(madeAnewAfter(entry, digest)).toBe(from));
});
