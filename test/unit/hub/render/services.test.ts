import { describe, expect, it } from 'vitest';
import { web, namesOf, textOf, useRenderer } from '../../../fixtures/hub/manifests.ts';
import { type RenderedWithProblems } from '../../../fixtures/hub/rendering.ts';

const { renderScene } = useRenderer();

describe('the Service of a target', () => {
  const exposed = (name: string, port: number) =>
    `{ name: ${name}, type: webservice, properties: { image: a, ports: [{ port: ${port}, expose: true }] } }`;
  const selectors = (rendered: RenderedWithProblems) =>
    Object.fromEntries(
      namesOf(rendered, 'Service').map((name) => [
        name,
        /"app.oam.dev\/component":"([^"]*)"/.exec(
          textOf(rendered, `Service/default/${name}`).split('selector')[1] ?? '',
        )?.[1],
      ]),
    );

  it('does not share its name with the Service of another component', async () => {
    const rendered = await renderScene({
      app: 'web',
      revisions: [`${exposed('web', 80)}, ${exposed('api', 8080)}`],
      lists: '1',
      traffic: ['1 api 100'],
    });
    expect(rendered.problems).toEqual([]);
    expect(selectors(rendered)).toEqual({ 'web-v1': 'web', 'web-v1-api': 'api', 'api-v1': 'api' });
    expect(rendered.apps[0]?.traffic[0]?.targets.map(({ service }) => service)).toEqual([
      '/Service/default/web-v1-api',
    ]);
  });

  it('shares it where both lead to the same pods', async () => {
    const rendered = await renderScene({
      app: 'web',
      revisions: [exposed('web', 80)],
      lists: '1',
      traffic: ['1 web 100'],
    });
    expect(selectors(rendered)).toEqual({ 'web-v1': 'web' });
  });

  it('over all revisions leaves the name to the Service of a component, too', async () => {
    const db = '{ name: app, type: statefulset, properties: { image: a, ports: [{ port: 5432, expose: true }] } }';
    const rendered = await renderScene({
      revisions: [`${web('one')}, ${db}`],
      lists: '1',
      traffic: ['1 web 100'],
      capabilities: '{ ingress: true }',
    });
    expect(rendered.problems.filter(({ severity }) => severity === 'error')).toEqual([]);
    expect(selectors(rendered)).toMatchObject({ app: 'app', 'app-web': 'web' });
  });
});
