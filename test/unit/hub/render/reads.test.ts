import { describe, expect, it } from 'vitest';
import { withAsked, withoutOwnReads } from '../../../../hub/render/reads.ts';
import type { RevisionComponent } from '../../../../hub/render/revision-component.ts';
import { idOf, type KubeObject } from '../../../../shared/model/object.ts';

const map = (name: string): KubeObject => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, namespace: 'shop' },
});
const component = (more: Partial<RevisionComponent>): RevisionComponent => ({
  ...{ component: 'web', contextName: 'web', own: [], shared: [], workloads: new Set() },
  ...more,
});
const readOnly = { policies: [{ type: 'read-only' as const }] };

describe('what steps read', () => {
  it('is asked of the objects that it is of', () => {
    const references = [
      { apiVersion: 'v1', kind: 'ConfigMap', name: 'a' },
      { resource: 'configmap', name: 'b' },
    ];
    const reading = { name: 'r', type: 'ref-objects', properties: { objects: references }, asks: [['/data'], []] };
    expect(withAsked({ reads: [] }, reading, [map('b'), map('a')])).toEqual({
      isRead: true,
      reads: [{ id: '/ConfigMap/shop/a', fields: ['/data'] }],
    });
    const given = { reads: [] };
    expect(withAsked(given, { name: 'r', type: 'raw' }, [map('a')])).toBe(given);
  });

  it('is not only read where the application has it itself', () => {
    const own = component({ shared: [map('a')] });
    const ids = [map('a'), map('b')].map((one) => [idOf(one), readOnly] as const);
    const reads = [{ id: idOf(map('a')), fields: ['/data'] }];
    const reading = component({ shared: [map('a'), map('b')], isRead: true, treatments: new Map(ids), reads });
    const [first, second] = withoutOwnReads([own, reading]);
    expect(first).toBe(own);
    expect(second?.shared).toEqual([map('b')]);
    expect([...(second?.treatments?.keys() ?? [])]).toEqual([idOf(map('b'))]);
    expect(second?.reads).toBe(reads);
  });

  it('costs nothing where nothing is read', () => {
    const all = [component({ shared: [map('a')] })];
    expect(withoutOwnReads(all)).toBe(all);
  });
});
