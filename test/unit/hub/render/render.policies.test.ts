import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startCueEngine, type CueEngine } from '../../../../hub/cue/engine.ts';
import { isMap, listAt, mapAt } from '../../../../hub/model/json-map.ts';
import type { Place } from '../../../../hub/model/source.ts';
import { render } from '../../../../hub/render/render.ts';
import { compile } from '../../../../hub/workflow/compile.ts';
import { systemClock } from '../../../../shared/adapters/clock.ts';
import type { KubeObject } from '../../../../shared/model/object.ts';
import { yamlText } from '../../../../shared/lib/yaml/write.ts';
import { delivered, type Delivered } from '../../../fixtures/hub/delivery.ts';

interface Case {
  readonly name: string;
  readonly clusters: readonly { readonly name: string; readonly labels: Record<string, string> }[];
  readonly app: Readonly<Record<string, unknown>>;
  readonly expect: Readonly<Record<string, unknown>>;
}
const cases = JSON.parse(
  readFileSync(new URL('../../../fixtures/delivery/policies.json', import.meta.url), 'utf8'),
) as readonly Case[];

/** What became of a case. */
interface Outcome extends Delivered {
  readonly objects: ReadonlyMap<string, readonly KubeObject[]>;
  /** The workloads whose replicas the agent sets. */
  readonly moved: readonly string[];
  /** How objects are treated, as JSON, by name. */
  readonly treatments: ReadonlyMap<string, string>;
}

const imageOf = (object: KubeObject | undefined): unknown => {
  const [container] = listAt(object, 'spec', 'template', 'spec', 'containers');
  return isMap(container) ? container['image'] : undefined;
};

function found({ objects }: Outcome, cluster: string, name: string): KubeObject | undefined {
  return objects
    .get(cluster)
    ?.find(({ kind, metadata }) => metadata.name === name && (kind === 'Deployment' || kind === 'StatefulSet'));
}

type Words = readonly string[];

const namesOf = (objects: Outcome['objects'], cluster: string, kind: string): readonly string[] =>
  (objects.get(cluster) ?? []).filter((one) => one.kind === kind).map(({ metadata }) => metadata.name);

/** What the words of a row mean: the value of `image web on beijing`, say. */
const readers: Readonly<Record<string, (outcome: Outcome, words: Words, cluster: string) => unknown>> = {
  placements: ({ placements }) => placements,
  problems: ({ problems }) => (problems.every(({ severity }) => severity !== 'error') ? 'a warning at most' : problems),
  image: (outcome, [, name = ''], cluster) => imageOf(found(outcome, cluster, name)),
  replicas: (outcome, [, name = ''], cluster) => mapAt(found(outcome, cluster, name), 'spec')?.['replicas'] ?? 'absent',
  components: ({ objects }, _, cluster) => [
    ...new Set(objects.get(cluster)?.map(({ metadata }) => metadata.labels?.['app.oam.dev/component'])),
  ],
  drift: ({ objects }) => {
    const left = [...objects.values()].flat().flatMap(({ kind, metadata }) => {
      const fields = metadata.annotations?.['sluice.dev/ignore-differences'];
      return fields === undefined ? [] : [`${kind} ${fields}`];
    });
    return left.length === 0 ? 'repaired as ever' : left;
  },
  label: ({ objects }) => {
    const all = [...objects.values()].flat().filter(({ metadata }) => metadata.labels?.['a'] === 'b');
    return ['web', 'db'].filter((one) => all.some(({ metadata }) => metadata.name === one));
  },
  deployments: ({ objects }, _, cluster) => namesOf(objects, cluster, 'Deployment'),
  // What becomes of them on a cluster: test/unit/hub/plan/beside.test.ts and test/unit/agent/pass.object-policies.test.ts, from how they are treated.
  db: ({ treatments }, words) =>
    treatments.get('db') !== '{"policies":[{"type":"read-only"}]}' || treatments.get('web') !== '{}'
      ? treatments
      : words[1] === 'not'
        ? 'error: it must exist'
        : 'never written, health reported',
  two: ({ treatments }) =>
    treatments.get('x') === '{"isShared":true}' ? 'the first writes it, both read; it goes with the last' : treatments,
  component: ({ treatments }) =>
    treatments.get('db') === '{"keep":"appDeleted"}' ? 'StatefulSet db stays' : treatments,
  app: ({ treatments }) => (treatments.get('web') === '{}' ? 'it goes' : treatments),
  order: ({ fleet, placed }) => {
    const targets = placed.assignments.map((one) => one.cluster);
    const steps = fleet.applications.flatMap(({ doc }) => compile(doc).steps);
    return steps.flatMap(({ wants }) =>
      targets.filter((name) => wants.some(({ scope }) => scope.has({ name, labels: {} }))),
    );
  },
};

