import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { matters } from '../../../hub/collect/matters.ts';
import { decide } from '../../../hub/deliver/decide.ts';
import type { DeliveryDecision } from '../../../hub/model/delivery.ts';
import { systemClock } from '../../../shared/adapters/clock.ts';
import { appKey } from '../../../shared/wire/bundle.ts';
import { Agents } from '../../fixtures/hub/agents.ts';
import { openPasses, type Passes } from '../../fixtures/hub/passes.ts';
import { enrolledCluster } from '../../fixtures/hub/status.ts';

const minute = 60_000;
const names = ['a', 'b', 'c', 'd'];
const careful = `
    - name: careful
      type: rollout
      properties: { maxConcurrent: 1, waves: [{ name: first, clusters: { names: [b] } }, { name: others, approval: required }] }`;

interface Said {
  readonly image: string;
  readonly clusters: string;
  readonly more?: string;
  readonly policies?: string;
}

const shop = ({ image, clusters, more = '', policies = careful }: Said) => `
apiVersion: core.oam.dev/v1beta1
kind: Application
metadata: { name: shop }
spec:
  components:
    - { name: web, type: webservice, properties: { image: "${image}" } }
    - { name: db, type: webservice, properties: { image: "db:1" } }
  policies:
    - { name: fleet, type: topology, properties: { clusters: ${clusters} ${more} } }${policies}
`;

