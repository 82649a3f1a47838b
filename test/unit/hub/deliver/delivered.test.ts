import { describe, expect, it } from 'vitest';
import { deliveredApps, type DeliveredInput } from '../../../../hub/deliver/delivered.ts';
import type { Application } from '../../../../hub/model/documents.ts';
import { deploy, program } from '../../../fixtures/hub/deliveries.ts';
import { revisionRecord } from '../../../fixtures/hub/facts.ts';
import { document } from '../../../fixtures/hub/store.ts';

const place = { path: 'web.yaml', line: 1, column: 1 };

function input(docs: readonly Application[], facts: Partial<DeliveredInput> = {}): DeliveredInput {
  return {
    fleet: { applications: docs.map((doc) => ({ doc, commit: 'c', place, locate: () => place })) },
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
});
