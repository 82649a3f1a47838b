import { describe, expect, it } from 'vitest';
import type { Capabilities } from '../../../../../hub/model/documents.ts';
import type { RevisionComponent } from '../../../../../hub/render/revision-component.ts';
import { copyTraffic } from '../../../../../hub/render/traffic/copies.ts';
import { bookinfo } from '../../../../fixtures/hub/programs.ts';
import { revisionRecord } from '../../../../fixtures/hub/facts.ts';

const trait = { type: 'canary-traffic', properties: { port: [9080] } };

/** What leads to a copy of `reviews` on a cluster that offers this. */
function trafficTo(contextName: string, capabilities: Capabilities | null, traits: object[] = [trait]) {
  const workload = {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: contextName, namespace: 'default' },
    spec: { template: { metadata: { labels: { 'app.oam.dev/component': contextName } }, spec: { containers: [] } } },
  };
  const component: RevisionComponent = {
    component: 'reviews',
    contextName,
    own: [],
    shared: [workload],
    workloads: new Set(),
  };
  const record = { ...revisionRecord('default/bookinfo', 2), application: bookinfo([], { traits }) };
  const target = { name: 'c', capabilities, currentProvider: null };
  return copyTraffic({
    namespace: 'default',
    name: 'bookinfo',
    target,
    revisions: [{ record, components: [component] }],
  });
}

describe('traffic to the copies of a component', () => {
  it('is led by a VirtualService of its name to the Service of the component, for the copy that is called after it', () => {
    const { objects, traffic, notes } = trafficTo('reviews', { istio: true });
    expect(objects).toMatchObject([
      {
        kind: 'VirtualService',
        metadata: { name: 'reviews' },
        spec: {
          hosts: ['reviews'],
          http: [{ route: [{ destination: { host: 'reviews', port: { number: 9080 } }, weight: 100 }] }],
        },
      },
    ]);
    expect(traffic).toMatchObject([
      { provider: 'istio', targets: [{ component: 'reviews', weight: 100, pointer: '/spec/http/0/route/0/weight' }] },
    ]);
    expect(notes).toEqual([]);
  });

  it('is led to a Service of its own for another one', () => {
    const { objects, traffic } = trafficTo('reviews-v2', { istio: true });
    expect(objects).toMatchObject([
      { kind: 'VirtualService', spec: { http: [{ route: [{ destination: { host: 'reviews-v2' } }] }] } },
      {
        kind: 'Service',
        metadata: { name: 'reviews-v2' },
        spec: {
          selector: { 'app.oam.dev/component': 'reviews-v2', 'sluice.dev/copy': 'reviews-v2' },
          ports: [{ port: 9080 }],
        },
      },
    ]);
    expect(traffic[0]!.targets[0]!.service).toBe('/Service/default/reviews-v2');
  });

  it('is split by pods without a mesh, which is said of another copy', () => {
    const nothing = { objects: [], traffic: [] };
    expect(trafficTo('reviews', { ingress: true })).toEqual({ ...nothing, notes: [] });
    const notes = ['traffic to the copies of reviews is split by their pods: there is no mesh'];
    expect(trafficTo('reviews-v2', { ingress: true })).toEqual({ ...nothing, notes });
    expect(trafficTo('reviews-v2', null)).toEqual({ ...nothing, notes });
  });

  it('is nothing without the trait', () => {
    expect(trafficTo('reviews-v2', { istio: true }, [])).toEqual({ objects: [], traffic: [], notes: [] });
  });
});
