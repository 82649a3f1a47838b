import { describe, expect, it } from 'vitest';
import { disruptedBy } from '../../../../hub/operations/plan-disruptive.ts';
import type { KubeObject } from '../../../../shared/model/object.ts';
import { app } from '../../../fixtures/hub/manifests.ts';
import { fleetOf } from '../../../fixtures/hub/fleet.ts';

const trait = (name: string, says: boolean): string =>
  `kind: TraitDefinition\nmetadata: { name: ${name} }\nspec: { podDisruptive: ${says}, schematic: { cue: { template: "patch: {}" } } }\n---\n`;
const definitions = trait('hard', true) + trait('soft', false);
const fleet = (...traits: readonly string[]) =>
  fleetOf(definitions + app(`{ name: web, type: own, traits: [${traits.join()}] }, { name: db, type: own }`));
const object = (component: string, type = 'WORKLOAD'): KubeObject => ({
  apiVersion: 'example.com/v1',
  kind: 'Thing',
  metadata: { name: component, labels: { 'app.oam.dev/component': component, 'app.oam.dev/resourceType': type } },
});

const one = '{ type: hard, properties: { a: 1 } }';

describe('a trait that says podDisruptive', () => {
  it.each<[what: string, before: readonly string[], after: readonly string[], expected: boolean]>([
    ['is added', [], [one], true],
    ['goes', [one], [], true],
    ['has other properties', [one], ['{ type: hard, properties: { a: 2 } }'], true],
    ['stays as it is, beside one that does not say it', [one], [one, '{ type: soft }'], false],
  ])('%s', (_, before, after, expected) => {
    const isDisrupted = disruptedBy(fleet(...before), fleet(...after));
    expect(isDisrupted('default/app', object('web'))).toBe(expected);
    expect(isDisrupted('default/app', object('web', 'TRAIT'))).toBe(false);
    expect(isDisrupted('default/app', object('db'))).toBe(false);
    expect(isDisrupted('default/other', object('web'))).toBe(false);
  });

  it('is all new where there was nothing before', () => {
    expect(disruptedBy(null, fleet(one))('default/app', object('web'))).toBe(true);
  });
});
