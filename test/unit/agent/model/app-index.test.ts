import { describe, expect, it } from 'vitest';
import { indexOf, wantedDigests } from '../../../../agent/model/app-index.ts';
import { idOf } from '../../../../shared/model/object.ts';
import { appOf, deployment, route, service } from '../../../fixtures/agent/bundle.ts';

const app = appOf([deployment, service, route]);

describe('the index of an application', () => {
  it('says what its lists say', () => {
    const { digests, revisions, replicas, kinds, running } = indexOf(app);
    expect([...digests]).toEqual(app.objects.map(({ id, digest }) => [id, digest]));
    expect([...revisions]).toEqual([[idOf(deployment), 'web-v1']]);
    expect([...replicas]).toEqual([[idOf(deployment), 3]]);
    expect([...kinds]).toEqual(['apps/Deployment', '/Service', 'networking.istio.io/VirtualService']);
    expect([...running]).toEqual([idOf(deployment)]);
  });

  it('takes the first number where an object has two, and counts what is scaled among what runs', () => {
    const replicas = [5, 6].map((value) => ({ id: idOf(service), pointer: '/spec/replicas', value }));
    const index = indexOf(appOf([deployment, service], { replicas, traffic: [] }));
    expect(index.replicas.get(idOf(service))).toBe(5);
    expect([...index.running]).toEqual([idOf(deployment), idOf(service)]);
  });

  it('is made once, and anew for an application that says something else under the same name', () => {
    expect(indexOf(app)).toBe(indexOf(app));
    const other = { ...app, replicas: [{ ...app.replicas[0]!, value: 1 }] };
    expect(indexOf(other).replicas.get(idOf(deployment))).toBe(1);
    expect(indexOf(app).replicas.get(idOf(deployment))).toBe(3);
  });
});

describe('what a bundle wants', () => {
  it('is the content of each object of all applications, looked up once', () => {
    const other = appOf([{ ...service, metadata: { ...service.metadata, name: 'other' } }]);
    const revision = { apps: [app, other] };
    const objects = [...app.objects, ...other.objects];
    expect([...wantedDigests(revision)]).toEqual(objects.map(({ id, digest }) => [id, digest]));
    expect(wantedDigests(revision)).toBe(wantedDigests(revision));
  });
});
