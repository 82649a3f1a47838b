import { describe, expect, it } from 'vitest';
import { application, type Application } from '../../../../hub/model/documents.ts';
import { compile, placesItself, saysDelivery } from '../../../../hub/workflow/compile.ts';
import type { Program, ProgramStep } from '../../../../hub/workflow/program.ts';

const doc = (spec: object): Application =>
  application.parse({
    apiVersion: 'core.oam.dev/v1beta1',
    kind: 'Application',
    metadata: { name: 'app', namespace: 'shop' },
    spec: { components: [{ name: 'web', type: 'webservice' }], ...spec },
  });
const topology = (name: string, properties: object = { clusters: [name] }) => ({ name, type: 'topology', properties });
const override = (name: string) => ({ name, type: 'override', properties: { components: [{ properties: { name } }] } });
const binding = {
  type: 'env-binding',
  properties: {
    envs: [
      { name: 'test', placement: { clusterSelector: { name: 'c1' }, namespaceSelector: { name: 'test' } } },
      { name: 'prod', placement: { clusterSelector: { labels: { env: 'prod' } } }, selector: { components: ['web'] } },
    ],
  },
};
/** A step in one line: its name, what it uses, and where. */
const lineOf = ({ name, wants, steps }: ProgramStep): string =>
  [
    name,
    ...wants.map(
      ({ scope, policies, components }) =>
        `[${policies.join(' ')}] ${components?.join(' ') ?? 'all'} -> ${scopeWords(scope)}/${scope.namespace ?? ''}`,
    ),
    ...steps.map((step) => `(${lineOf(step)})`),
  ].join(' ');
const clusters = [
  { name: 'c1', labels: { env: 'test' } },
  { name: 'c2', labels: { env: 'prod' } },
  { name: 'here', labels: {}, isLocal: true },
];
const scopeWords = ({ has }: { has: (cluster: (typeof clusters)[number]) => boolean }): string =>
  clusters
    .filter(has)
    .map(({ name }) => name)
    .join('+');
const lines = ({ steps }: Program): string[] => steps.map(lineOf);

