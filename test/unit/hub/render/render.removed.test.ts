import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startCueEngine, type CueEngine } from '../../../../hub/cue/engine.ts';
import { render } from '../../../../hub/render/render.ts';
import { place } from '../../../../hub/place/place.ts';
import { systemClock } from '../../../../shared/adapters/clock.ts';
import { fleetOf, targetsOf } from '../../../fixtures/hub/fleet.ts';
import { historyOf, heldUnits } from '../../../fixtures/hub/rendering.ts';
import { tellProblems } from '../../../../hub/model/problems.ts';

const documents = `
kind: Application
metadata: { name: jobs }
spec:
  components:
    - name: raw
      type: k8s-objects
      properties:
        objects:
          - { apiVersion: v1, kind: ConfigMap, metadata: { name: a } }
          - apiVersion: policy/v1beta1
            kind: PodDisruptionBudget
            metadata: { name: quorum }
            spec: { minAvailable: 1, selector: { matchLabels: { app: db } } }
---
kind: ApplicationDeployment
metadata: { name: jobs-everywhere }
spec: { appRevisions: [{ revisionName: jobs-v1, placement: [{ clusterSelector: { pick: all } }] }] }
---
kind: Cluster
metadata: { name: east }
---
kind: Cluster
metadata: { name: west }
`;

describe('an API version that servers do not have any more', () => {
  let cue: CueEngine;
  beforeAll(() => void (cue = startCueEngine({ clock: systemClock })));
  afterAll(() => cue.close());

  it.each<[versions: Record<string, string>, refusedOn: readonly string[]]>([
    [{}, ['east', 'west']],
    [{ east: 'v1.24.17', west: 'v1.36.3' }, ['west']],
    [{ east: 'v1.24.17', west: 'v1.24.17' }, []],
    [{ east: 'v1.25.0' }, ['east', 'west']],
  ])('is refused where it is not served: %j', async (versions, refusedOn) => {
    const fleet = fleetOf(documents);
    const history = historyOf(fleet);
    const targets = targetsOf(fleet).map((target) => {
      const kubernetes = versions[target.name];
      return { ...target, ...(kubernetes !== undefined && { kubernetes }) };
    });
    const placed = place({ fleet, history, targets, picks: new Map(), previous: [], localCluster: null });
    const input = { fleet, history, assignments: placed.assignments, targets };
    const rendered = await render(cue, input, new AbortController().signal);
    expect(heldUnits(rendered.holds).map(({ cluster }) => cluster)).toEqual(refusedOn);
    expect(rendered.apps.map(({ cluster }) => cluster)).toEqual(
      ['east', 'west'].filter((name) => !refusedOn.includes(name)),
    );
    for (const { message, hint, place: at } of tellProblems([rendered])) {
      expect(message).toContain(
        'PodDisruptionBudget quorum: apiVersion is policy/v1beta1, which Kubernetes does not serve since 1.25',
      );
      expect([hint, at?.line]).toEqual(['write it as policy/v1; its fields may have other names there', 11]);
    }
  });
});
