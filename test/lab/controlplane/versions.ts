import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** The five programs of a control plane and the Go package that each is built from, in build order. */
export const programs = {
  etcd: 'go.etcd.io/etcd/server/v3',
  'kube-apiserver': 'k8s.io/kubernetes/cmd/kube-apiserver',
  'kube-controller-manager': 'k8s.io/kubernetes/cmd/kube-controller-manager',
  'kube-scheduler': 'k8s.io/kubernetes/cmd/kube-scheduler',
  kwok: 'sigs.k8s.io/kwok/cmd/kwok',
} as const;

export type Program = keyof typeof programs;

/** The names of the programs, in build order. */
export const programNames = Object.keys(programs) as readonly Program[];

/** Sets of CRDs: the Go module that carries them, its checksum (as go.sum would say it), and the files to take. */
export const crdModules = {
  istio: {
    module: 'istio.io/api@v1.31.1',
    sum: 'h1:5Yb5ihcz4YQsCkciusK7DnFpBMwRB6EFWeUKH1Atuyk=',
    files: /^kubernetes\/customresourcedefinitions\.gen\.yaml$/,
  },
  'gateway-api': {
    module: 'sigs.k8s.io/gateway-api@v1.5.0',
    sum: 'h1:duoo14Ky/fJXpjpmyMISE2RTBGnfCg8zICfTYLTnBJA=',
    files: /^config\/crd\/standard\/[^/]+\.yaml$/,
  },
} as const;

export type CrdSet = keyof typeof crdModules;

/** The names of the CRD sets. */
export const crdSets = Object.keys(crdModules) as readonly CrdSet[];

/** The folder of our own Go module. */
export const goFolder = fileURLToPath(new URL('./go/', import.meta.url));

/** The version of Kubernetes that go.mod asks for, such as `v1.36.3`. */
export function kubernetesVersion(): string {
  const version = /^\tk8s\.io\/kubernetes (v\d+\.\d+\.\d+)$/m.exec(readFileSync(`${goFolder}go.mod`, 'utf8'))?.[1];
  if (version === undefined) throw new Error('go.mod does not require k8s.io/kubernetes');
  return version;
}

/** The flags of `go build`; without the -X ones the server calls itself v0.0.0-master and kwok refuses it. */
export function buildFlags(): readonly string[] {
  const version = kubernetesVersion();
  const [major, minor] = version.slice(1).split('.');
  const set = (name: string, value: string | undefined): string =>
    `-X k8s.io/component-base/version.${name}=${value ?? ''}`;
  const linker = ['-s', '-w', set('gitVersion', version), set('gitMajor', major), set('gitMinor', minor)];
  return ['-trimpath', '-buildvcs=false', '-ldflags', linker.join(' ')];
}

/** Names one build: the same key means the same sources, flags and machine, and so interchangeable binaries. */
export function buildKey(): string {
  const hash = createHash('sha256');
  hash.update(readFileSync(`${goFolder}go.mod`)).update(readFileSync(`${goFolder}go.sum`));
  hash.update(JSON.stringify([buildFlags(), programs, process.platform, process.arch]));
  hash.update(JSON.stringify(Object.values(crdModules).map(({ module, sum }) => [module, sum])));
  return hash.digest('hex').slice(0, 24);
}
