import { describe, expect, it } from 'vitest';
import { inStages, stageOf } from '../../../../shared/model/stages.ts';

describe('the order of an apply', () => {
  it.each<[rule: string, first: string, second: string]>([
    ['definitions before the namespaces', 'apiextensions.k8s.io/CustomResourceDefinition//x', '/Namespace//x'],
    ['namespaces before what limits them', '/Namespace//x', '/ResourceQuota/x/x'],
    ['limits before accounts', 'networking.k8s.io/NetworkPolicy/x/x', '/ServiceAccount/x/x'],
    ['accounts and rights before configuration', 'rbac.authorization.k8s.io/RoleBinding/x/x', '/ConfigMap/x/x'],
    ['configuration and claims before Services', '/PersistentVolumeClaim/x/x', '/Service/x/x'],
    ['Services before workloads', '/Service/x/x', 'apps/Deployment/x/x'],
    ['workloads before what scales them', 'apps/StatefulSet/x/x', 'autoscaling/HorizontalPodAutoscaler/x/x'],
    ['kinds of the core before custom ones', 'autoscaling/HorizontalPodAutoscaler/x/x', 'example.com/Widget/x/x'],
    [
      'everything that runs before the traffic to it',
      'example.com/Widget/x/x',
      'networking.istio.io/VirtualService/x/x',
    ],
    [
      'webhooks last: they may refuse everything else',
      'networking.k8s.io/Ingress/x/x',
      'admissionregistration.k8s.io/ValidatingWebhookConfiguration//x',
    ],
  ])('is %s', (_, first, second) => {
    expect(stageOf(first)).toBeLessThan(stageOf(second));
  });

  it('is by stage, then by id', () => {
    const ids = ['/Service/x/a', 'apps/Deployment/x/b', 'apps/Deployment/x/a', '/Namespace//x', '/Service/w/z'];
    expect(inStages(ids.map((id) => ({ id }))).map((stage) => stage.map(({ id }) => id))).toEqual([
      ['/Namespace//x'],
      ['/Service/w/z', '/Service/x/a'],
      ['apps/Deployment/x/a', 'apps/Deployment/x/b'],
    ]);
  });
});
