import { describe, expect, it } from 'vitest';
import { applyContent, updateManaged } from '../../../lab/cluster/apply/managed.ts';
import type { Managed } from '../../../lab/cluster/apply/managed.ts';
import type { JsonObject } from '../../../lab/cluster/json.ts';
import { builtInSchema, skeletonOf } from '../../../lab/cluster/types/builtin.ts';

const typing = {
  schema: builtInSchema('Deployment'),
  skeleton: skeletonOf('Deployment'),
  owns: (field: string) => field !== 'status',
};
const by = (manager: string): { manager: string; apiVersion: string; time: string } => ({
  manager,
  apiVersion: 'apps/v1',
  time: '2026-01-01T00:00:00Z',
});
const pod = (...containers: JsonObject[]): JsonObject => ({ spec: { template: { spec: { containers } } } });

function apply(live: Managed | undefined, config: JsonObject, manager: string, force = false): Managed {
  const outcome = applyContent(live, config, { writer: by(manager), typing, force });
  if ('conflicts' in outcome) throw new Error(JSON.stringify(outcome.conflicts));
  return outcome;
}

const containersOf = ({ content }: Managed): unknown =>
  (content['spec'] as { template: { spec: { containers: unknown } } }).template.spec.containers;

describe('server-side apply', () => {
  it('owns list items by key, with the default protocol in the key of a port', () => {
    const { entries } = apply(undefined, pod({ name: 'main', image: 'a', ports: [{ containerPort: 80 }] }), 'us');
    expect(entries[0]?.fieldsV1).toEqual({
      'f:spec': {
        'f:template': {
          'f:spec': {
            'f:containers': {
              'k:{"name":"main"}': {
                '.': {},
                'f:image': {},
                'f:name': {},
                'f:ports': { 'k:{"containerPort":80,"protocol":"TCP"}': { '.': {}, 'f:containerPort': {} } },
              },
            },
          },
        },
      },
    });
  });

  it('keeps items of others in a keyed list, and removes its own that are applied no more', () => {
    const first = apply(undefined, pod({ name: 'main', image: 'a' }, { name: 'old', image: 'x' }), 'us');
    const both = apply(first, pod({ name: 'side', image: 'b' }), 'them');
    const after = apply(both, pod({ name: 'main', image: 'c' }), 'us');
    expect(containersOf(after)).toEqual([
      { name: 'main', image: 'c' },
      { name: 'side', image: 'b' },
    ]);
  });

  it('keeps a field that it gives up when somebody else owns it too', () => {
    const shared = apply(apply(undefined, { spec: { replicas: 3 } }, 'us'), { spec: { replicas: 3 } }, 'them');
    expect(apply(shared, { spec: { paused: true } }, 'us').content).toMatchObject({
      spec: { replicas: 3, paused: true },
    });
    const alone = apply(undefined, { spec: { replicas: 3 } }, 'us');
    expect(apply(alone, { spec: { paused: true } }, 'us').content['spec']).toEqual({ paused: true });
  });

  it('names manager and field of a conflict, and takes the field when forced', () => {
    const first = apply(undefined, { spec: { replicas: 3 } }, 'us');
    const config = { spec: { replicas: 5 } };
    expect(applyContent(first, config, { writer: by('them'), typing, force: false })).toEqual({
      conflicts: [{ manager: '"us"', field: '.spec.replicas' }],
    });
    const forced = apply(first, config, 'them', true);
    expect(forced.entries.map(({ manager }) => manager)).toEqual(['them']);
  });

  it('replaces an atomic map as a whole', () => {
    const first = apply(undefined, { spec: { selector: { matchLabels: { a: '1' } } } }, 'us');
    expect(first.entries[0]?.fieldsV1).toEqual({ 'f:spec': { 'f:selector': {} } });
    const next = apply(first, { spec: { selector: { matchLabels: { b: '2' } } } }, 'us');
    expect(next.content['spec']).toEqual({ selector: { matchLabels: { b: '2' } } });
  });

  it('gives what nobody claimed to before-first-apply', () => {
    const { entries } = apply({ content: { spec: { replicas: 1 } }, entries: [] }, { spec: { paused: true } }, 'us');
    expect(entries.map(({ manager, operation }) => [manager, operation])).toEqual([
      ['us', 'Apply'],
      ['before-first-apply', 'Update'],
    ]);
  });
});

describe('updates', () => {
  const live = apply(undefined, { metadata: { labels: { ours: 'x' } }, spec: { replicas: 3 } }, 'us');
  const owned = (after: JsonObject): unknown =>
    updateManaged(live, after, { writer: by('them'), typing }).find(({ manager }) => manager === 'us')?.fieldsV1;

  it.each([
    ['a changed field', { ...live.content, spec: { replicas: 4 } }, { 'f:metadata': { 'f:labels': { 'f:ours': {} } } }],
    ['a removed label', { ...live.content, metadata: {} }, { 'f:spec': { 'f:replicas': {} } }],
  ])('take %s away from its owner', (_what, after, left) => {
    expect(owned(after)).toEqual(left);
  });

  it.each([
    ['a foreign label', { ...live.content, metadata: { labels: { ours: 'x', theirs: 'y' } } }],
    ['another field', { ...live.content, spec: { replicas: 3, paused: true } }],
    ['the status', { ...live.content, status: { replicas: 3 } }],
  ])('leave the owner alone for %s', (_what, after) => {
    expect(owned(after)).toEqual(live.entries[0]?.fieldsV1);
  });
});
