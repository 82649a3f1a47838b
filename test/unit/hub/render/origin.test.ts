import { describe, expect, it } from 'vitest';
import { copiedOf } from '../../../../hub/render/origin.ts';
import { app, local, objectOf, textsOf, useRenderer, web } from '../../../fixtures/hub/manifests.ts';

const { render } = useRenderer();

describe('what objects have of their Application', () => {
  const own = { team: 'red', 'example.com/cost': '7' };

  it.each<[rule: string, metadata: object, labels: object, annotations: object]>([
    ['are its labels and annotations', { labels: own, annotations: own }, own, own],
    ['is nothing where it has none', {}, {}, {}],
    [
      'is nothing for KubeVela, for us, or for tools that read the Application itself',
      {
        labels: { 'app.oam.dev/a': 'b', 'app.kubernetes.io/instance': 'b', 'argocd.argoproj.io/instance': 'b' },
        annotations: {
          'app.oam.dev/publishVersion': 'b',
          'sluice.dev/a': 'b',
          'kubectl.kubernetes.io/last-applied-configuration': '{}',
          'meta.helm.sh/release-name': 'b',
          'kustomize.toolkit.fluxcd.io/name': 'b',
        },
      },
      {},
      {},
    ],
    [
      'is nothing that its filters name',
      {
        labels: own,
        annotations: {
          ...own,
          'filter.oam.dev/label-keys': 'team, x',
          'filter.oam.dev/annotation-keys': 'example.com/cost',
        },
      },
      { 'example.com/cost': '7' },
      { team: 'red' },
    ],
  ])('%s', (_, metadata, labels, annotations) => {
    const copied = copiedOf({ name: 'app', ...metadata });
    expect([copied.labels, copied.annotations]).toEqual([labels, annotations]);
  });

  it('has a name, which is empty where it is nothing', () => {
    expect(copiedOf({ name: 'app' }).key).toBe('');
    expect(copiedOf({ name: 'app', labels: { a: 'b' } }).key).not.toBe(
      copiedOf({ name: 'app', labels: { a: 'c' } }).key,
    );
  });
});

describe('the labels of an Application', () => {
  const labelled = (text: string, team: string) =>
    text.replace('{ name: app }', `{ name: app, labels: { team: ${team} } }`);
  const labelsOf = (rendered: Awaited<ReturnType<typeof render>>, name: string) =>
    (objectOf(rendered, `Deployment/default/${name}`)['metadata'] as { labels: Record<string, string> }).labels;

  it('are on its objects as they are now, though they make no revision', async () => {
    const texts = ['red', 'blue'].map((team) => labelled(app(web()), team) + local);
    const rendered = await render(...texts);
    expect(labelsOf(rendered, 'web')).toMatchObject({ team: 'blue', 'workload.oam.dev/type': 'webservice' });
  });

  it('are on the objects of an older revision as they were', async () => {
    const [first = '', second = ''] = textsOf({ revisions: [web('a'), web('b')], lists: '1 2' });
    const rendered = await render(labelled(first, 'red'), labelled(second, 'blue'));
    expect([labelsOf(rendered, 'web-v1')['team'], labelsOf(rendered, 'web-v2')['team']]).toEqual(['red', 'blue']);
    expect(labelsOf(rendered, 'web-v1')['app.oam.dev/appRevision']).toBe('app-v1');
  });

  it('say of which trait an object is, also where its revision lives side by side', async () => {
    const exposed = web('a', ', traits: [{ type: expose, properties: { port: [80] } }]');
    const [text = ''] = textsOf({ revisions: [exposed], lists: '1' });
    for (const [rendered, name] of [
      [await render(app(exposed) + local), 'web'],
      [await render(text), 'web-v1'],
    ] as const) {
      const { labels } = objectOf(rendered, `Service/default/${name}`)['metadata'] as { labels: object };
      expect(labels).toMatchObject({ 'trait.oam.dev/type': 'expose', 'trait.oam.dev/resource': 'service' });
    }
  });
});
