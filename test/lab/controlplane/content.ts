import { readFile } from 'node:fs/promises';
import { sendOk } from './client.ts';
import type { RawClient } from './client.ts';
import { waitFor } from './wait.ts';

const applyHeaders = { 'content-type': 'application/apply-patch+yaml' };

/** Creates nodes named `node-1`, `node-2`, ... and waits until kwok has made them Ready. */
export async function createNodes(admin: RawClient, count: number): Promise<void> {
  const names = Array.from({ length: count }, (_, index) => `node-${index + 1}`);
  await Promise.all(names.map(async (name) => createNode(admin, name)));
  await Promise.all(
    names.map(async (name) => waitFor(`node ${name}`, () => hasCondition(admin, `/api/v1/nodes/${name}`, 'Ready'))),
  );
}

/** Applies every CRD of a file and waits until all are Established; other kinds in the file are left out. */
export async function applyCrds(admin: RawClient, file: string): Promise<void> {
  const documents = (await readFile(file, 'utf8'))
    .split(/^---\s*$/m)
    .filter((text) => /^kind: CustomResourceDefinition$/m.test(text));
  const paths = documents.map((text) => `/apis/apiextensions.k8s.io/v1/customresourcedefinitions/${crdName(text)}`);
  await Promise.all(
    documents.map(async (body, index) =>
      sendOk(admin, {
        method: 'PATCH',
        path: `${paths[index] ?? ''}?fieldManager=test&force=true`,
        body,
        headers: applyHeaders,
      }),
    ),
  );
  await Promise.all(paths.map(async (path) => waitFor(path, () => hasCondition(admin, path, 'Established'))));
}

/** Serves a CRD's kind in this version no more, as an older release of its project would, and waits until the path is gone. */
export async function withdrawVersion(admin: RawClient, crd: string, version: string): Promise<void> {
  const path = `/apis/apiextensions.k8s.io/v1/customresourcedefinitions/${crd}`;
  const { spec } = (await sendOk(admin, { path })) as { spec: { group: string; versions: { name: string }[] } };
  const versions = spec.versions.map((one) => (one.name === version ? { ...one, served: false } : one));
  const headers = { 'content-type': 'application/merge-patch+json' };
  await sendOk(admin, { method: 'PATCH', path, body: { spec: { versions } }, headers });
  const [plural = ''] = crd.split('.');
  await waitFor(`${crd} without ${version}`, async () => {
    const { body } = await admin.send({ path: `/apis/${spec.group}/${version}` });
    const { resources = [] } = body as { resources?: { name: string }[] };
    return resources.some(({ name }) => name === plural) ? undefined : true;
  });
}

/** True once the controller manager has made the default service account, without which no pod is admitted. */
export async function serviceAccountExists(admin: RawClient, namespace: string): Promise<true | undefined> {
  const { status } = await admin.send({ path: `/api/v1/namespaces/${namespace}/serviceaccounts/default` });
  return status === 200 ? true : undefined;
}

/** Creates a namespace and waits until pods can be created in it. */
export async function createNamespace(admin: RawClient, name: string): Promise<void> {
  const body = { apiVersion: 'v1', kind: 'Namespace', metadata: { name } };
  await sendOk(admin, { method: 'POST', path: '/api/v1/namespaces', body });
  await waitFor(`the service account of ${name}`, () => serviceAccountExists(admin, name));
}

/** Creates the service account if it is missing and answers a bearer token for it (TokenRequest, one hour unless told otherwise). */
export async function serviceAccountToken(
  admin: RawClient,
  account: { readonly namespace: string; readonly name: string; readonly seconds?: number },
): Promise<string> {
  const path = `/api/v1/namespaces/${account.namespace}/serviceaccounts`;
  const { status } = await admin.send({ path: `${path}/${account.name}` });
  if (status === 404) await sendOk(admin, { method: 'POST', path, body: { metadata: { name: account.name } } });
  const body = {
    apiVersion: 'authentication.k8s.io/v1',
    kind: 'TokenRequest',
    spec: { expirationSeconds: account.seconds ?? 3600 },
  };
  const answer = await sendOk(admin, { method: 'POST', path: `${path}/${account.name}/token`, body });
  return (answer as { status: { token: string } }).status.token;
}

async function createNode(admin: RawClient, name: string): Promise<void> {
  const labels = { 'kubernetes.io/hostname': name, 'kubernetes.io/os': 'linux', 'kubernetes.io/arch': 'amd64' };
  await sendOk(admin, {
    method: 'POST',
    path: '/api/v1/nodes',
    body: { apiVersion: 'v1', kind: 'Node', metadata: { name, labels } },
  });
}

/** `metadata.name` of a CRD's text: the one name that is indented by two. */
function crdName(text: string): string {
  const name = /^metadata:\n(?: .*\n)*? {2}name: (\S+)$/m.exec(text)?.[1];
  if (name === undefined) throw new Error(`a CRD without a name: ${text.slice(0, 200)}`);
  return name;
}

async function hasCondition(admin: RawClient, path: string, type: string): Promise<true | undefined> {
  const { body } = await admin.send({ path });
  const conditions =
    (body as { status?: { conditions?: { type: string; status: string }[] } }).status?.conditions ?? [];
  return conditions.some((condition) => condition.type === type && condition.status === 'True') ? true : undefined;
}
