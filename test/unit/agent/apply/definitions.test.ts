import { describe, expect, it } from 'vitest';
import { definitionWaitMs, rememberWaits, undefinedKinds } from '../../../../agent/apply/definitions.ts';
import type { Code } from '../../../../shared/errors.ts';
import { groupKindOf, idOf, type KubeObject } from '../../../../shared/model/object.ts';
import { configMap, plainApp } from '../../../fixtures/agent/apps.ts';

const crd = (name: string): KubeObject => ({
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name },
});
const pool: KubeObject = {
  apiVersion: 't.example.com/v1',
  kind: 'Pool',
  metadata: { name: 'p', namespace: 'default' },
};
const kind = 't.example.com/Pool';

describe('a custom kind', () => {
  it.each<[when: string, objects: readonly KubeObject[], trouble: Code | null, isSynced: boolean, waits: boolean]>([
    ['waits for the definition beside it', [crd('pools.t.example.com'), pool], 'KIND_UNKNOWN', false, true],
    ['waits while nothing is known of it', [crd('pools.t.example.com'), pool], null, false, true],
    ['does not wait once it is listed', [crd('pools.t.example.com'), pool], null, true, false],
    ['does not wait where it may not be listed', [crd('pools.t.example.com'), pool], 'FORBIDDEN', false, false],
    [
      'does not wait for the definition of another group',
      [crd('pools.example.com'), pool],
      'KIND_UNKNOWN',
      false,
      false,
    ],
    ['does not wait where no definition is beside it', [configMap('a'), pool], 'KIND_UNKNOWN', false, false],
  ])('%s', (_, objects, trouble, isSynced, waits) => {
    const apps = [plainApp('one', objects).app];
    const troubles = new Map(trouble === null ? [] : [[kind, { code: trouble }]]);
    expect([...undefinedKinds(apps, { isSynced: () => isSynced }, troubles)]).toEqual(waits ? [kind] : []);
  });

  it.each([
    ['keda.sh/v1alpha1', 'ScaledObject', 'scaledobjects.keda.sh'],
    ['argoproj.io/v1alpha1', 'Rollout', 'rollouts.argoproj.io'],
    ['gateway.networking.k8s.io/v1', 'HTTPRoute', 'httproutes.gateway.networking.k8s.io'],
  ])('waits, too, where it is a well-known one: %s %s', (apiVersion, name, definition) => {
    const custom: KubeObject = { apiVersion, kind: name, metadata: { name: 'p', namespace: 'default' } };
    const apps = [plainApp('one', [crd(definition), custom]).app];
    expect([...undefinedKinds(apps, { isSynced: () => false }, new Map())]).toEqual([groupKindOf(idOf(custom))]);
  });

  it('waits for the definition of another application, too', () => {
    const apps = [plainApp('one', [crd('pools.t.example.com')]).app, plainApp('two', [pool]).app];
    expect(undefinedKinds(apps, { isSynced: () => false }, new Map()).has(kind)).toBe(true);
  });

  it('does not wait for ever: after a minute it is tried, and says why it fails', () => {
    const waits = new Map<string, number>();
    expect(rememberWaits(waits, new Set([kind]), 5).has(kind)).toBe(true);
    expect(rememberWaits(waits, new Set([kind]), 4 + definitionWaitMs).has(kind)).toBe(true);
    expect(rememberWaits(waits, new Set([kind]), 5 + definitionWaitMs).has(kind)).toBe(false);
    expect(rememberWaits(waits, new Set(), 6 + definitionWaitMs).size).toBe(0);
    expect(rememberWaits(waits, new Set([kind]), 7 + definitionWaitMs).has(kind)).toBe(true);
  });
});
