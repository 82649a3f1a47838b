import { describe, expect, it } from 'vitest';
import { renderedOn } from '../../../../hub/model/rendered-on.ts';
import type { Assignment, RenderedApp } from '../../../../hub/model/rendered.ts';
import { place } from '../../../../hub/place/place.ts';
import { renderRevisions } from '../../../../hub/render/each-revision.ts';
import { settlingEverywhere, wantedIn, type Everywhere } from '../../../../hub/render/everywhere.ts';
import { newRenderMemory } from '../../../../hub/render/memory.ts';
import { render } from '../../../../hub/render/render.ts';
import { emptyHistory, recordRevisions } from '../../../../hub/render/revisions.ts';
import { providers } from '../../../../hub/render/traffic/providers/list.ts';
import { locatingUnits } from '../../../../hub/render/units.ts';
import { nowhere } from '../../../../hub/render/written-names.ts';
import { atOnce } from '../../../../shared/lib/slices.ts';
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
    // One that goes and comes has its place between the others, and what it has is what the others have.
    const fifth = await of(assignments);
    const gone = await of(
      assignments,
      facts.targets.filter(({ name }) => name !== 'e'),
    );
    expect([gone('e').length, gone('f') === fifth('f')]).toEqual([0, true]);
    const [back, objectsOf] = [await of(assignments), (app?: RenderedApp) => app?.objects];
    expect([back('e').map(objectsOf), back('f') === fifth('f')]).toEqual([back('f').map(objectsOf), true]);
    expect(objectsOf(back('e')[0])).toBe(objectsOf(fifth('f')[0]));
    await of(assignments, facts.targets, fleetOf(documents, { commit: 'c9' }));
  });

  it('is held where a revision that it was made from can not be rendered any more', async () => {
    const fleet = fleetOf(`${app('a')}---\nkind: Cluster\nmetadata: { name: local }\n`);
    const history = recordRevisions(emptyHistory, fleet);
    const facts = { fleet, history, targets: targetsOf(fleet) };
    const { assignments } = place({ ...facts, picks: new Map(), previous: [], localCluster: 'local' });
    const [located] = atOnce(locatingUnits({ ...facts, assignments }, new Map()));
    if (located === undefined) throw new Error('nothing is placed');
    const parts = { memory: newRenderMemory(), sources: [], signal: new AbortController().signal };
    const rendered = await renderRevisions({ ...parts, cue: cue() }, wantedIn(located));
    const settled = (revisions: typeof rendered, before?: Everywhere) =>
      atOnce(
        settlingEverywhere(located, revisions, {
          parts: { elsewhere: nowhere, providers, hasComponent: () => false },
          before,
        }),
      );
    const first = settled(rendered);
    expect([first.apps.length, first.holds]).toEqual([1, []]);
    expect(settled(rendered, first)).toBe(first);
    const fault = { code: 'UNAVAILABLE', message: 'the chart cannot be read', path: [] } as const;
    const second = settled(new Map([...rendered.keys()].map((key) => [key, { faults: [fault] }])), first);
    expect([second.apps, second.holds]).toMatchObject([
      [],
      [{ app: 'default/a', by: 'render', reason: `a-v1: ${fault.message}` }],
    ]);
  });
});