describe('the program of an Application', () => {
  it.each<[rule: string, spec: object, steps: string[]]>([
    ['is one step to the local cluster without a place', { policies: [override('o')] }, ['deploy [o] all -> here/']],
    [
      'is a step for each topology, with all overrides, without a workflow',
      { policies: [topology('c1'), override('o1'), topology('c2'), override('o2')] },
      ['deploy-c1 [o1 o2] all -> c1/', 'deploy-c2 [o1 o2] all -> c2/'],
    ],
    [
      'is a step for each env without a workflow',
      { policies: [binding] },
      ['deploy2env-test [policy-0/test] all -> c1/test', 'deploy2env-prod [policy-0/prod] all -> c2/'],
    ],
    [
      'is the same with a workflow without steps',
      { policies: [topology('c1')], workflow: { steps: [] } },
      ['deploy-c1 [] all -> c1/'],
    ],
    [
      'has the steps that are written, with default names',
      {
        policies: [topology('c1'), override('o')],
        workflow: { steps: [{ type: 'deploy', properties: { policies: ['o', 'c1'] } }, { type: 'suspend' }] },
      },
      ['step-0 [o] all -> c1/', 'step-1'],
    ],
    [
      'has a scope for each topology that a step names',
      {
        policies: [topology('c1'), topology('c2', { clusterLabelSelector: { env: 'prod' }, namespace: 'x' })],
        workflow: { steps: [{ type: 'deploy', name: 's', properties: { policies: ['c1', 'c2'] } }] },
      },
      ['s [] all -> c1/ [] all -> c2/x'],
    ],
    [
      'brings all components to the local cluster, whatever policies say',
      { policies: [topology('c1'), override('o')], workflow: { steps: [{ type: 'apply-application' }] } },
      ['step-0 [] all -> here/'],
    ],
    [
      'brings what is left to the local cluster',
      {
        components: [
          { name: 'web', type: 'webservice' },
          { name: 'db', type: 'worker' },
          { name: 'job', type: 'task' },
        ],
        workflow: {
          steps: [
            { type: 'apply-component', properties: { component: 'db' } },
            { type: 'apply-remaining', properties: { exceptions: { db: {}, job: { skipAllTraits: true } } } },
          ],
        },
      },
      ['step-0 [] db -> here/', 'step-1 [] web -> here/'],
    ],
    [
      'has no namespace where it is that of the application',
      { policies: [topology('c1', { clusters: ['c1'], namespace: 'shop' })] },
      ['deploy-c1 [] all -> c1/'],
    ],
    [
      'takes `local` for the local cluster, whatever its name',
      { policies: [topology('l', { clusters: ['local', 'c2'] })] },
      ['deploy-l [] all -> c2+here/'],
    ],
    [
      'takes a topology without a place for the local cluster',
      { policies: [topology('t', {})] },
      ['deploy-t [] all -> here/'],
    ],
    [
      'has no cluster for an empty selector',
      { policies: [topology('t', { clusterLabelSelector: {} })] },
      ['deploy-t [] all -> /'],
    ],
    [
      'has the steps of groups inside of them',
      {
        workflow: {
          steps: [
            {
              type: 'step-group',
              name: 'g',
              subSteps: [
                { type: 'apply-component', properties: { component: 'web', cluster: 'c1', namespace: 'x' } },
                { type: 'apply-component', name: 'two', properties: { component: 'web' } },
              ],
            },
          ],
        },
      },
      ['g (g-0 [] web -> c1/x) (two [] web -> here/)'],
    ],
    [
      'has the env that a step names',
      {
        policies: [{ ...binding, name: 'b' }],
        workflow: { steps: [{ type: 'deploy2env', properties: { policy: 'b', env: 'prod' } }] },
      },
      ['step-0 [b/prod] all -> c2/'],
    ],
  ])('%s', (_, spec, steps) => {
    expect(lines(compile(doc(spec)))).toEqual(steps);
  });

  it('tells where each name of a cluster is written', () => {
    const { steps } = compile(doc({ policies: [topology('a'), topology('b', { clusters: ['x', 'y'] })] }));
    expect(steps[1]?.wants[0]?.scope.names).toEqual([
      { name: 'x', path: ['spec', 'policies', 1, 'properties', 'clusters', 0] },
      { name: 'y', path: ['spec', 'policies', 1, 'properties', 'clusters', 1] },
    ]);
    const step = { type: 'apply-component', properties: { component: 'web', cluster: 'z' } };
    expect(compile(doc({ workflow: { steps: [step] } })).steps[0]?.wants[0]?.scope.names).toEqual([
      { name: 'z', path: ['spec', 'workflow', 'steps', 0, 'properties', 'cluster'] },
    ]);
  });

  it('has the numbers of the rollout that a step names, else of the one that none names', () => {
    const rollout = (name: string, maxConcurrent: number) => ({ name, type: 'rollout', properties: { maxConcurrent } });
    const steps = ['one', null].map((name) => ({
      type: 'deploy',
      properties: { policies: name === null ? [] : [name] },
    }));
    const { steps: compiled } = compile(
      doc({ policies: [rollout('one', 1), rollout('rest', 2)], workflow: { steps: [...steps, { type: 'suspend' }] } }),
    );
    expect(compiled.map((step) => step.rollout)).toEqual([{ maxConcurrent: 1 }, { maxConcurrent: 2 }, null]);
    expect(compile(doc({ policies: [rollout('one', 1)] })).steps[0]?.rollout).toEqual({ maxConcurrent: 1 });
  });

  it('has modes, an order, times and identities', () => {
    const written = (message: string) => ({
      workflow: {
        mode: { steps: 'DAG' },
        steps: [
          { name: 'a', type: 'suspend', timeout: '1h30m', if: 'always', properties: { message } },
          { name: 'b', type: 'deploy', dependsOn: ['a'], inputs: [{ from: 'x', parameterKey: 'y' }] },
        ],
      },
    });
    const program = compile(doc(written('one')));
    expect(program).toMatchObject({ app: 'shop/app', mode: { steps: 'DAG', subSteps: 'DAG' } });
    expect(program.steps[0]).toMatchObject({ timeoutSeconds: 5400, condition: 'always', dependsOn: [] });
    expect(program.steps[1]).toMatchObject({ dependsOn: ['a'], inputs: [{ from: 'x', parameterKey: 'y' }] });
    const [again, other] = [compile(doc(written('one'))), compile(doc(written('two')))];
    expect(again.steps.map(({ identity }) => identity)).toEqual(program.steps.map(({ identity }) => identity));
    expect(other.steps[0]?.identity).not.toBe(program.steps[0]?.identity);
    expect(other.steps[1]?.identity).toBe(program.steps[1]?.identity);
  });
});

it.each<[spec: object, says: boolean, places: boolean]>([
  [{}, false, false],
  [{ policies: [] }, false, false],
  [{ policies: [override('o')] }, true, false],
  [{ policies: [topology('c1')] }, true, true],
  [{ workflow: { steps: [] } }, true, true],
])('%j says how it is delivered: %s, and where: %s', (spec, says, places) => {
  expect([saysDelivery(doc(spec)), placesItself(doc(spec))]).toEqual([says, places]);
});
