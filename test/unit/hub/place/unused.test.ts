import { describe, expect, it } from 'vitest';
import { place } from '../../../../hub/place/place.ts';
import { unusedRevisions } from '../../../../hub/place/unused.ts';
import { fleetOf } from '../../../fixtures/hub/fleet.ts';
import { historyOf } from '../../../fixtures/hub/rendering.ts';

const application = (image: string, annotations = '') => `
kind: Application
metadata: { name: app${annotations} }
spec: { components: [{ name: web, type: worker, properties: { image: ${image} } }] }
`;
const only = ', annotations: { app.oam.dev/revision-only: "true" }';
const deployment = (...names: string[]) => `---
kind: ApplicationDeployment
metadata: { name: deploy }
spec:
  appRevisions: [${names.map((name) => `{ revisionName: ${name}, placement: [{ clusterSelector: { name: a } }] }`).join(', ')}]
`;

function warnings(...texts: string[]): string[] {
  const fleets = texts.map((text) => fleetOf(text));
  const problems = unusedRevisions({ fleet: fleets.at(-1)!, history: historyOf(...fleets) });
  expect(problems.every(({ severity, place }) => severity === 'warning' && place !== undefined)).toBe(true);
  return problems.map(({ message, hint }) => `${message}; ${hint}`);
}

describe('a revision that nothing runs', () => {
  it('is told after a change of the image, with the document that has to list it', () => {
    expect(warnings(application('a') + deployment('app-v1'), application('b') + deployment('app-v1'))).toEqual([
      'app-v2 is recorded and nothing runs it; list it in spec.appRevisions of ApplicationDeployment default/deploy',
    ]);
  });

  it('is told by placing, as a warning that holds nothing', () => {
    const fleet = fleetOf(application('a', only));
    const input = { targets: [], picks: new Map(), previous: [], localCluster: null };
    const { problems, holds } = place({ fleet, history: historyOf(fleet), ...input });
    expect([problems.map(({ code }) => code), holds]).toEqual([['REVISION_UNUSED'], []]);
  });

  it('is told where an application only records', () => {
    expect(warnings(application('a', only))).toEqual([
      'app-v1 is recorded and nothing runs it; list it in spec.appRevisions of an ApplicationDeployment',
    ]);
  });

  it.each([
    ['an application that runs its newest by itself', application('a')],
    ['a deployment that lists it', application('a') + deployment('app-v1')],
    ['a deployment that lists a name that is not there', application('a') + deployment('app-v7')],
    ['a document of which nothing is known', deployment('other-v1')],
  ])('is not told with %s', (_, text) => {
    expect(warnings(text)).toEqual([]);
  });
});