describe('an application that moves while it is delivered', () => {
  let agents: Agents;
  let dir: string;
  let passes: Passes;
  let at = 0;
  beforeEach(async () => {
    agents = new Agents();
    at = Date.parse('2026-03-01T12:00:00Z');
    dir = await mkdtemp(join(tmpdir(), 'sluice-moves-'));
    const clock = { ...systemClock, now: () => at };
    const records = names.map((name) => enrolledCluster(name, { reads: { revision: 2 } }));
    passes = await openPasses(dir, records, { reports: () => agents.reports(), clock, listeningSince: at });
    await passes.run();
    agents.report(await passes.parts.store.read(), at);
  });
  afterEach(async () => {
    await passes.close();
    await rm(dir, { recursive: true });
  });

  /** A push, then some rounds of reports and passes; after each, no cluster may have lost what is served nowhere else yet. */
  async function go(rounds: number, text: string | null = null): Promise<string> {
    let result = await passes.run(text === null ? {} : { 'shop.yaml': text });
    for (let round = 0; round < rounds; round++) {
      agents.report(result.state, at);
      result = await passes.run();
      at += minute;
    }
    return runs();
  }

  async function approve(name: string, verdict: DeliveryDecision['verdict'] = 'approve'): Promise<void> {
    const { store, progress } = passes.parts;
    const view = await store.read();
    const record = view.deliveries.get('default/shop')!;
    const decision = { name, verdict, by: 'ann', at: new Date(at).toISOString(), reason: '' };
    const asks = progress.last?.get('default/shop')?.asks ?? [];
    const deliveries = new Map([
      ['default/shop', decide(record, decision, { asks, steps: [], failed: [], inSteps: [] })],
    ]);
    await store.commit({ base: view.base, changes: { deliveries }, message: verdict, at });
  }

  /** `a shop-v1, c shop-v2`: the units of the newest bundles. */
  async function runs(): Promise<string> {
    const { bundles } = await passes.parts.store.read();
    return names
      .flatMap((name) =>
        (bundles.get(name)?.revision.apps ?? []).map(
          (app) =>
            `${name}${appKey(app).replace(/default\/(shop)?/, '')} ${app.revisions[0]?.name.replace('shop-', '')}`,
        ),
      )
      .join(', ');
  }

  it('stays where it was until the cluster that gained it is done', async () => {
    await go(3, shop({ image: 'web:1', clusters: '[a, b]' }));
    await approve('shop#1');
    expect(await go(3)).toBe('a v1, b v1');
    agents.away.add('c');
    expect(await go(3, shop({ image: 'web:2', clusters: '[b, c]' }))).toBe('a v1, b v2, c v1');
    agents.away.delete('c');
    expect(await go(2)).toBe('b v2, c v1');
    await approve('shop#2');
    expect(await go(3)).toBe('b v2, c v2');
  });

  it('stays where it is while a condition of its steps cannot be read', async () => {
    const steps = (condition: string) => `  workflow:
    steps:
      - { name: go, type: deploy, properties: { policies: [fleet] } }
      - { name: tell, type: suspend, if: "${condition}" }
`;
    const narrow = { image: 'web:2', clusters: '[a]', policies: '' };
    const before = await go(4, shop({ image: 'web:1', clusters: '[a, b]', policies: '' }));
    expect(before).toBe('a v1, b v1');
    expect(await go(6, shop(narrow) + steps('status.go.failed &&'))).toBe(before);
    expect(passes.parts.holds.last?.map(({ app, by }) => [app, by])).toEqual([['default/shop', 'document']]);
    expect(await go(6, shop(narrow) + steps('status.go.failed'))).toBe('a v2');
  });

  it('keeps what cannot be rendered on the clusters that it still names, and on no other, as plan says', async () => {
    await go(4, shop({ image: 'web:1', clusters: '[a, b]', policies: '' }));
    expect(await go(6, shop({ image: '", replicas: "many', clusters: '[a]', policies: '' }))).toBe('a v1');
    const holds = passes.parts.holds.last?.map(({ app, cluster, by }) => [app, cluster, by]);
    expect(holds).toEqual([['default/shop', 'a', 'render']]);
  });

  it('has its new namespace on a cluster, and is healthy in it, before it leaves the old one', async () => {
    await go(3, shop({ image: 'web:1', clusters: '[a, b, c, d]' }));
    await approve('shop#1');
    expect(await go(5)).toBe('a v1, b v1, c v1, d v1');
    const to = shop({ image: 'web:2', clusters: '[a, b, c, d]', more: ', namespace: east' });
    agents.away.add('c');
    // One joins after the other: d has its turn once a is done.
    expect(await go(0, to)).toBe('a v1, a@east v1, b v1, b@east v2, c v1, d v1');
    expect(await go(8)).toBe('a@east v1, b@east v2, c v1, c@east v1, d@east v1');
    agents.away.delete('c');
    await approve('shop#2');
    expect(await go(8)).toBe('a@east v2, b@east v2, c@east v2, d@east v2');
  });

  it('leaves the old namespace with the report that says it is healthy in the new one, where no delivery runs', async () => {
    const policies = '';
    await go(3, shop({ image: 'web:1', clusters: '[a]', policies }));
    const before = agents.reports().get('a')!.report;
    const { state } = await passes.run({
      'shop.yaml': shop({ image: 'web:1', clusters: '[a]', more: ', namespace: east', policies }),
    });
    agents.report(state, at);
    const report = agents.reports().get('a')!.report;
    expect(report).not.toEqual(before);
    expect(matters(before, report, state)).toBe(true);
    await passes.run();
    expect(await runs()).toBe('a@east v1');
  });

  it('keeps its objects where another unit takes them over', async () => {
    await go(1, shop({ image: 'web:1', clusters: '[a]', policies: '' }));
    const listed = 'appRevisions: [{ revisionName: shop-v1, placement: [{ clusterSelector: { name: a } }] }]';
    const deployment = `{ apiVersion: core.oam.dev/v1beta1, kind: ApplicationDeployment, metadata: { name: front }, spec: { ${listed} } }`;
    const { state } = await passes.run({
      'shop.yaml': shop({ image: 'web:1', clusters: '[a]', policies: '' }).replace(/ {2}policies:[^]*$/, ''),
      'front.yaml': deployment,
    });
    expect(state.problems.filter(({ code }) => code === 'NAME_TAKEN')).toEqual([]);
    expect(await go(3)).toBe('afront v1');
  });
});
