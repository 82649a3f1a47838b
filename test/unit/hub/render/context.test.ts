import { describe, expect, it } from 'vitest';
import { fleetOf } from '../../../fixtures/hub/fleet.ts';
import { contextOf } from '../../../../hub/render/context.ts';
import { emptyHistory, recordRevisions } from '../../../../hub/render/revisions.ts';

const text = `
kind: Application
metadata: { name: shop, namespace: team, labels: { a: b }, annotations: { app.oam.dev/publishVersion: p7, sluice.dev/approved: 'shop#1' } }
spec: { components: [{ name: web, type: webservice, properties: { image: a } }, { name: db, type: worker, properties: { image: b } }] }
`;

describe('the context of a template', () => {
  const record = recordRevisions(emptyHistory, fleetOf(text)).revisions.get('team/shop')![0]!;
  const [web] = record.application.spec.components;

  it('has what KubeVela gives, as far as no cluster is needed', () => {
    const names = { component: 'web', contextName: 'web-v1' };
    expect(contextOf(record, web, names, { image: 'a' })).toEqual({
      name: 'web-v1',
      componentName: 'web',
      componentType: 'webservice',
      components: record.application.spec.components,
      parameter: { image: 'a' },
      appName: 'shop',
      namespace: 'team',
      appRevision: 'shop-v1',
      appRevisionNum: 1,
      revision: 'shop-v1',
      appLabels: { a: 'b' },
      appAnnotations: { 'app.oam.dev/publishVersion': 'p7' },
      workflowName: 'workflow-shop',
      publishVersion: 'p7',
      replicaKey: '',
      artifacts: [],
    });
  });
});
