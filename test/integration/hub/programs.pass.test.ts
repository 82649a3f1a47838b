import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { decide } from '../../../hub/deliver/decide.ts';
import { systemClock } from '../../../shared/adapters/clock.ts';
import { parseObjectId } from '../../../shared/model/object.ts';
import { Agents } from '../../fixtures/hub/agents.ts';
import { openPasses, type Passes } from '../../fixtures/hub/passes.ts';
import { enrolledCluster } from '../../fixtures/hub/status.ts';

const clusters = {
  home: {},
  staging: { env: 'staging', region: 'eu' },
  prod1: { env: 'prod', region: 'eu' },
  prod2: { env: 'prod', region: 'us' },
};
const named = (name: string, type: string, properties: string) =>
  `{ name: ${name}, type: ${type}, properties: ${properties} }`;
const staging = named('staging', 'topology', '{ clusterLabelSelector: { env: staging } }');
const prod = named('prod', 'topology', '{ clusterLabelSelector: { env: prod }, namespace: live }');
const deploy = (name: string, properties: string) => named(name, 'deploy', properties);

/** Policies, steps and their mode as documents write them, what persons do after some minutes, and what runs at last. */
type Story = readonly [
  name: string,
  said: { readonly policies: readonly string[]; readonly steps: readonly string[]; readonly mode?: string },
  then: readonly ('approve' | 'refuse')[],
  expected: { readonly phase: string; readonly runs: string },
];

const stories: readonly Story[] = [
  [
    'overrides in their order, by selectors of clusters, with a person between',
    {
      policies: [
        staging,
        prod,
        named('only', 'override', '{ selector: [web] }'),
        named('more', 'override', '{ components: [{ name: cache, type: worker, properties: { image: redis } }] }'),
      ],
      steps: [
        deploy('first', '{ policies: [staging, only] }'),
        deploy('then', '{ policies: [prod, more], auto: false, parallelism: 1 }'),
      ],
    },
    ['approve'],
    { phase: 'succeeded', runs: 'staging web; prod1@live cache db web; prod2@live cache db web' },
  ],
  [
    'a person who says no, and nothing is delivered',
    { policies: [staging], steps: [deploy('first', '{ policies: [staging], auto: false }')] },
    ['refuse'],
    { phase: 'failed', runs: '' },
  ],
  [
    'env-binding, env by env, each with its components and namespace',
    {
      policies: [
        named(
          'envs',
          'env-binding',
          '{ envs: [{ name: test, placement: { clusterSelector: { labels: { env: staging } } }, selector: { components: [db] } }, { name: live, placement: { clusterSelector: { name: prod1 }, namespaceSelector: { name: live } } }] }',
        ),
      ],
      steps: [
        named('one', 'deploy2env', '{ policy: envs, env: test }'),
        named('ask', 'suspend', '{ message: look }'),
        named('two', 'deploy2env', '{ policy: envs, env: live }'),
      ],
    },
    ['approve'],
    { phase: 'succeeded', runs: 'staging db; prod1@live db web' },
  ],
  [
    'a group that is too late, what tells of it, and production as it was',
    {
      policies: [staging, prod],
      steps: [
        deploy('first', '{ policies: [staging] }'),
        '{ name: checks, type: step-group, timeout: 2m, subSteps: [{ name: look, type: suspend }] }',
        '{ name: then, type: deploy, if: "!status.checks.failed", properties: { policies: [prod] } }',
        '{ name: late, type: print-message-in-status, if: status.checks.timeout, properties: { message: late } }',
      ],
    },
    [],
    { phase: 'failed', runs: 'staging db web' },
  ],
  [
    'a graph whose group waits for a later step, and a condition on a sibling',
    {
      policies: [staging, prod],
      mode: '{ steps: DAG, subSteps: StepByStep }',
      steps: [
        '{ name: late, type: step-group, dependsOn: [first], subSteps: [{ name: say, type: print-message-in-status, properties: { message: hi } }, { name: then, type: deploy, if: status.say.succeeded, properties: { policies: [prod] } }] }',
        deploy('first', '{ policies: [staging] }'),
      ],
    },
    [],
    { phase: 'succeeded', runs: 'staging db web; prod1@live db web; prod2@live db web' },
  ],
  [
    'copies of a component after an override of it',
    {
      policies: [
        staging,
        named('copies', 'replication', '{ keys: [east, west], selector: [web] }'),
        named('more', 'override', '{ components: [{ name: web, properties: { image: other } }] }'),
      ],
      steps: [deploy('first', '{ policies: [copies, staging, more] }')],
    },
    [],
    { phase: 'succeeded', runs: 'staging db web-east web-west' },
  ],
];

function application({ policies, steps, mode }: Story[1]): string {
  const components = ['web', 'db'].map((name) => named(name, 'worker', `{ image: ${name} }`)).join(', ');
  const workflow = `{ ${mode === undefined ? '' : `mode: ${mode}, `}steps: [${steps.join(', ')}] }`;
  const spec = `{ components: [${components}], policies: [${policies.join(', ')}], workflow: ${workflow} }`;
  return `{ apiVersion: core.oam.dev/v1beta1, kind: Application, metadata: { name: shop }, spec: ${spec} }`;
}

describe('a program over a fleet', () => {
  const agents = new Agents();
  let at = Date.parse('2026-03-01T12:00:00Z');
  let dir: string;
  let passes: Passes;
  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'sluice-programs-'));
    const clock = { ...systemClock, now: () => at };
    const records = Object.entries(clusters).map(([name, labels]) =>
      enrolledCluster(name, { labels, reads: { revision: 2 } }),
    );
    const facts = { reports: () => agents.reports(), clock, listeningSince: at, localCluster: 'home' };
    passes = await openPasses(dir, records, facts);
    await passes.run();
    agents.report(await passes.parts.store.read(), at);
  });
  afterEach(async () => {
    await passes.close();
    await rm(dir, { recursive: true });
  });

  async function go(minutes: number, files: Readonly<Record<string, string>> = {}): Promise<void> {
    let result = await passes.run(files);
    for (let minute = 0; minute < minutes; minute++) {
      agents.report(result.state, at);
      at += 60_000;
      result = await passes.run();
    }
  }

  async function decideOn(verdict: 'approve' | 'refuse'): Promise<void> {
    const { store, progress } = passes.parts;
    const view = await store.read();
    const { asks = [], steps = [] } = progress.last?.get('default/shop') ?? {};
    const decision = { name: 'shop#1', verdict, by: 'ann', at: new Date(at).toISOString(), reason: '' };
    const next = decide(view.deliveries.get('default/shop')!, decision, { asks, steps, failed: [], inSteps: [] });
    const changes = { deliveries: new Map([['default/shop', next]]) };
    await store.commit({ base: view.base, changes, message: verdict, at });
  }

  it.each(stories)('is delivered as it is written: %s', async (_, said, then, expected) => {
    await go(4, { 'shop.yaml': application(said) });
    for (const verdict of then) {
      await decideOn(verdict);
      await go(4);
    }
    const { bundles, deliveries, problems } = await passes.parts.store.read();
    const runs = Object.keys(clusters).flatMap((name) =>
      (bundles.get(name)?.revision.apps ?? []).map(({ target, objects }) => {
        const names = objects.map(({ id }) => parseObjectId(id).name).sort();
        return `${name}${target === undefined ? '' : `@${target}`} ${names.join(' ')}`;
      }),
    );
    expect(problems).toEqual([]);
    expect({ phase: deliveries.get('default/shop')?.last.phase, runs: runs.join('; ') }).toEqual(expected);
  });
});
