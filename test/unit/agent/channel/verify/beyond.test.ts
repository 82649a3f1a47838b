import { describe, expect, it } from 'vitest';
import { beyondThisAgent } from '../../../../../agent/channel/verify/beyond.ts';
import type { BundleApp } from '../../../../../shared/wire/revision.ts';
import { appOf, service } from '../../../../fixtures/agent/bundle.ts';

const app = appOf([service], { revisions: [], replicas: [], traffic: [] });
const object = (more: object): Partial<BundleApp> => ({ objects: app.objects.map((one) => ({ ...one, ...more })) });
const query = {
  name: 'a',
  address: 'http://a',
  query: 'b',
  condition: '>1',
  everySeconds: 1,
  forSeconds: 1,
  failures: 0,
};
const job = { name: 'a', job: app.objects[0]!.id, timeoutSeconds: 1 };
const delivery = { number: 1, attempt: 1, action: 'run', steps: [] } as const;

describe('what an application asks for', () => {
  it.each<[string, Partial<BundleApp>]>([
    ['nothing of it', {}],
    ['a delivery without steps', { delivery }],
    ['the steps of a delivery', { delivery: { ...delivery, steps: [{ type: 'pause' }] } }],
    ['an analysis', { delivery: { ...delivery, steps: [{ type: 'analysis', checks: [query] }] } }],
    ['an analysis by a Job', { delivery: { ...delivery, steps: [{ type: 'analysis', checks: [job] }] } }],
    ['to stop a delivery', { delivery: { ...delivery, action: 'pause' } }],
    ['to go back', { delivery: { ...delivery, action: 'back' } }],
    ['to promote', { delivery: { ...delivery, action: 'promote' } }],
    ['fields to report', { observe: [{ id: app.objects[0]!.id, fields: ['/status'] }] }],
    ['objects that are kept', { kept: [{ id: '/Secret/shop/a', until: 'never' }] }],
    ['the component of an object', object({ component: 'web', bytes: 1 })],
    ['components that wait for others', { dependsOn: { web: ['db'] } }],
    ['a stage of an object', object({ stage: 'pre' })],
    ['to write an object with new content alone', object({ policies: [{ type: 'apply-once' }] })],
    ['to read an object alone', object({ policies: [{ type: 'read-only' }] })],
    [
      'how an object is changed',
      object({ policies: [{ type: 'resource-update', op: 'replace', recreateFields: ['/spec'] }] }),
    ],
    ['empty lists', { dependsOn: {}, ready: [], ...object({ policies: [] }) }],
  ])('can be done here: %s', (_, change) => {
    expect(beyondThisAgent({ ...app, ...change })).toBeNull();
  });

  it.each<[string, Partial<BundleApp>]>([
    ['readiness of its own', { ready: [{ id: app.objects[0]!.id, pointer: '/a', equals: 1 }] }],
    ['a policy of an object', object({ policies: [{ type: 'read-only' }, { type: 'shared-resource' }] })],
    ['a policy of an object', object({ policies: [{ type: 'apply-once', fields: ['/spec'] }] })],
  ])('needs another agent: %s', (words, change) => {
    expect(beyondThisAgent({ ...app, ...change })).toEqual({
      code: 'AGENT_TOO_OLD',
      message: `it needs ${words}, which this agent does not do: upgrade the agent`,
    });
  });
});
