import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AgentReport } from '../../../shared/wire/report.ts';
import { deploymentOf, webApp } from '../scenarios/documents.ts';
import { joinAgent, type SpokenAgent } from './agent.ts';
import { startHubWorld, type HubWorld } from './world.ts';

const clusterOf = (capabilities: string) => `kind: Cluster
metadata: { name: local }
spec: { capabilities: { ${capabilities} } }
`;

describe('what a cluster offers', () => {
  let world: HubWorld;
  let local: SpokenAgent;
  beforeAll(async () => {
    world = await startHubWorld({
      'web.yaml': webApp('web', 'nginx:1'),
      'deploy.yaml': deploymentOf('deploy', [{ name: 'web-v1', weight: 100 }]),
      'local.yaml': clusterOf('istio: true, ingress: true'),
    });
    local = await joinAgent(world, 'local', { capabilities: null });
    await local.enrol();
  });
  afterAll(() => world.close());

  const view = async () => (await world.client().status({})).view;
  const traffic = async () => {
    const { revision } = await local.pull();
    const [app] = revision.apps;
    return { provider: app?.traffic[0]?.provider, notes: app?.notes, retired: revision.retired, revision };
  };
  const says = async (sequence: number, ...capabilities: string[]) => {
    const agent: AgentReport['agent'] = { version: '0.1.0', kubernetes: 'v1.36.3', capabilities, clusterUid: 'uid' };
    expect((await local.settle(sequence, { agent })).status).toBe(200);
    await world.hub().idle();
  };
  // A pass for reports begins once a second.
  const soon = (look: () => Promise<unknown>) => expect.poll(look, { timeout: 20_000, interval: 100 });
  const virtualService = 'networking.istio.io/VirtualService/default/deploy';

  it('is shown as it is declared, and carries traffic by the best of it', async () => {
    expect((await traffic()).provider).toBe('istio');
    expect((await view()).clusters[0]?.capabilities).toEqual(['ingress', 'istio']);
  });

  it('loses nothing that traffic uses until somebody approves, while the rest goes on', async () => {
    const before = await traffic();
    await world.change({ 'local.yaml': clusterOf('ingress: true'), 'more.yaml': webApp('more', 'nginx:1') });
    expect(await traffic()).toMatchObject({ provider: 'istio', retired: [] });
    expect((await local.pull()).revision.apps.map(({ name }) => name)).toEqual(['deploy', 'more']);
    const { guarded, problems, clusters } = await view();
    expect(guarded).toMatchObject([{ code: 'CAPABILITY_LOST', cluster: 'local', ids: [virtualService] }]);
    expect(problems).toMatchObject([{ code: 'CAPABILITY_LOST', cluster: 'local', severity: 'error' }]);
    expect(clusters[0]?.capabilities).toEqual(['ingress', 'istio']);

    await world.restart();
    expect((await view()).guarded).toEqual(guarded);

    const change = guarded[0]!.change;
    await world.client().approve({ change });
    await world.hub().idle();
    const after = await traffic();
    expect(after.provider).toBe('ingress');
    expect(after.retired).toEqual([{ id: virtualService, since: after.revision.generation, approval: change }]);
    expect(after.revision.approvals).toMatchObject([{ change }]);
    expect(after.revision.generation).toBe(before.revision.generation + 2);
    expect(await view()).toMatchObject({ guarded: [], problems: [], clusters: [{ capabilities: ['ingress'] }] });
  });

  it('gains at once, and traffic that flows stays where it is', async () => {
    await world.change({ 'local.yaml': clusterOf('ingress: true, gateway-api: { gateways: [ns/gw] }') });
    expect(await traffic()).toMatchObject({
      provider: 'ingress',
      notes: ['traffic stays on ingress; to move it to gateway-api, name that as traffic.provider'],
    });
    expect((await view()).clusters[0]?.capabilities).toEqual(['gateway-api', 'ingress']);
    const inShop = (text: string) => text.replace('namespace: default', 'namespace: shop');
    await world.change({
      'new.yaml': inShop(webApp('new', 'nginx:1')),
      'other.yaml': inShop(deploymentOf('other', [{ name: 'new-v1', weight: 100 }])),
    });
    const { apps } = (await local.pull()).revision;
    expect(apps.find(({ name }) => name === 'other')?.traffic[0]?.provider).toBe('gateway-api');
  });

  it('is what the agent reports where nothing is declared, with every report', async () => {
    await says(1, 'ingress', 'gateway-api');
    await world.change({ 'local.yaml': 'kind: Cluster\nmetadata: { name: local }\n' });
    expect((await view()).guarded).toEqual([]);
    await says(2, 'ingress', 'gateway-api', 'istio');
    await soon(async () => (await view()).clusters[0]?.capabilities).toEqual(['gateway-api', 'ingress', 'istio']);
    await says(3, 'ingress', 'gateway-api');
    await soon(async () => (await view()).clusters[0]?.capabilities).toEqual(['gateway-api', 'ingress']);
    await says(4, 'ingress');
    await soon(async () => (await view()).guarded).toMatchObject([
      { code: 'CAPABILITY_LOST', ids: ['gateway.networking.k8s.io/HTTPRoute/shop/other'] },
    ]);
    await says(5, 'ingress', 'gateway-api');
    await soon(async () => (await view()).guarded).toEqual([]);
  });
});
