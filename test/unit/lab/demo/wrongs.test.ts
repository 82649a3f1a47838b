import { describe, expect, it } from 'vitest';
import type { StatusRow } from '../../../../hub/api/status.ts';
import { steps, type Step } from '../../../lab/demo/script.ts';
import type { Sight } from '../../../lab/demo/sight.ts';
import { wrongsOf, type Known } from '../../../lab/demo/wrongs.ts';

const [first, both, , broken] = steps as readonly [Step, Step, Step, Step];

function known(facts: {
  readonly deployments: Readonly<Record<string, readonly [ready: number, desired: number]>>;
  readonly targets?: readonly (readonly [service: string, weight: number | null])[];
  readonly services?: readonly string[];
  readonly row?: Partial<StatusRow>;
}): Known {
  const targets = facts.targets?.map(([service, weight]) => ({ service, weight }));
  const sight: Sight = {
    deployments: new Map(
      Object.entries(facts.deployments).map(([version, [ready, desired]]) => [version, { ready, desired }]),
    ),
    route: targets === undefined ? null : { kind: 'VirtualService', host: 'h', path: '/web', targets },
  };
  const revisions = Object.keys(facts.deployments).map((version) => ({
    ...{ name: `example-app-${version}`, ready: 5, desired: 5 },
    ...{ traffic: null, wantedTraffic: null },
  }));
  const row = { health: 'Healthy', applied: true, message: 'Ready:5/5', revisions, ...facts.row } as StatusRow;
  const services = facts.services ?? targets?.map(({ service }) => service) ?? [];
  return { cluster: 'local', sight, services, row };
}

const halves = [
  ['example-app-v1', 50],
  ['example-app-v2', 50],
] as const;
const degraded = { health: 'Degraded', message: 'example-app-v3 did not become ready', applied: false } as const;

describe('what the demo finds wrong', () => {
  it.each<[string, Step, Known]>([
    ['v1 alone', first, known({ deployments: { v1: [5, 5] }, targets: [['example-app-v1', 100]] })],
    ['halves by weight', both, known({ deployments: { v1: [5, 5], v2: [5, 5] }, targets: halves })],
    [
      'halves by replicas behind one Service',
      both,
      known({ deployments: { v1: [5, 5], v2: [5, 5] }, targets: [['example-app', null]] }),
    ],
    [
      'v3 given up',
      broken,
      known({ deployments: { v2: [5, 5], v3: [0, 5] }, targets: [['example-app-v2', 100]], row: degraded }),
    ],
  ])('is nothing with %s', (_, step, facts) => {
    expect(wrongsOf(step, facts)).toEqual([]);
  });

  it.each<[string, Step, Known, string]>([
    [
      'a pod is missing',
      first,
      known({ deployments: { v1: [4, 5] }, targets: [['example-app-v1', 100]] }),
      'testsvc-v1 has 4 of 5 replicas ready',
    ],
    ['there is no route', first, known({ deployments: { v1: [5, 5] } }), 'no route carries traffic'],
    [
      'the split is another',
      both,
      known({
        deployments: { v1: [5, 5], v2: [5, 5] },
        targets: [
          ['example-app-v1', 90],
          ['example-app-v2', 10],
        ],
      }),
      'the VirtualService sends 90% to v1 and 10% to v2 instead of 50% to v1 and 50% to v2',
    ],
    [
      'the old version stays',
      first,
      known({ deployments: { v1: [5, 5], v0: [0, 0] }, targets: [['example-app-v1', 100]] }),
      'testsvc-v0 is still there',
    ],
    [
      'an old Service stays',
      first,
      known({
        deployments: { v1: [5, 5] },
        targets: [['example-app-v1', 100]],
        services: ['example-app-v1', 'example-app-v0'],
      }),
      'Service example-app-v0 is still there',
    ],
    [
      'traffic goes to no Service',
      first,
      known({ deployments: { v1: [5, 5] }, targets: [['example-app-v1', 100]], services: [] }),
      'the VirtualService names a Service example-app-v1 that does not exist',
    ],
    [
      'status does not say so',
      first,
      known({ deployments: { v1: [5, 5] }, targets: [['example-app-v1', 100]], row: { health: 'Progressing' } }),
      'status says Progressing (Ready:5/5)',
    ],
    [
      'v3 gets traffic',
      broken,
      known({ deployments: { v2: [5, 5], v3: [0, 5] }, targets: [['example-app-v3', 100]], row: degraded }),
      'the VirtualService sends 100% to v3 instead of 100% to v2',
    ],
    [
      'v3 is up',
      broken,
      known({ deployments: { v2: [5, 5], v3: [1, 5] }, targets: [['example-app-v2', 100]], row: degraded }),
      'testsvc-v3 is ready after all',
    ],
    [
      'v3 was not tried',
      broken,
      known({ deployments: { v2: [5, 5] }, targets: [['example-app-v2', 100]], row: degraded }),
      'testsvc-v3 was not even tried',
    ],
    [
      'status is green over a broken v3',
      broken,
      known({ deployments: { v2: [5, 5], v3: [0, 5] }, targets: [['example-app-v2', 100]] }),
      'status says Healthy (Ready:5/5), not that v3 failed',
    ],
  ])('is named when %s', (_, step, facts, wrong) => {
    expect(wrongsOf(step, facts)[0]).toBe(wrong);
  });
});
