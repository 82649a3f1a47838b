import { describe, expect, it } from 'vitest';
import { contentOfDeployment, contentReader, withDocuments } from '../../../../hub/deliver/deployment.ts';
import type { AppDelivery } from '../../../../hub/model/delivery.ts';
import type { ApplicationDeployment } from '../../../../hub/model/documents.ts';
import type { BundleApp } from '../../../../shared/wire/revision.ts';
import { deliveryOf } from '../../../fixtures/hub/deliveries.ts';
import { deploymentDocument } from '../../../fixtures/hub/facts.ts';
import { bundleApp } from '../../../fixtures/hub/status.ts';

type Spec = ApplicationDeployment['spec'];
const http: NonNullable<Spec['traffic']>['http'] = [];
const traffic: Spec['traffic'] = { provider: 'auto', hosts: ['web.example'], http };
const named = (name: string, replicas?: number): Spec['appRevisions'][number]['placement'][number] => ({
  clusterSelector: { name, pick: 'one' },
  ...(replicas !== undefined && { distribution: { replicas } }),
});
const listed = (...revisions: readonly (readonly [string, ...Spec['appRevisions'][number]['placement']])[]): Spec => ({
  appRevisions: revisions.map(([revisionName, ...placement]) => ({ revisionName, placement })),
});

describe('the content of an ApplicationDeployment', () => {
  const one = listed(['web-v1', named('a', 3)]);
  const two = listed(['web-v1', named('a')], ['web-v2', named('b')]);
  it.each<[string, Spec, Spec, boolean]>([
    ['another revision', one, listed(['web-v2', named('a', 3)]), true],
    ['other replicas', one, listed(['web-v1', named('a', 4)]), true],
    ['other traffic', one, { ...one, traffic }, true],
    ['another place of its one revision', one, listed(['web-v1', named('b', 3)]), false],
    ['one more place with the same replicas', one, listed(['web-v1', named('a', 3), named('b', 3)]), false],
    ['another place of one of two revisions', two, listed(['web-v1', named('c')], ['web-v2', named('b')]), true],
    ['waves', one, { ...one, rollout: { waves: [{ name: 'canary' }] } }, false],
    ['steps', one, { ...one, rollout: { steps: [{ replicas: 1 }] } }, false],
    ['a deadline', one, { ...one, rollout: { progressDeadline: '5m' } }, false],
  ])('is another one with %s: %s', (_, before, after, isOther) => {
    const content = (spec: Spec) => contentOfDeployment(deploymentDocument(spec)).content;
    expect(content(after) !== content(before)).toBe(isOther);
  });

  it('is named by its revisions, and kept without its rollout', () => {
    const given = deploymentDocument({ ...two, rollout: { progressDeadline: '5m', waves: [{ name: 'canary' }] } });
    const { content, document } = contentOfDeployment(given);
    expect(content).toMatch(/^web-v1\+web-v2~[0-9a-f]{8}$/);
    expect(document.spec).toEqual({ ...two, rollout: { progressDeadline: '5m' } });
  });
});

const doc = (revision: string) => ({ doc: deploymentDocument({}, revision), commit: 'c' });
const content = (revision: string) => contentOfDeployment(doc(revision).doc).content;
const [v1, v2, v3] = [content('web-v1'), content('web-v2'), content('web-v3')];

describe('what is kept of documents', () => {
  const nothing = new Set<string>();
  const first = withDocuments(
    { ...deliveryOf('default/web', 0, { content: v1, phase: 'succeeded' }), stable: v1 },
    doc('web-v1'),
    nothing,
  );
  const second = withDocuments(
    { ...first, last: deliveryOf('default/web', 1, { content: v2 }).last },
    doc('web-v2'),
    nothing,
  );

  it('is what may have to be put back, with the numbers that brought it', () => {
    expect(Object.entries(second.documents ?? {}).map(([name, { numbers }]) => [name, numbers])).toEqual([
      [v1, [0]],
      [v2, [1]],
    ]);
    expect(withDocuments(second, doc('web-v2'), nothing)).toBe(second);
  });

  it('is more numbers where a content comes back', () => {
    const third = { ...second, last: deliveryOf('default/web', 2, { content: v1 }).last };
    expect(withDocuments(third, doc('web-v1'), nothing).documents).toEqual({
      [v1]: { ...first.documents?.[v1], numbers: [0, 2] },
    });
  });

  it.each<[string, Partial<AppDelivery>, ReadonlySet<string>, readonly string[]]>([
    ['goes once no cluster may get it', { stable: v3 }, nothing, [v3]],
    ['stays while a cluster has it', { stable: v3 }, new Set([v2]), [v2, v3]],
    ['stays while it is what was before', { stable: v3, previous: v1 }, nothing, [v1, v3]],
    [
      'stays while a cluster may have to go back to it',
      { stable: v1, last: { ...deliveryOf('default/web', 3, { content: v3 }).last, base: { a: v2 } } },
      nothing,
      [v1, v2, v3],
    ],
  ])('%s', (_, facts, inUse, expected) => {
    const last = deliveryOf('default/web', 3, { content: v3 }).last;
    const kept = withDocuments({ ...second, last, ...facts }, doc('web-v3'), inUse).documents ?? {};
    expect(Object.keys(kept).sort()).toEqual([...expected].sort());
  });
});

describe('the content that was published', () => {
  const documents: AppDelivery['documents'] = {
    [v1]: { numbers: [0, 4], commit: 'c', document: deploymentDocument({}, 'web-v1') },
    [v2]: { numbers: [5], commit: 'c', document: deploymentDocument({}, 'web-v2') },
  };
  const app = (revision: string, number?: number, isStepping = false): BundleApp => {
    const own = bundleApp('web', { revisions: [{ name: revision, objects: [] }] });
    const delivery = { number: number ?? 0, attempt: 1, action: 'run' as const, steps: [] };
    return { ...own, ...(number !== undefined && { delivery }), ...(isStepping && { from: bundleApp('web') }) };
  };

  it.each<[string, BundleApp, string, boolean, string]>([
    ['is told by the number of its delivery', app('web-v2', 5), 'web-v3', true, v2],
    ['is told by an earlier number, too', app('web-v1', 4), 'web-v3', true, v1],
    ['ran before there was a delivery', app('web-v1'), 'web-v3', true, v1],
    ['is not told by a number of another revision', app('web-v3', 5), 'web-v2', true, 'web-v3'],
    ['is only its revisions, by a number that is not known', app('web-v2', 9), 'web-v2', true, 'web-v2'],
    ['is that of the documents, before there is a delivery', app('web-v3'), 'web-v3', false, v3],
    ['is that of the documents, while steps of before run', app('web-v3', 77, true), 'web-v3', true, v3],
    ['is another one than that of the documents', app('web-v2', 77, true), 'web-v3', true, 'web-v2'],
  ])('%s', (_, given, wanted, isKnown, expected) => {
    expect(contentReader(documents, { isKnown, content: v3 })(given, [wanted])).toBe(expected);
  });
});
