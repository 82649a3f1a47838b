import { describe, expect, it } from 'vitest';
import type { CueEngine, CueEvaluator } from '../../../../hub/cue/engine.ts';
import type { Target } from '../../../../hub/model/fleet.ts';
import { place } from '../../../../hub/place/place.ts';
import { newRenderMemory } from '../../../../hub/render/memory.ts';
import { render } from '../../../../hub/render/render.ts';
import { fleetOf } from '../../../fixtures/hub/fleet.ts';
import { useRenderer } from '../../../fixtures/hub/manifests.ts';
import { historyOf } from '../../../fixtures/hub/rendering.ts';

const { cue } = useRenderer();
const signal = new AbortController().signal;

const autoscaler = `
outputs: hpa: {
  if context.clusterVersion.minor < 23 {apiVersion: "autoscaling/v2beta2"}
  if context.clusterVersion.minor >= 23 {apiVersion: "autoscaling/v2"}
  kind: "HorizontalPodAutoscaler"
  metadata: name: context.name
  spec: {scaleTargetRef: {apiVersion: "apps/v1", kind: "Deployment", name: context.name}, maxReplicas: 3}
}`;
const named = 'patch: metadata: labels: {cluster: context.cluster, zone: context.clusterLabels.zone}';
const documents = (template: string) => `
kind: TraitDefinition
metadata: { name: own }
spec: { schematic: { cue: { template: ${JSON.stringify(template)} } } }
---
kind: Application
metadata: { name: app }
spec: { components: [{ name: web, type: worker, properties: { image: a }, traits: [{ type: own }] }] }
---
kind: ApplicationDeployment
metadata: { name: deploy }
spec: { appRevisions: [{ revisionName: app-v1, placement: [{ clusterSelector: { labels: { run: app }, pick: all } }] }] }
`;

/** Renders on clusters of these versions of Kubernetes ('' = not reported), and says how many templates were asked for. */
async function renderOn(template: string, versions: Readonly<Record<string, string>>, memory = newRenderMemory()) {
  const fleet = fleetOf(documents(template));
  const targets = Object.entries(versions).map(([name, kubernetes]): Target => ({
    name,
    labels: { run: 'app', zone: name.slice(0, 1) },
    capabilities: null,
    ...(kubernetes !== '' && { kubernetes }),
  }));
  let asked = 0;
  const counting = (evaluator: CueEvaluator): CueEvaluator => ({
    evaluate: (programs, within) => {
      asked += programs.length;
      return evaluator.evaluate(programs, within);
    },
  });
  const engine: CueEngine = { ...cue(), forApplication: (name) => counting(cue().forApplication(name)) };
  const history = historyOf(fleet);
  const placed = place({ fleet, history, targets, picks: new Map(), previous: [], localCluster: null });
  const { assignments } = placed;
  const rendered = await render(engine, { fleet, history, assignments, targets }, signal, memory);
  const objects = new Map(rendered.apps.map((app) => [app.cluster, app.objects.map(({ object }) => object)]));
  return { objects, holds: rendered.holds, asked };
}

const scalersOf = (objects: ReadonlyMap<string, readonly { kind: string; apiVersion: string }[]>) =>
  [...objects].map(([cluster, all]) => [
    cluster,
    all.find(({ kind }) => kind === 'HorizontalPodAutoscaler')?.apiVersion,
  ]);

describe('a revision whose templates ask for the version of Kubernetes', () => {
  it('is rendered for the version of each cluster, and once for all of one', async () => {
    const { objects, holds, asked } = await renderOn(autoscaler, { a: 'v1.30.1', b: 'v1.22.9', c: 'v1.30.1' });
    expect(scalersOf(objects)).toEqual([
      ['a', 'autoscaling/v2'],
      ['b', 'autoscaling/v2beta2'],
      ['c', 'autoscaling/v2'],
    ]);
    expect(holds).toEqual([]);
    expect(asked).toBe(4);
  });

  it('waits on a cluster whose agent has not reported it, and on no other', async () => {
    const memory = newRenderMemory();
    const { objects, holds } = await renderOn(autoscaler, { a: 'v1.30.1', b: '' }, memory);
    expect(scalersOf(objects)).toEqual([['a', 'autoscaling/v2']]);
    expect(holds).toMatchObject([
      { app: 'default/deploy', cluster: 'b', by: 'agent', problems: [{ code: 'UNAVAILABLE', severity: 'warning' }] },
    ]);
    const later = await renderOn(autoscaler, { a: 'v1.30.1', b: 'v1.24.0' }, memory);
    expect(later.holds).toEqual([]);
    expect(scalersOf(later.objects)).toContainEqual(['b', 'autoscaling/v2']);
  });
});

describe('a revision whose templates read nothing of a cluster', () => {
  it('is rendered once for all, whatever their versions', async () => {
    const versions = { a: 'v1.30.1', b: '', c: 'v1.22.9' };
    const { objects, asked } = await renderOn('patch: metadata: labels: a: context.name', versions);
    expect([objects.size, asked]).toEqual([3, 2]);
  });
});

describe('a revision whose templates read name and labels of a cluster', () => {
  it('has them on each', async () => {
    const { objects } = await renderOn(named, { a: '', b: '' });
    expect([...objects.values()].map(([deployment]) => deployment?.metadata.labels)).toMatchObject([
      { cluster: 'a', zone: 'a' },
      { cluster: 'b', zone: 'b' },
    ]);
  });
});
