import { describe, expect, it } from 'vitest';
import {
  applyStages,
  factsOf,
  isProtected,
  isRoute,
  isWorkload,
  kindFacts,
  kinds,
  type KindFacts,
} from '../../../../shared/model/kinds.ts';
import { groupKind } from '../../../../shared/model/object.ts';
import { trafficProviders } from '../../../../shared/model/traffic.ts';

const namesOf = (wanted: (facts: KindFacts) => boolean): string[] =>
  [...kinds].filter(([, facts]) => wanted(facts)).map(([kind]) => kind);

describe('the table of kinds', () => {
  it('protects exactly the kinds of safety.md I3', () => {
    expect(namesOf((facts) => facts.isProtected).sort()).toEqual([
      '/Namespace',
      '/PersistentVolume',
      '/PersistentVolumeClaim',
      'apiextensions.k8s.io/CustomResourceDefinition',
    ]);
  });

  it('names kinds as group/kind', () => {
    expect(namesOf(() => true).filter((kind) => !/^([a-z0-9-]+(\.[a-z0-9-]+)*)?\/[A-Z][A-Za-z]+$/.test(kind))).toEqual(
      [],
    );
  });

  it('puts each kind into one stage, in the order of the stages', () => {
    const ranks = [...kinds.values()].map(({ stage }) => applyStages.indexOf(stage));
    expect(ranks).toEqual([...ranks].sort((a, b) => a - b));
    expect(new Set(ranks).size).toBe(applyStages.length);
  });

  it('applies what others refer to first, and leads traffic to what runs', () => {
    const stageOf = (kind: string): number => applyStages.indexOf(kindFacts(kind).stage);
    const order = [
      'apiextensions.k8s.io/CustomResourceDefinition',
      '/Namespace',
      '/ServiceAccount',
      '/ConfigMap',
      '/Service',
      'apps/Deployment',
      'autoscaling/HorizontalPodAutoscaler',
      'example.com/Unlisted',
      'networking.k8s.io/Ingress',
      'admissionregistration.k8s.io/ValidatingWebhookConfiguration',
    ].map(stageOf);
    expect(order).toEqual([...order].sort((a, b) => a - b));
    expect(new Set(order).size).toBe(order.length);
  });

  it('has a route for every traffic provider, and for nothing else', () => {
    const routes = trafficProviders.map(({ group, kind }) => groupKind(group, kind));
    expect(namesOf(({ role }) => role === 'route')).toEqual(routes);
    expect(namesOf(({ stage }) => stage === 'traffic')).toEqual(routes);
  });

  it('judges by status whatever runs pods or leads traffic', () => {
    expect(namesOf(({ role, isInert }) => isInert && (role === 'workload' || role === 'route'))).toEqual([]);
  });

  it('limits names where Kubernetes derives a label or another name from them', () => {
    expect(namesOf(({ maxName }) => maxName < 253)).toEqual([
      '/Namespace',
      '/Service',
      'apps/StatefulSet',
      'batch/Job',
      'batch/CronJob',
    ]);
  });

  it.each([
    ['an unlisted kind', 'example.com/Unlisted', { stage: 'custom', scope: null, role: null, isProtected: false }],
    ['a workload', 'apps/StatefulSet', { stage: 'workloads', scope: 'namespace', role: 'workload', isScalable: true }],
    ['one pod a node', 'apps/DaemonSet', { role: 'workload', isScalable: false }],
    ['cluster-wide', 'rbac.authorization.k8s.io/ClusterRole', { scope: 'cluster', isInert: true }],
    ['older versions', 'networking.istio.io/VirtualService', { role: 'route', olderVersions: ['v1beta1'] }],
  ])('knows of %s (%s)', (_, kind, expected) => {
    expect(kindFacts(kind)).toMatchObject(expected);
  });

  it('answers by an identity, too', () => {
    expect(factsOf('apps/Deployment/default/web')).toBe(kindFacts('apps/Deployment'));
    expect(isWorkload('apps/Deployment/default/web')).toBe(true);
    expect(isWorkload('batch/Job/default/web')).toBe(false);
    expect(isRoute('networking.k8s.io/Ingress/default/web')).toBe(true);
    expect(isProtected('/Namespace//team')).toBe(true);
    expect(isProtected('/Service/default/web')).toBe(false);
  });
});
