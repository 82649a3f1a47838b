import type { KubeObject } from '../../../shared/model/object.ts';

/** A ConfigMap. */
export function configMap(
  namespace: string,
  name: string,
  data: Record<string, string> = { key: 'value' },
): KubeObject {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace }, data };
}

/** A Deployment with one container named `main`; `replicas` is left out when undefined. */
export function deployment(namespace: string, name: string, replicas?: number, image = 'nginx:1'): KubeObject {
  const labels = { app: name };
  const template = { metadata: { labels }, spec: { containers: [{ name: 'main', image }] } };
  const count = replicas === undefined ? {} : { replicas };
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, namespace },
    spec: { ...count, selector: { matchLabels: labels }, template },
  };
}

/** A Job of one pod, with a time to live after its end unless undefined. */
export function job(namespace: string, name: string, ttlSecondsAfterFinished?: number): KubeObject {
  const ttl = ttlSecondsAfterFinished === undefined ? {} : { ttlSecondsAfterFinished };
  const containers = [{ name: 'main', image: 'busybox:1' }];
  const spec = { ...ttl, template: { spec: { restartPolicy: 'Never', containers } } };
  return { apiVersion: 'batch/v1', kind: 'Job', metadata: { name, namespace }, spec };
}

/** A Service on port 80. */
export function service(namespace: string, name: string): KubeObject {
  const spec = { selector: { app: name }, ports: [{ name: 'http', port: 80, targetPort: 8080 }] };
  return { apiVersion: 'v1', kind: 'Service', metadata: { name, namespace }, spec };
}

/** One object of each kind whose creation the agent relies on; names of cluster-scoped ones carry the namespace's. */
export function oneOfEach(namespace: string): readonly KubeObject[] {
  const rules = [{ apiGroups: [''], resources: ['configmaps'], verbs: ['get'] }];
  return [
    configMap(namespace, 'one'),
    { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'one', namespace }, data: { key: 'dmFsdWU=' } },
    { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'one', namespace } },
    service(namespace, 'one'),
    deployment(namespace, 'one', 1),
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: `${namespace}-one` } },
    {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRole',
      metadata: { name: `${namespace}-one` },
      rules,
    },
  ];
}

/** A CRD for `widgets.GROUP` with a scale and a status subresource, versions v1 and v1beta1. */
export function widgetCrd(group: string): KubeObject {
  const schema = {
    openAPIV3Schema: {
      type: 'object',
      properties: {
        spec: {
          type: 'object',
          required: ['size'],
          properties: {
            size: { type: 'string', enum: ['small', 'large'] },
            replicas: { type: 'integer', minimum: 0 },
          },
        },
        status: { type: 'object', properties: { replicas: { type: 'integer' }, phase: { type: 'string' } } },
      },
    },
  };
  const subresources = {
    status: {},
    scale: { specReplicasPath: '.spec.replicas', statusReplicasPath: '.status.replicas' },
  };
  const version = (name: string, storage: boolean): unknown => ({ name, served: true, storage, schema, subresources });
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `widgets.${group}` },
    spec: {
      group,
      scope: 'Namespaced',
      names: { plural: 'widgets', singular: 'widget', kind: 'Widget', listKind: 'WidgetList' },
      versions: [version('v1', true), version('v1beta1', false)],
    },
  };
}
