import { describe, expect, it } from 'vitest';
import { recordRevisions } from '../../../../hub/render/revisions.ts';
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
