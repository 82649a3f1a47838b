import { describe, expect, it } from 'vitest';
import { findingFacts } from '../../../../hub/place/facts.ts';
import { place, placing } from '../../../../hub/place/place.ts';
import type { PlaceInput } from '../../../../hub/place/types.ts';
import { atOnce } from '../../../../shared/lib/slices.ts';
import { turnsOf } from '../../../fixtures/loop.ts';
import { fleetOf } from '../../../fixtures/hub/fleet.ts';
import { application, target } from '../../../fixtures/hub/placing.ts';
import { historyOf } from '../../../fixtures/hub/rendering.ts';

const revision = '{ revisionName: app-v1, placement: [{ clusterSelector: { labels: { usage: prod }, pick: all } }] }';
const deployment = (name: string): string => `---
kind: ApplicationDeployment
metadata: { name: ${name} }
spec: { appRevisions: [${revision}] }
`;
const plain = (name: string): string => `---
kind: Application
metadata: { name: ${name} }
spec: { components: [{ name: web, type: worker, properties: { image: a } }] }
`;
const repeated = (count: number, text: (name: string) => string): string =>
  Array.from({ length: count }, (_, index) => text(`d${index}`)).join('');

function inputOf(text: string, clusters: number): PlaceInput {
  const fleet = fleetOf(text);
  const targets = Array.from({ length: clusters }, (_, index) => target(`c${index}`, { usage: 'prod' }));
  return { fleet, history: historyOf(fleet), targets, picks: new Map(), previous: [], localCluster: 'c0' };
}

const wide = inputOf(application + repeated(10, deployment), 1_000);

describe('placing in slices', () => {
  it('is the placement that is made at once', () => {
    expect(atOnce(placing(wide))).toEqual(place(wide));
  });

  it.each([
    ['many clusters', wide],
    ['many applications', inputOf(repeated(2_500, plain), 1)],
  ])('lets others have their turn: %s', async (_, input) => {
    // What is placed on the very same clusters again is not looked for again.
    expect(await turnsOf(placing({ ...input, targets: [...input.targets] }))).toBeGreaterThan(3);
  });

  it('lets others have their turn while it compares with the labels of before', async () => {
    const nothing = { bundles: new Map(), clusters: new Map() };
    const many = { ...wide, targets: Array.from({ length: 20 }, () => wide.targets).flat() };
    expect(await turnsOf(findingFacts(many, { assignments: [] }, nothing))).toBeGreaterThan(3);
  });
});
