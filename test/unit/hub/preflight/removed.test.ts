import { describe, expect, it } from 'vitest';
import { minorOf, removedVersion } from '../../../../hub/preflight/removed.ts';

const object = (apiVersion: string, kind: string) => ({ apiVersion, kind, metadata: { name: 'a' } });

describe('an API version that no supported server has', () => {
  it.each([
    ['extensions/v1beta1', 'Ingress', 22, 'networking.k8s.io/v1'],
    ['extensions/v1beta1', 'Deployment', 16, 'apps/v1'],
    ['apps/v1beta2', 'StatefulSet', 16, 'apps/v1'],
    ['networking.k8s.io/v1beta1', 'Ingress', 22, 'networking.k8s.io/v1'],
    ['rbac.authorization.k8s.io/v1beta1', 'RoleBinding', 22, 'rbac.authorization.k8s.io/v1'],
    ['apiextensions.k8s.io/v1beta1', 'CustomResourceDefinition', 22, 'apiextensions.k8s.io/v1'],
    ['batch/v1beta1', 'CronJob', 25, 'batch/v1'],
    ['policy/v1beta1', 'PodDisruptionBudget', 25, 'policy/v1'],
    ['policy/v1beta1', 'PodSecurityPolicy', 25, 'Pod Security admission'],
    ['autoscaling/v2beta2', 'HorizontalPodAutoscaler', 26, 'autoscaling/v2'],
    ['flowcontrol.apiserver.k8s.io/v1beta3', 'FlowSchema', 32, 'flowcontrol.apiserver.k8s.io/v1'],
  ])('is %s %s since 1.%i', (apiVersion, kind, since, instead) => {
    const found = removedVersion(object(apiVersion, kind));
    expect(found).toMatchObject({ since, refusal: { path: ['apiVersion'] } });
    expect(found?.refusal.message).toBe(
      `apiVersion is ${apiVersion}, which Kubernetes does not serve since 1.${since}`,
    );
    expect(found?.refusal.hint).toContain(instead);
  });

  it.each([
    ['apps/v1', 'Deployment'],
    ['networking.k8s.io/v1', 'Ingress'],
    ['autoscaling/v1', 'HorizontalPodAutoscaler'],
    ['batch/v1', 'CronJob'],
    // Custom kinds of those names, and what a version has of other kinds.
    ['example.com/v1beta1', 'Ingress'],
    ['networking.istio.io/v1beta1', 'VirtualService'],
    ['gateway.networking.k8s.io/v1beta1', 'HTTPRoute'],
    ['storage.k8s.io/v1beta1', 'VolumeAttributesClass'],
    ['networking.k8s.io/v1beta1', 'IPAddress'],
    ['constructor', 'toString'],
  ])('is not %s %s', (apiVersion, kind) => expect(removedVersion(object(apiVersion, kind))).toBeNull());
});

describe('the minor version of a server', () => {
  it.each([
    ['v1.36.3', 36],
    ['v1.21.14-gke.700', 21],
    ['1.24+', 24],
    ['', null],
    ['v2.1.0', null],
  ])('%j', (version, minor) => expect(minorOf(version)).toBe(minor));
});
