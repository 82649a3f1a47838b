import { describe, expect, it } from 'vitest';
import { broughtAfter, objectsAfter, stepObjects } from '../../../../hub/deliver/step-objects.ts';
import type { AppDelivery, Delivery } from '../../../../hub/model/delivery.ts';
import type { Assignment } from '../../../../hub/model/rendered.ts';
import { deliveryOf, deployType, program, step, wantOn } from '../../../fixtures/hub/deliveries.ts';

const map = (name: string) => ({ kind: 'ConfigMap', metadata: { name } });
const steps = [step('mk', deployType, { wants: [{ ...wantOn('prod'), components: [] }] })];
const record = (last: Partial<Delivery> = {}, objects?: AppDelivery['objects']): AppDelivery => ({
  ...deliveryOf('default/web', 1, last),
  ...(objects !== undefined && { objects }),
});
const admitted = [{ at: '', wave: 'mk/rest', units: ['a'] }];

describe('the objects of steps', () => {
  it('are there once the step gave them to a cluster', () => {
    const brought = new Map([['mk', [map('x')]]]);
    expect(objectsAfter(record(), program(steps), brought).objects).toBeUndefined();
    expect(objectsAfter(record({ admitted }), program(steps), brought).objects).toEqual({ mk: [map('x')] });
  });

  it('stay as they were until the next delivery reaches the step', () => {
    const before = record({}, { mk: [map('x')] });
    expect(objectsAfter(before, program(steps), new Map([['mk', [map('y')]]]))).toBe(before);
    const after = objectsAfter(
      { ...before, last: { ...before.last, admitted } },
      program(steps),
      new Map([['mk', [map('y')]]]),
    );
    expect(after.objects).toEqual({ mk: [map('y')] });
  });

  it('go with their step, once a delivery without it has ended well', () => {
    const before = record({}, { mk: [map('x')] });
    expect(objectsAfter(before, program([]), new Map())).toBe(before);
    const ended = { ...before, last: { ...before.last, phase: 'succeeded' as const } };
    expect(objectsAfter(ended, program([]), new Map()).objects).toBeUndefined();
    expect(objectsAfter(ended, program(steps), new Map())).toBe(ended);
  });

  it('are the newest of each object, in the order in which they came', () => {
    const read = { apiVersion: 'v1', kind: 'ConfigMap', name: 'x', 'sluice.dev/reads': ['/data'] };
    const written = { apiVersion: 'v1', ...map('x') };
    const [old, changed] = [
      { ...written, data: { a: '1' } },
      { ...written, data: { a: '2' } },
    ];
    const elsewhere = { ...written, metadata: { name: 'x', namespace: 'far' } };
    expect(broughtAfter([old, read, elsewhere], [changed])).toEqual([read, elsewhere, changed]);
  });

  it('are on the clusters of their step, with the last of what goes there', () => {
    const at = (cluster: string): Assignment => ({
      unit: 'default/web',
      revision: 'web-v1',
      cluster,
      selector: {},
      notes: [],
    });
    const targets = [
      { name: 'a', labels: { env: 'prod' }, capabilities: null },
      { name: 'b', labels: {}, capabilities: null },
    ];
    const add = stepObjects(program(steps), record({}, { mk: [map('x')] }));
    expect(add?.([at('a'), at('a')], { targets, localCluster: null })).toEqual([
      at('a'),
      { ...at('a'), objects: [map('x')] },
    ]);
    expect(add?.([at('b')], { targets, localCluster: null })).toEqual([at('b')]);
    expect(stepObjects(program(steps), record())).toBeNull();
  });
});
