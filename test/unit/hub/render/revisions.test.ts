import { describe, expect, it } from 'vitest';
import { recordRevisions, specDigestOf } from '../../../../hub/render/revisions.ts';
import { fleetOf } from '../../../fixtures/hub/fleet.ts';
import { historyOf } from '../../../fixtures/hub/rendering.ts';

const app = (image: string, extra = ''): string => `
kind: Application
metadata: { name: app${extra} }
spec: { components: [{ name: web, type: worker, properties: { image: ${image} } }] }
`;
const fleet = (image: string, commit: string) => fleetOf(app(image), { commit });

describe('revisions', () => {
  it('numbers each change, and gives the same content its old number', () => {
    const history = historyOf(fleet('a', 'c1'), fleet('b', 'c2'), fleet('a', 'c3'), fleet('c', 'c4'), fleet('b', 'c5'));
    expect(history.revisions.get('default/app')!.map(({ name, commit }) => `${name} ${commit}`)).toEqual([
      'app-v1 c1',
      'app-v2 c2',
      'app-v3 c4',
    ]);
    expect(history.newest.get('default/app')).toBe('app-v2');
  });

  it('makes none for a change of labels or annotations', () => {
    const history = historyOf(fleet('a', 'c1'), fleetOf(app('a', ', labels: { a: b }')));
    expect(history.revisions.get('default/app')).toHaveLength(1);
  });

  it('never uses the number of an application that was away again', () => {
    const history = historyOf(fleet('a', 'c1'), fleetOf('kind: Other'), fleet('b', 'c2'));
    expect(history.newest.get('default/app')).toBe('app-v2');
    expect(historyOf(fleet('a', 'c1'), fleetOf('kind: Other')).newest.size).toBe(0);
  });

  it('does not change the history that it is given', () => {
    const before = historyOf(fleet('a', 'c1'));
    recordRevisions(before, fleet('b', 'c2'));
    expect(before.revisions.get('default/app')).toHaveLength(1);
  });

  it('pins the definition that was there: a changed one takes effect at the next change of the spec', () => {
    const definition = (template: string): string => `---
kind: ComponentDefinition
metadata: { name: worker }
spec: { schematic: { cue: { template: '${template}' } } }
`;
    const history = historyOf(
      fleetOf(app('a') + definition('one: 1')),
      fleetOf(app('a') + definition('two: 2')),
      fleetOf(app('b') + definition('two: 2')),
    );
    const templates = history.revisions
      .get('default/app')!
      .map((record) => record.definitions['ComponentDefinition/worker']!.template);
    expect(templates).toEqual(['one: 1', 'two: 2']);
  });

  it('gives a revision that has never rendered the definition that was mended', () => {
    const definition = (template: string): string => `---
kind: ComponentDefinition
metadata: { name: worker }
spec: { schematic: { cue: { template: '${template}' } } }
`;
    const before = historyOf(fleetOf(app('a') + definition('broken')));
    const mended = fleetOf(app('a') + definition('mended'));
    const history = recordRevisions(before, mended, { unrendered: new Set(['default/app-v1']) });
    const [record, ...more] = history.revisions.get('default/app')!;
    expect(more).toEqual([]);
    expect(record?.definitions['ComponentDefinition/worker']?.template).toBe('mended');
  });

  it('makes a revision of a changed file that a component names, and pins its text', () => {
    const text = `
kind: Application
metadata: { name: app }
spec: { components: [{ name: raw, type: k8s-objects, properties: { glob: "manifests/**/*.yaml" } }] }
`;
    const files = (content: string) => ({ 'manifests/a/x.yaml': content, 'other/y.yaml': content });
    const history = historyOf(fleetOf(text, { files: files('a: 1') }), fleetOf(text, { files: files('a: 2') }));
    expect(history.revisions.get('default/app')!.map((record) => record.files)).toEqual([
      { 'manifests/a/x.yaml': 'a: 1' },
      { 'manifests/a/x.yaml': 'a: 2' },
    ]);
  });
});

describe('what counts as a revision', () => {
  const spec = (more = '', image = 'a'): string =>
    `kind: Application\nmetadata: { name: app }\nspec: { components: [{ name: web, type: worker, properties: { image: ${image} } }]${more} }\n`;
  const digestOf = (text: string) => specDigestOf(fleetOf(text).applications[0]!.doc, {});
  const override = (image: string, name = 'o'): string =>
    `{ name: ${name}, type: override, properties: { components: [{ name: web, properties: { image: ${image} } }] } }`;
  const topology = (cluster: string): string => `{ name: t, type: topology, properties: { clusters: [${cluster}] } }`;

  it('is what it was in the first release for an Application without policies and workflow', () => {
    expect(digestOf(spec())).toBe('sha256:d3281ac48ad7709b637ae7d1ac8334573ee90893ed5526ed4476c100ebc2e274');
  });

  it.each<[rule: string, a: string, b: string, isSame: boolean]>([
    ['components', spec(), spec('', 'b'), false],
    ['an override', spec(`, policies: [${override('x')}]`), spec(`, policies: [${override('y')}]`), false],
    [
      'the name of an override',
      spec(`, policies: [${override('x')}]`),
      spec(`, policies: [${override('x', 'p')}]`),
      false,
    ],
    ['that there is an override', spec(), spec(`, policies: [${override('x')}]`), false],
    ['that there is a topology', spec(), spec(`, policies: [${topology('c1')}]`), true],
    ['clusters', spec(`, policies: [${topology('c1')}]`), spec(`, policies: [${topology('c2')}]`), true],
    ['steps', spec(', workflow: { steps: [{ type: suspend }] }'), spec(', workflow: { steps: [] }'), true],
    [
      'numbers',
      spec(', policies: [{ type: rollout, properties: { soak: 5m } }]'),
      spec(', policies: [{ type: rollout }]'),
      true,
    ],
  ])('has %s in it, or not', (_, a, b, isSame) => {
    expect(digestOf(a) === digestOf(b)).toBe(isSame);
  });

  it('has the steps in it where there is nothing else', () => {
    const only = (message: string): string =>
      `kind: Application\nmetadata: { name: app }\nspec: { components: [], workflow: { steps: [{ type: print-message-in-status, properties: { message: ${message} } }] } }\n`;
    expect(digestOf(only('a'))).not.toBe(digestOf(only('b')));
  });
});
