import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startCueEngine, type CueEngine } from '../../../../hub/cue/engine.ts';
import { isMap, listAt, mapAt } from '../../../../hub/model/json-map.ts';
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
}

/** Planned: refused until then. */
const refused: Readonly<Record<string, string>> = {
  replication: 'UNSUPPORTED',
  'garbage-collect onAppDelete': 'UNSUPPORTED',
  'read-only': 'UNSUPPORTED',
  'shared-resource': 'UNSUPPORTED',
};

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
  order: ({ fleet, placed }) => {
    const targets = placed.assignments.map((one) => one.cluster);
    const steps = fleet.applications.flatMap(({ doc }) => compile(doc).steps);
    return steps.flatMap(({ wants }) =>
      targets.filter((name) => wants.some(({ scope }) => scope.has({ name, labels: {} }))),
    );
  },
};

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

  const outcomeOf = async ({ app, clusters }: Case): Promise<Outcome> => {
    const targets = clusters.map((one) => ({ ...one, capabilities: null }));
    const placed = delivered(yamlText(app), targets, { local: 'hangzhou-1' });
    const { fleet, history } = placed;
    const input = { fleet, history, assignments: placed.placed.assignments, targets };
    const { apps, holds } = await render(cue, input, new AbortController().signal);
    expect(holds).toEqual([]);
    return {
      ...placed,
      moved: apps.flatMap(({ replicas }) => replicas.map(({ id }) => id)),
      objects: new Map(
        [...Map.groupBy(apps, ({ cluster }) => cluster)].map(([cluster, here]) => [
          cluster,
          here.flatMap((one) => one.objects.map(({ object }) => object)),
        ]),
      ),
    };
  };

  it.each(cases.map((one) => [one.name, one] as const))('%s', async (name, one) => {
    const outcome = await outcomeOf(one);
    const lines = outcome.problems.map(({ code, place }) => `${code} ${place?.line}:${place?.column}`);
    if (Object.hasOwn(refused, name)) {
      expect(lines.map((line) => line.split(' ')[0])).toEqual([refused[name]]);
      return;
    }
    const { error, ...given } = one.expect;
    // What becomes of a field in a cluster: test/integration/scenarios/policies.ts.
    const left = 'replicas stay as they are; an edited image is repaired';
    const values = given['drift'] === left ? { drift: ['Deployment ["/spec/replicas"]'] } : given;
    if (error !== undefined) {
      const code = /^[A-Z_]+/.exec(JSON.stringify(error).slice(1))?.[0] ?? 'DOCUMENT_INVALID';
      expect(outcome.problems.map((problem) => problem.code)).toEqual([code]);
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
});
