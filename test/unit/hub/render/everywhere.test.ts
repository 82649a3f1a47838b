import { describe, expect, it } from 'vitest';
import { renderedOn } from '../../../../hub/model/rendered-on.ts';
import type { Assignment } from '../../../../hub/model/rendered.ts';
import { place } from '../../../../hub/place/place.ts';
import { newRenderMemory } from '../../../../hub/render/memory.ts';
import { render } from '../../../../hub/render/render.ts';
import { emptyHistory, recordRevisions } from '../../../../hub/render/revisions.ts';
import { fleetOf, targetsOf } from '../../../fixtures/hub/fleet.ts';
import { useRenderer } from '../../../fixtures/hub/manifests.ts';

const { cue } = useRenderer();

const app = (name: string): string => `---
kind: Application
metadata: { name: ${name} }
spec: { components: [{ name: ${name}, type: webservice, properties: { image: a:1, port: 80 } }] }
`;
const deployment = `---
kind: ApplicationDeployment
metadata: { name: deploy }
spec:
  traffic: { hosts: [a.example], http: [{ weightedTargets: [{ revisionName: a-v1, componentName: a, port: 80 }] }] }
  appRevisions: [{ revisionName: a-v1, placement: [{ clusterSelector: { pick: all }, distribution: { replicas: 2 } }] }]
`;

describe('a unit on all of its clusters', () => {
  it('makes anew only what changed on a cluster, and finds all of each cluster', async () => {
    const memory = newRenderMemory();
    const sites = ['local', 'd', 'e', 'f', 'g', 'h'].map(
      (name) => `---\nkind: Cluster\nmetadata: { name: ${name} }\nspec: { capabilities: { ingress: true } }\n`,
    );
    const documents = app('a') + app('b') + deployment + sites.join('');
    const fleet = fleetOf(documents);
    const history = recordRevisions(emptyHistory, fleet);
    const facts = { fleet, history, targets: targetsOf(fleet) };
    const { assignments } = place({ ...facts, picks: new Map(), previous: [], localCluster: 'local' });
    const of = async (some: readonly Assignment[], targets = facts.targets, now = fleet) => {
      const input = { ...facts, fleet: now, targets, assignments: some };
      const signal = new AbortController().signal;
      const kept = await render(cue(), input, signal, memory);
      expect(kept).toEqual(await render(cue(), input, signal));
      const groups = Map.groupBy(kept.apps, (app) => app.cluster);
      for (const { name } of targets) expect(renderedOn(kept.apps, name)).toEqual(groups.get(name) ?? []);
      return (name: string) => renderedOn(kept.apps, name);
    };
    const first = await of(assignments);
    const isThere = ({ unit, cluster }: Assignment) => unit === 'default/deploy' && cluster === 'e';
    const more = assignments.map((one) => (isThere(one) ? { ...one, replicas: 5 } : one));
    const second = await of(more);
    expect(second('e')).not.toEqual(first('e'));
    for (const name of ['local', 'd', 'f']) expect(second(name)).toBe(first(name));
    const third = await of(more.filter((one) => !isThere(one)));
    expect([third('e').length, third('d') === first('d')]).toEqual([0, true]);
    const other = facts.targets.map((target) => (target.name === 'd' ? { ...target, capabilities: {} } : target));
    const fourth = await of(more, other);
    expect([fourth('d')[0] === first('d')[0], fourth('f') === first('f')]).toEqual([false, true]);
    await of(assignments);
    await of(assignments, facts.targets, fleetOf(documents, { commit: 'c9' }));
  });
});
