import { join } from 'node:path';
import type { Binaries } from './binaries.ts';

/** Ports and paths that the five programs of one cluster agree on. */
export type Plan = {
  readonly binaries: Binaries;
  readonly folder: string;
  readonly url: string;
  readonly port: number;
  readonly etcdPort: number;
  readonly etcdPeerPort: number;
  readonly audit: boolean;
};

/** The user names and groups of the token file; the groups and names are the ones that RBAC's bootstrap roles bind. */
export const users = {
  admin: { name: 'admin', group: 'system:masters' },
  'kube-controller-manager': { name: 'system:kube-controller-manager', group: '' },
  'kube-scheduler': { name: 'system:kube-scheduler', group: '' },
} as const;

export type User = keyof typeof users;

/** Arguments of etcd: a cluster of one, which may lose its data when the machine does. */
export function etcdArgs({ folder, etcdPort, etcdPeerPort }: Plan): string[] {
  const client = `http://127.0.0.1:${etcdPort}`;
  const peer = `http://127.0.0.1:${etcdPeerPort}`;
  return [
    `--data-dir=${join(folder, 'etcd')}`,
    '--name=default',
    `--listen-client-urls=${client}`,
    `--advertise-client-urls=${client}`,
    `--listen-peer-urls=${peer}`,
    `--initial-advertise-peer-urls=${peer}`,
    `--initial-cluster=default=${peer}`,
    '--unsafe-no-fsync',
    '--log-level=warn',
  ];
}

/** Arguments of the API server: RBAC, bootstrap tokens, service accounts, default admission; its certificate signs itself. */
export function apiserverArgs({ folder, port, etcdPort, audit }: Plan): string[] {
  const at = (name: string): string => join(folder, name);
  return [
    `--etcd-servers=http://127.0.0.1:${etcdPort}`,
    '--bind-address=127.0.0.1',
    '--advertise-address=127.0.0.1',
    `--secure-port=${port}`,
    `--cert-dir=${at('pki')}`,
    '--authorization-mode=Node,RBAC',
    `--token-auth-file=${at('tokens.csv')}`,
    '--enable-bootstrap-token-auth',
    '--service-account-issuer=https://kubernetes.default.svc.cluster.local',
    `--service-account-signing-key-file=${at('service-account.key')}`,
    `--service-account-key-file=${at('service-account.key')}`,
    '--service-cluster-ip-range=10.96.0.0/16',
    // The endpoints of the service "kubernetes" may not be a loopback address.
    '--endpoint-reconciler-type=none',
    '--allow-privileged',
    '--profiling=false',
    ...(audit ? [`--audit-policy-file=${at('audit-policy.yaml')}`, `--audit-log-path=${at('audit.log')}`] : []),
  ];
}

/** Arguments of the controller manager, which also cleans bootstrap tokens and signs service account tokens. */
export function controllerManagerArgs({ folder }: Plan): string[] {
  return [
    `--kubeconfig=${join(folder, 'kube-controller-manager.kubeconfig')}`,
    '--controllers=*,bootstrapsigner,tokencleaner',
    // With the default of 20 requests a second the first service account takes 5 s.
    '--kube-api-qps=500',
    '--kube-api-burst=1000',
    '--use-service-account-credentials',
    `--service-account-private-key-file=${join(folder, 'service-account.key')}`,
    `--root-ca-file=${join(folder, 'pki', 'apiserver.crt')}`,
    '--leader-elect=false',
    '--secure-port=0',
    '--profiling=false',
  ];
}

/** Arguments of the scheduler. */
export function schedulerArgs({ folder }: Plan): string[] {
  return [
    `--kubeconfig=${join(folder, 'kube-scheduler.kubeconfig')}`,
    '--leader-elect=false',
    '--secure-port=0',
    '--profiling=false',
  ];
}

/** Arguments of kwok, which plays the kubelet of every node by the rules of stages.yaml. */
export function kwokArgs({ folder }: Plan, stages: string): string[] {
  return [
    `--kubeconfig=${join(folder, 'admin.kubeconfig')}`,
    `--config=${stages}`,
    '--manage-all-nodes=true',
    '--node-lease-duration-seconds=40',
  ];
}
