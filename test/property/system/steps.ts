import fc from 'fast-check';
import type { KubeObject, ObjectId } from '../../../shared/model/object.ts';
import type { FakeKube } from '../../fakes/kube.ts';

const half = [{ replicas: '50%', weight: 50 }];
/** The steps that an agent goes through in its cluster. */
const stepLists = {
  straight: half,
  waits: [...half, { pause: '3m' }, { replicas: '100%', weight: 100 }],
  asks: [{ replicas: 1, weight: 0 }, { pause: {} }, ...half],
};
type StepList = keyof typeof stepLists;

/** What is delivered by steps in each cluster, in turns with the content that serves. */
export const stepActions = [
  {
    weight: 5,
    arbitrary: fc.record(
      {
        kind: fc.constant('step out' as const),
        tag: fc.nat({ max: 3 }),
        steps: fc.constantFrom<StepList>('straight', 'waits', 'asks'),
        isBad: fc.boolean(),
        rollsBack: fc.boolean(),
      },
      { requiredKeys: ['kind', 'tag', 'steps'] },
    ),
  },
] as const;

/** A push of what is delivered by steps. */
export type StepAction = (typeof stepActions)[number]['arbitrary'] extends fc.Arbitrary<infer T> ? T : never;

/** The application that is delivered so, with four pods in each cluster. */
export function steppedOut({ tag, steps, isBad: bad = false, rollsBack = false }: Omit<StepAction, 'kind'>): string {
  const policies = [
    { name: 'fleet', type: 'topology', properties: { clusters: ['east', 'west'] } },
    {
      ...{ name: 'steps', type: 'rollout' },
      properties: {
        steps: stepLists[steps],
        progressDeadline: '5m',
        maxConcurrent: '100%',
        ...(rollsBack && { onFailure: 'rollback' }),
      },
    },
  ];
  return `apiVersion: core.oam.dev/v1beta1
kind: Application
metadata: { name: stepped, namespace: default }
spec:
  components:
    - name: stepped
      type: webservice
      properties: { image: "stepped:${tag}${bad ? '-bad' : ''}", ports: [{ port: 80, expose: true }] }
      traits: [{ type: scaler, properties: { replicas: 4 } }]
  policies: ${JSON.stringify(policies)}
`;
}

/** What is wanted of it in the end: a content that it never had. */
export const mendedSteps = { 'stepped.yaml': steppedOut({ tag: 99, steps: 'straight' }) };

function imageOf(workload: KubeObject): string {
  const { template } = workload['spec'] as { template: { spec: { containers: { image: string }[] } } };
  return template.spec.containers[0]?.image ?? '';
}

/** True for a workload whose pods never become ready. */
export function isBad(workload: KubeObject): boolean {
  return imageOf(workload).endsWith('-bad');
}

/** The copies of it that a cluster has, and how many pods each wants. */
export function steppedOn({ objects }: FakeKube): readonly string[] {
  return [...objects.values()]
    .map(({ object }) => object)
    .filter((object) => object.kind === 'Deployment' && imageOf(object).startsWith('stepped:'))
    .map((object) => `${imageOf(object)} x${(object['spec'] as { replicas?: number }).replicas ?? 1}`)
    .sort();
}

/** How many ready pods its Service leads to; 0 where there is none. */
export function servingOf(kube: FakeKube): number {
  const slice = kube.read('discovery.k8s.io/EndpointSlice/default/stepped-slice');
  return (slice?.['endpoints'] as readonly unknown[] | undefined)?.length ?? 0;
}

/** True for a copy of its pods: one goes when another has taken over. */
export function isCopy(id: ObjectId): boolean {
  return /^apps\/Deployment\/default\/stepped(-v\d+)?$/.test(id);
}
