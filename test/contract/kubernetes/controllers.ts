import { expect, it } from 'vitest';
import { textOf } from './context.ts';
import { configMap, deployment, job, service } from './objects.ts';
import type { KubeObject } from '../../../shared/model/object.ts';
import type { Facts } from './suite.ts';
import { eventually } from './wait.ts';

/** What controllers and kubelets do with what the agent applies. */
export const controllerFacts: Facts = (at) => {
  it('make a Deployment ready, say so under its generation, and give its Service ready endpoints', async () => {
    const namespace = await at().namespace();
    const wanted = deployment(namespace, 'web', 2);
    await at().apply(service(namespace, 'web'), 'sluice-agent');
    await at().apply(wanted, 'sluice-agent');
    const path = await at().pathOf(wanted);
    await eventually('two ready replicas', async () => {
      const { body } = await at().raw('GET', path);
      return Number(body.status?.readyReplicas) === 2 && Number(body.status?.observedGeneration) === 1;
    });
    const slices = `/apis/discovery.k8s.io/v1/namespaces/${namespace}/endpointslices?labelSelector=kubernetes.io/service-name=web`;
    await eventually('two ready endpoints', async () => {
      const { body } = await at().raw('GET', slices);
      const endpoints = (body.items?.flatMap((slice) => [...(slice.endpoints ?? [])]) ?? []) as unknown as {
        conditions: { ready: boolean };
      }[];
      return endpoints.filter(({ conditions }) => conditions.ready).length === 2;
    });
  });

  it('collect what a deleted Deployment owned', async () => {
    const { kube, signal } = at();
    const wanted = deployment(await at().namespace(), 'brief', 1);
    const resource = await at().resource(wanted);
    const { metadata } = await kube.create(resource, wanted, { force: true, signal });
    const namespace = wanted.metadata.namespace!;
    const pods = async (): Promise<number> =>
      (await at().raw('GET', `/api/v1/namespaces/${namespace}/pods`)).body.items?.length ?? -1;
    await eventually('a pod', async () => (await pods()) === 1);
    await kube.delete(
      { resource, namespace, name: 'brief' },
      { uid: metadata.uid!, propagation: 'Background', signal },
    );
    await eventually('no pod', async () => (await pods()) === 0);
  });

  it('collect an object that was given an owner that is not there', async () => {
    const namespace = await at().namespace();
    await at().apply(configMap(namespace, 'adopted'), 'sluice-agent');
    const path = `/api/v1/namespaces/${namespace}/configmaps/adopted`;
    const dead = { apiVersion: 'v1', kind: 'ConfigMap', name: 'gone', uid: '22222222-2222-4222-8222-222222222222' };
    await at().raw('PATCH', path, {
      type: 'application/merge-patch+json',
      body: { metadata: { ownerReferences: [dead] } },
    });
    await eventually('no object', async () => (await at().raw('GET', path)).status === 404);
  });

  it('never make a pod ready whose image starts with broken/, and the Deployment says so', async () => {
    const wanted = deployment(await at().namespace(), 'bad', 1, 'broken/web:1');
    const broken = { ...wanted, spec: { ...(wanted['spec'] as object), progressDeadlineSeconds: 1 } };
    await at().apply(broken, 'sluice-agent');
    const path = await at().pathOf(broken);
    await eventually('ProgressDeadlineExceeded', async () => {
      const { body } = await at().raw('GET', path);
      const conditions = (body.status?.conditions ?? []) as unknown as { type: string; reason: string }[];
      return conditions.some(({ type, reason }) => type === 'Progressing' && reason === 'ProgressDeadlineExceeded');
    });
    expect((await at().raw('GET', path)).body.status?.readyReplicas).toBeUndefined();
  });

  it('remove a finished Job once its time to live is over, its pods with it, and keep one without', async () => {
    const namespace = await at().namespace();
    const jobs = `/apis/batch/v1/namespaces/${namespace}/jobs`;
    const named = async (path: string) =>
      ((await at().raw('GET', path)).body.items ?? []).map(({ metadata }) => metadata?.name);
    for (const ttl of [1, undefined])
      await at().apply(job(namespace, ttl === undefined ? 'stays' : 'expires', ttl), 'me');
    await eventually('the end of the one', async () => {
      const { body } = await at().raw('GET', `${jobs}/stays`);
      const conditions = (body.status?.conditions ?? []) as unknown as { type: string }[];
      const left = (await named(jobs)).map((name) => textOf(name)).join();
      return conditions.some(({ type }) => type === 'Complete') && left === 'stays';
    });
    await eventually('no pod of it', async () =>
      (await named(`/api/v1/namespaces/${namespace}/pods`)).every((name) => textOf(name).startsWith('stays')),
    );
  });

  it('never replace a broken pod of a StatefulSet that works in order, until a person deletes it', async () => {
    const namespace = await at().namespace();
    const set = (image: string): KubeObject => {
      const wanted = deployment(namespace, 'db', 1, image);
      return { ...wanted, kind: 'StatefulSet', spec: { ...(wanted['spec'] as object), serviceName: 'db' } };
    };
    const pod = async () => (await at().raw('GET', `/api/v1/namespaces/${namespace}/pods/db-0`)).body;
    const path = await at().pathOf(set('broken/db:1'));
    const status = async () => (await at().raw('GET', path)).body.status as { updateRevision?: string } | undefined;
    const labels = async () => (await pod()).metadata?.labels as Readonly<Record<string, string>> | undefined;
    const revision = async () => (await labels())?.['controller-revision-hash'];
    await at().apply(set('broken/db:1'), 'sluice-agent');
    await eventually('the broken pod', async () => (await revision()) !== undefined);
    // A pod carries the name of its revision; the controller writes its status after that.
    const broken = await revision();
    await eventually('its revision in the status', async () => (await status())?.updateRevision === broken);
    await at().apply(set('nginx:1'), 'sluice-agent');
    await eventually('a mended template', async () => (await status())?.updateRevision !== broken);
    expect(await revision()).toBe(broken);
    await at().raw('DELETE', `/api/v1/namespaces/${namespace}/pods/db-0`);
    await eventually(
      'a pod of the mended template',
      async () => (await revision()) === (await status())?.updateRevision,
    );
  });

  it('empty a namespace that is deleted', async () => {
    const namespace = await at().namespace();
    await at().apply(deployment(namespace, 'inside', 1), 'sluice-agent');
    await at().raw('DELETE', `/api/v1/namespaces/${namespace}`);
    await eventually(
      'no namespace',
      async () => (await at().raw('GET', `/api/v1/namespaces/${namespace}`)).status === 404,
    );
  });
};
