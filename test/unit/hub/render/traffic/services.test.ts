import { describe, expect, it } from 'vitest';
import { traffic } from '../../../../../hub/model/documents.ts';
import {
  revisionServices,
  serviceNames,
  sharedName,
  sharedServices,
  type PlacedRevision,
} from '../../../../../hub/render/traffic/services.ts';
import type { Backend } from '../../../../../hub/render/traffic/rules.ts';

const target = (revisionName: string, componentName: string, port = 80) => ({ revisionName, componentName, port });
const read = (...targets: readonly ReturnType<typeof target>[]) =>
  traffic.parse({ http: [{ weightedTargets: targets }] });

const pods = (component: string) => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: component },
  spec: { template: { metadata: { labels: { 'app.oam.dev/component': component } }, spec: { containers: [] } } },
});

function placed(name: string, components: readonly string[], hasPods = true): PlacedRevision {
  return {
    name,
    application: 'app',
    replicas: 1,
    services: [],
    served: (wanted) => {
      if (!components.includes(wanted)) return null;
      const own = hasPods ? [pods(wanted)] : [];
      const component = { component: wanted, contextName: wanted, own, shared: [], workloads: new Set<string>() };
      return { namespace: 'ns', application: 'app', revision: name, component, hasRevisionLabel: true, replicas: 1 };
    },
  };
}

describe('the names of Services', () => {
  it('are those of revisions, with the component where a revision has several with traffic', () => {
    const { ofRevision } = serviceNames(
      read(target('app-v1', 'web'), target('app-v2', 'web'), target('app-v2', 'api')),
      [],
    );
    expect(ofRevision('app-v1', 'web')).toBe('app-v1');
    expect(ofRevision('app-v2', 'web')).toBe('app-v2-web');
    expect(ofRevision('app-v2', 'api')).toBe('app-v2-api');
  });

  it('over all revisions are those of applications, with the component where several have traffic', () => {
    const revisions = [placed('app-v1', ['web', 'api']), placed('app-v2', ['web', 'api'])];
    const one = read(target('app-v1', 'web'), target('app-v2', 'web'));
    const two = read(target('app-v1', 'web'), target('app-v2', 'api'));
    expect(sharedName(one, revisions, { revision: 'app-v1', component: 'web' })).toBe('app');
    expect(sharedName(two, revisions, { revision: 'app-v1', component: 'web' })).toBe('app-web');
  });
});

describe('the Services of revisions', () => {
  it('have all ports that targets name, once each and sorted, and stand for placed revisions alone', () => {
    const doc = read(
      target('app-v1', 'web', 81),
      target('app-v1', 'web', 80),
      target('app-v1', 'web', 81),
      target('app-v9', 'web'),
    );
    const revisions = [placed('app-v1', ['web'])];
    const { ofRevision, faults } = revisionServices(doc, revisions, serviceNames(doc, revisions));
    expect(faults).toEqual([]);
    const services = [...ofRevision].map(([revision, [service]]) => [
      revision,
      service?.metadata.name,
      (service?.['spec'] as { ports: { port: number }[] }).ports.map(({ port }) => port),
    ]);
    expect(services).toEqual([['app-v1', 'app-v1', [80, 81]]]);
  });

  it.each([
    ['is not there', placed('app-v1', ['api']), 'app-v1 has no component web'],
    ['runs no pods', placed('app-v1', ['web'], false), 'component web runs no pods'],
  ])('are a fault with its place where the component %s', (_, revision, message) => {
    const doc = read(target('app-v1', 'web'));
    expect(revisionServices(doc, [revision], serviceNames(doc, [revision])).faults).toEqual([
      {
        code: 'REFERENCE_NOT_FOUND',
        message,
        path: ['spec', 'traffic', 'http', 0, 'weightedTargets', 0, 'componentName'],
      },
    ]);
  });
});

describe('the Services over all revisions', () => {
  it('are those of the first backend of each rule with matches, one for each name', () => {
    const backend = (service: string, port: number): Backend => ({
      revision: 'app-v1',
      component: 'web',
      service,
      port,
      weight: 50,
    });
    const match = [{ uri: { prefix: '/' } }];
    const rules = [
      { match, backends: [backend('app', 81), backend('app', 99)] },
      { match, backends: [backend('app', 80)] },
      { match: [], backends: [backend('app-v1', 80)] },
    ];
    const services = sharedServices(rules, [placed('app-v1', ['web'])], 'deploy');
    expect(services.map(({ metadata }) => metadata.name)).toEqual(['app']);
    expect((services[0]?.['spec'] as { ports: { port: number }[] }).ports.map(({ port }) => port)).toEqual([80, 81]);
  });
});
