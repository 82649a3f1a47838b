import { describe, expect, it } from 'vitest';
import { deliveredApps, type DeliveredInput } from '../../../../hub/deliver/delivered.ts';
import type { Application, ApplicationDeployment } from '../../../../hub/model/documents.ts';
import type { SeenDocument } from '../../../../hub/model/seen-documents.ts';
import type { Sourced } from '../../../../hub/model/source.ts';
import { deploy, program } from '../../../fixtures/hub/deliveries.ts';
import { deploymentDocument, revisionRecord } from '../../../fixtures/hub/facts.ts';
import { document } from '../../../fixtures/hub/store.ts';

const place = { path: 'web.yaml', line: 1, column: 1 };

const sourced = <T>(doc: T): Sourced<T> => ({ doc, commit: 'c', place, locate: () => place });

function input(docs: readonly Application[], facts: Partial<DeliveredInput> = {}): DeliveredInput {
  return {
    fleet: { applications: docs.map(sourced), deployments: [] },
    revisions: { newest: new Map([['default/web', 'web-v2']]) },
    documents: [document('default/web')],
    programOf: () => program([deploy('all', null)]),
    ...facts,
  };
}

const { application: web } = revisionRecord('default/web', 2);

describe('deliveredApps', () => {
  it('has the newest revision, and the words of annotations', () => {
    const annotations = { 'sluice.dev/paused': 'true', 'sluice.dev/approved': 'web#2' };
    const { apps } = deliveredApps(input([{ ...web, metadata: { ...web.metadata, annotations } }]));
    expect(apps.get('default/web')).toMatchObject({ content: 'web-v2', words: { paused: true, approved: 'web#2' } });
  });

  it.each<[string, DeliveredInput, boolean]>([
    ['goes on while its document is in force', input([web]), false],
    ['goes on before anything was read', input([]), false],
    ['is gone with its document', input([], { documents: [] }), true],
    ['is gone without a program', input([web], { programOf: () => null }), true],
  ])('a delivery %s', (_, given, isGone) => {
    expect(deliveredApps(given).isGone('default/web')).toBe(isGone);
  });

  describe('of ApplicationDeployments', () => {
    const doc = deploymentDocument({ rollout: { waves: [{ name: 'canary' }] } });
    const deployed = { ...document('default/web'), kind: 'ApplicationDeployment' };
    const withDeployments = (docs: readonly ApplicationDeployment[], facts: Partial<DeliveredInput> = {}) =>
      deliveredApps(input([], { fleet: { applications: [], deployments: docs.map(sourced) }, ...facts }));

    it.each<[string, ApplicationDeployment, boolean]>([
      ['with waves', doc, true],
      ['with steps', deploymentDocument({ rollout: { steps: [{ replicas: 1 }] } }), true],
      ['without a rollout', deploymentDocument({}), false],
      ['that only says how long it may take', deploymentDocument({ rollout: { progressDeadline: '5m' } }), false],
      ['with no step', deploymentDocument({ rollout: { steps: [] } }), false],
    ])('are those %s: %s', (_, given, expected) => {
      expect(withDeployments([given]).apps.has('default/web')).toBe(expected);
    });

    it('have the words of their annotations, and one step', () => {
      const annotated = { ...doc, metadata: { ...doc.metadata, annotations: { 'sluice.dev/paused': 'true' } } };
      const found = withDeployments([annotated]).apps.get('default/web');
      expect(found).toMatchObject({ words: { paused: true }, program: { steps: [{ name: 'deploy' }] } });
      expect(found?.content).toMatch(/^web-v1~[0-9a-f]{8}$/);
    });

    it('stand for an Application of their name, which only records', () => {
      const both = { applications: [sourced(web)], deployments: [sourced(doc)] };
      expect(deliveredApps(input([], { fleet: both })).apps.get('default/web')?.content).toMatch(/^web-v1~/);
    });

    it.each<[string, readonly ApplicationDeployment[], readonly SeenDocument[], boolean]>([
      ['go on while they are in force', [doc], [], false],
      ['go on while they are broken', [], [deployed], false],
      ['are gone without a rollout', [deploymentDocument({})], [deployed], true],
      ['are gone with their document', [], [], true],
    ])('%s', (_, docs, documents, expected) => {
      expect(withDeployments(docs, { documents }).isGone('default/web')).toBe(expected);
    });
  });
});
