import { describe, expect, it } from 'vitest';
import { revisionKey, type Revisions } from '../../../../hub/render/each-revision.ts';
import { createRoundMemo } from '../../../../hub/render/round-memo.ts';
import { settle, type SettleParts } from '../../../../hub/render/settle.ts';
import type { UnitOutcome } from '../../../../hub/render/unit.ts';
import type { Unit } from '../../../../hub/render/units.ts';
import { variantOf } from '../../../../hub/render/variant.ts';
import { revisionRecord } from '../../../fixtures/hub/facts.ts';

const record = revisionRecord('default/web', 1);

function unitOn(cluster: string): Unit {
  const assignment = { unit: 'default/web', revision: record.name, cluster, selector: {}, notes: [] };
  return {
    ...{ key: 'default/web', namespace: 'default', name: 'web', into: undefined, source: 'c1', deployment: null },
    target: { name: cluster, labels: {}, capabilities: null, currentProvider: null },
    parts: [{ assignment, record, variant: variantOf(record, {}), document: null }],
  };
}

const revisionsWith = (attempt: Revisions extends ReadonlyMap<string, infer A> ? A : never): Revisions => {
  const unit = unitOn('a');
  return new Map([[revisionKey(unit, unit.parts[0]!), attempt]]);
};

const parts = (change: Partial<SettleParts> = {}): SettleParts => ({
  contents: createRoundMemo<UnitOutcome>(),
  ...{ providers: [], elsewhere: () => new Set(), hasComponent: () => false },
  ...change,
});

describe('a unit on a cluster', () => {
  it('is the same on every cluster with the same facts, in the name of each', () => {
    const [given, revisions] = [parts(), revisionsWith({ value: [] })];
    const [a, b] = [settle(unitOn('a'), revisions, given), settle(unitOn('b'), revisions, given)];
    expect([a.app?.cluster, b.app?.cluster, a.holds, b.holds]).toEqual(['a', 'b', [], []]);
    expect(a.content).toBe(b.content);
    expect(a.app?.objects).toBe(b.app?.objects);
  });

  it('is held where its revision did not render, with all that is wrong', () => {
    const faults = ['one', 'two'].map((message) => ({ code: 'RENDER_FAILED' as const, message, path: [] }));
    const { app, holds, content } = settle(unitOn('a'), revisionsWith({ faults }), parts());
    expect([app, content]).toEqual([null, undefined]);
    expect(holds).toMatchObject([{ app: 'default/web', cluster: 'a', by: 'render', problems: [{}, {}] }]);
  });

  it('is held alone where it runs into an internal error', () => {
    const elsewhere = () => {
      throw new Error('a bug');
    };
    const { app, holds } = settle(unitOn('a'), revisionsWith({ value: [] }), parts({ elsewhere }));
    expect(app).toBeNull();
    expect(holds).toMatchObject([{ by: 'render', problems: [{ code: 'INTERNAL' }] }]);
  });
});
