import { expect, it } from 'vitest';
import { fieldsHash } from '../../../agent/live/project.ts';
import type { KubeResource } from '../../../agent/model/kube.ts';
import type { KubeObject } from '../../../shared/model/object.ts';
import type { Contract } from './context.ts';
import type { Facts } from './suite.ts';
import { eventually } from './wait.ts';

const group = 'networking.istio.io';
const kind = 'VirtualService';

/** A VirtualService as bundles carry it: always `v1`. */
function virtualService(namespace: string, weight: number): KubeObject {
  const route = [{ destination: { host: 'web-v1' }, weight }];
  return {
    apiVersion: `${group}/v1`,
    kind,
    metadata: { name: 'web', namespace },
    spec: { hosts: ['web.example.com'], http: [{ route }] },
  };
}

/** Serves VirtualServices in these versions, and no others; the last one is stored. */
async function serve(contract: Contract, versions: readonly string[]): Promise<void> {
  const spec = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };
  const schema = { openAPIV3Schema: { type: 'object', properties: { spec } } };
  const crd: KubeObject = {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `virtualservices.${group}` },
    spec: {
      group,
      scope: 'Namespaced',
      names: { plural: 'virtualservices', singular: 'virtualservice', kind, listKind: `${kind}List` },
      versions: versions.map((name) => ({ name, served: true, storage: name === versions.at(-1), schema })),
    },
  };
  const { kube, signal } = contract;
  await kube.apply(await contract.resource(crd), crd, { force: true, signal });
  await eventually('exactly these versions are served', async () => {
    kube.forgetResources();
    const served = (await kube.resources(signal)).filter((each) => each.group === group && each.kind === kind);
    return JSON.stringify(served.map(({ version }) => version)) === JSON.stringify(versions);
  });
  // Discovery comes a moment before the handlers.
  await eventually('each of them answers', async () => {
    const lists = versions.map(async (version) => contract.raw('GET', `/apis/${group}/${version}/virtualservices`));
    return (await Promise.all(lists)).every(({ status }) => status === 200);
  });
}

/** Kinds that some clusters serve only in an older version than bundles carry. */
export const versionFacts: Facts = (at) => {
  it('a VirtualService of v1 is made, changed and taken away in v1beta1 where v1 is not served, and in v1 once it is', async () => {
    const { kube, signal } = at();
    const namespace = await at().namespace();
    const find = (): Promise<KubeResource> => kube.resource({ group, kind }, signal, 'v1');
    const options = { force: false, signal };
    await serve(at(), ['v1beta1', 'v1alpha3']);

    const old = await find();
    expect(old.version).toBe('v1beta1');
    const made = await kube.create(old, virtualService(namespace, 90), options);
    const key = { namespace, name: 'web' };
    expect(await kube.get({ resource: old, ...key }, signal)).toMatchObject({
      apiVersion: `${group}/v1beta1`,
      spec: { http: [{ route: [{ weight: 90 }] }] },
    });
    await expect(kube.create(old, virtualService(namespace, 90), options)).rejects.toMatchObject({
      code: 'OBJECT_EXISTS',
    });
    const { uid = '' } = made.metadata;
    const changed = await kube.update(old, virtualService(namespace, 80), uid, options);
    // Nothing of it is drift: the fields that we own are the same ones.
    expect(fieldsHash(changed.metadata)).toBe(fieldsHash(made.metadata));

    await serve(at(), ['v1', 'v1beta1', 'v1alpha3']);
    const now = await find();
    expect(now.version).toBe('v1');
    const seen = await kube.getMetadata({ resource: now, ...key }, signal);
    expect([seen.metadata.uid, fieldsHash(seen.metadata)]).toEqual([uid, fieldsHash(made.metadata)]);
    const last = await kube.update(now, virtualService(namespace, 70), uid, options);
    expect([last.metadata.uid, fieldsHash(last.metadata)]).toEqual([uid, fieldsHash(made.metadata)]);
    expect(last.metadata.managedFields).toHaveLength(1);
    expect(await kube.delete({ resource: now, ...key }, { uid, propagation: 'Background', signal })).toBe(true);
  });
};