/** What a document has at the place of an error: `properties.clusters[0]` of the one policy or step that has such a list. */
function writtenAt(app: Case['app'], path: string): unknown {
  const [, member = '', index = ''] = /^properties\.(\w+)\[(\d+)\]$/.exec(path) ?? [];
  const spec = mapAt(app, 'spec');
  const uses = [...listAt(spec, 'policies'), ...listAt(spec, 'workflow', 'steps')].filter(isMap);
  const lists = uses.map((one) => listAt(one, 'properties', member)).filter(({ length }) => length > 0);
  return lists.at(-1)?.[Number(index)];
}

/** What stands at a place of a document. */
function textAt(text: string, place: Place | undefined): string {
  const line = text.split('\n')[(place?.line ?? 0) - 1] ?? '';
  return line.slice((place?.column ?? 0) - 1).replaceAll('"', '');
}

function valueOf(outcome: Outcome, text: string): unknown {
  const words = text.split(' ');
  const [first = ''] = outcome.objects.keys();
  const cluster = words.includes('on') ? (words[words.indexOf('on') + 1] ?? '') : first;
  return readers[words[0] ?? '']?.(outcome, words, cluster);
}

describe('the policies of an Application', () => {
  let cue: CueEngine;
  beforeAll(() => {
    cue = startCueEngine({ clock: systemClock });
  });
  afterAll(() => cue.close());

  const outcomeOf = async ({ app, clusters }: Pick<Case, 'app' | 'clusters'>, ...more: object[]): Promise<Outcome> => {
    const targets = clusters.map((one) => ({ ...one, capabilities: null }));
    const text = [app, ...more].map((one) => yamlText(one)).join('---\n');
    const placed = delivered(text, targets, { local: 'hangzhou-1' });
    const { fleet, history } = placed;
    const input = { fleet, history, assignments: placed.placed.assignments, targets };
    const { apps, holds } = await render(cue, input, new AbortController().signal);
    expect(holds).toEqual([]);
    return {
      ...placed,
      moved: apps.flatMap(({ replicas }) => replicas.map(({ id }) => id)),
      treatments: new Map(
        apps.flatMap((one) =>
          one.objects.map(({ object, treatment = {} }) => [object.metadata.name, JSON.stringify(treatment)] as const),
        ),
      ),
      objects: new Map(
        [...Map.groupBy(apps, ({ cluster }) => cluster)].map(([cluster, here]) => [
          cluster,
          here.flatMap((one) => one.objects.map(({ object }) => object)),
        ]),
      ),
    };
  };

  /** The case says what becomes of a Namespace, and its Application has none. */
  const withNamespace = ({ app, clusters }: Case): Pick<Case, 'app' | 'clusters'> => {
    const spec = mapAt(app, 'spec');
    const objects = [{ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'x' } }];
    const components = [{ name: 'x', type: 'k8s-objects', properties: { objects } }];
    return { clusters, app: { ...app, spec: { ...spec, components } } };
  };

  it.each(cases.map((one) => [one.name, one] as const))('%s', async (_, one) => {
    const outcome = await outcomeOf(one.name === 'shared-resource' ? withNamespace(one) : one);
    const { error, ...given } = Object.fromEntries(Object.entries(one.expect).filter(([words]) => words !== 'note'));
    // What becomes of a field in a cluster: test/integration/scenarios/policies.ts.
    const left = 'replicas stay as they are; an edited image is repaired';
    const values = given['drift'] === left ? { drift: ['Deployment ["/spec/replicas"]'] } : given;
    if (error !== undefined) {
      const code = /^[A-Z_]+/.exec(JSON.stringify(error).slice(1))?.[0] ?? 'DOCUMENT_INVALID';
      expect(outcome.problems.map((problem) => problem.code)).toEqual([code]);
      const [, path] = / at (\S+)$/.exec(typeof error === 'string' ? error : '') ?? [];
      if (path !== undefined)
        expect(textAt(yamlText(one.app), outcome.problems[0]?.place)).toBe(writtenAt(one.app, path));
      expect(outcome.placements).toEqual([]);
    } else expect(outcome.problems.filter(({ severity }) => severity === 'error')).toEqual([]);
    expect(isMap(values)).toBe(true);
    const got = Object.fromEntries(Object.keys(values).map((words) => [words, valueOf(outcome, words)]));
    expect(got).toEqual(values);
    // Nothing of ours moves a number that is left to others.
    if ('drift' in values && values['drift'] !== 'repaired as ever') {
      expect(outcome.moved.filter((id) => id.includes('/Deployment/'))).toEqual([]);
    }
  });

  const clusters = [{ name: 'hangzhou-1', labels: {} }];
  const definition = (kind: string, name: string, template: string): object => ({
    apiVersion: 'core.oam.dev/v1beta1',
    kind,
    metadata: { name },
    spec: { schematic: { cue: { template } } },
  });
  const appOf = (component: object, ...policies: object[]): Case['app'] => ({
    apiVersion: 'core.oam.dev/v1beta1',
    kind: 'Application',
    metadata: { name: 'app' },
    spec: { components: [{ name: 'web', properties: { image: 'a:1' }, ...component }], policies },
  });
  const said = ({ objects }: Outcome): readonly string[] =>
    (objects.get('hangzhou-1') ?? []).map(
      ({ kind, metadata, spec }) => `${kind} ${metadata.name} ${JSON.stringify(spec)}`,
    );

  it("a type of one's own makes objects", async () => {
    const quota = definition(
      'PolicyDefinition',
      'quota',
      `output: {apiVersion: "v1", kind: "ResourceQuota", metadata: name: context.name, spec: hard: pods: "\\(parameter.pods)"}
parameter: pods: int`,
    );
    const app = appOf({ type: 'worker' }, { name: 'few', type: 'quota', properties: { pods: 3 } });
    const outcome = await outcomeOf({ app, clusters }, quota);
    expect(outcome.problems).toEqual([]);
    expect(said(outcome).filter((line) => line.startsWith('ResourceQuota'))).toEqual([
      'ResourceQuota few {"hard":{"pods":"3"}}',
    ]);
    const [record] = outcome.history.revisions.get('default/app') ?? [];
    expect(Object.keys(record!.definitions)).toContain('PolicyDefinition/quota');
  });

  it('copies are named by their template where that reads the key', async () => {
    const keyed = definition(
      'ComponentDefinition',
      'keyed',
      `output: {apiVersion: "v1", kind: "ConfigMap", metadata: name: "\\(context.replicaKey)-of-\\(context.name)", data: {}}
parameter: {image: string}`,
    );
    const app = appOf({ type: 'keyed' }, { type: 'replication', properties: { keys: ['a', 'b'] } });
    const outcome = await outcomeOf({ app, clusters }, keyed);
    expect(outcome.problems).toEqual([]);
    expect(said(outcome)).toEqual(['ConfigMap a-of-web undefined', 'ConfigMap b-of-web undefined']);
  });

  it('what a policy of type security does not allow is told, and not rendered', async () => {
    const app = appOf({ type: 'worker' }, { type: 'security', properties: { pods: 'restricted' } });
    const placed = delivered(yamlText(app), [{ ...clusters[0]!, capabilities: null }], { local: 'hangzhou-1' });
    const input = {
      ...placed,
      assignments: placed.placed.assignments,
      targets: [{ ...clusters[0]!, capabilities: null }],
    };
    const { apps, holds } = await render(cue, input, new AbortController().signal);
    expect(apps).toEqual([]);
    expect(holds.flatMap(({ problems = [] }) => problems.map(({ code }) => code))).toEqual(
      Array.from({ length: 4 }, () => 'OBJECT_INVALID'),
    );
  });
});
