import { describe, expect, it } from 'vitest';
import { contentsOf } from '../../../../../agent/rollout/steps/contents.ts';
import { listsOf, readyOf, replicasOf, share } from '../../../../../agent/rollout/steps/parts.ts';
import { canonicalPretty, digestOf } from '../../../../../shared/lib/canonical.ts';
import { contentOf } from '../../../../../shared/wire/bundle.ts';
import type { TestApp } from '../../../../fixtures/agent/apps.ts';
import { copyApp } from '../../../../fixtures/agent/copies.ts';
import { delivering } from '../../../../fixtures/agent/steps.ts';

/** The copy with traffic that is led to it in the name of a revision, which has no objects of its own. */
function led(name: string, revision: string): TestApp {
  const { app, objects } = copyApp({ name });
  const target = { rule: 0, revision, component: 'reviews', service: '/Service/default/reviews' as const, weight: 100 };
  const traffic = [
    {
      provider: 'istio' as const,
      id: 'networking.istio.io/VirtualService/default/reviews' as const,
      targets: [target],
    },
  ];
  return { app: { ...app, traffic, revisions: [{ name: revision, objects: [] }] }, objects };
}

describe('what stages are put together from', () => {
  it('says which workloads traffic to a revision reaches, of both contents', () => {
    const { app, objects } = delivering(led('reviews', 'bookinfo-v1'), led('reviews-v2', 'bookinfo-v2'));
    const texts = new Map(objects.map((one) => [digestOf(canonicalPretty(one)), one]));
    const contents = contentsOf(
      app,
      { objectOf: (digest) => texts.get(digest) ?? null, keep: () => undefined },
      { totals: {}, inventory: new Map() },
    )!;
    const all = [...app.objects, ...contents.from.objects];
    expect(listsOf(contents, { objects: all, traffic: [] }).revisions).toEqual([
      { name: 'bookinfo-v2', objects: ['apps/Deployment/default/reviews-v2'] },
      { name: 'bookinfo-v1', objects: ['apps/Deployment/default/reviews'] },
    ]);
  });

  it('shares pods among the workloads of a component, rounded up', () => {
    expect([share(['a', 'b'] as never, 3), share([], 3)]).toEqual([2, 3]);
  });

  it('adds what is ready, and writes replicas where their content says them', () => {
    const content = contentOf(copyApp({ name: 'reviews' }).app);
    const [id] = content.objects.map((one) => one.id);
    const pods = {
      exists: () => true,
      isTaken: () => false,
      earlier: () => 0,
      of: () => ({ spec: 3, ready: 2, isOthers: false }),
    };
    expect(readyOf([id!, id!], pods)).toBe(4);
    expect(replicasOf(content, id!, 5)).toMatchObject({ id, pointer: '/spec/replicas', value: 5 });
  });
});
