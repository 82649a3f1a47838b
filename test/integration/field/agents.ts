import { expect } from 'vitest';
import type { JoinBody } from '../../../hub/api/bodies.ts';
import { owner } from '../../../shared/model/names.ts';
import type { KubeObject } from '../../../shared/model/object.ts';
import { deploymentOf as plainDeployment, webApp } from '../scenarios/documents.ts';
import { rowOf } from '../scenarios/fleet.ts';
import { setClock } from './clock.ts';
import { filesOf, rawFiles, textOf, type FieldCase, type Scene } from './scene.ts';

const shop = '/ConfigMap/default/shop';
const held = '/ConfigMap/default/held';
const system = '/Namespace//sluice-system';
const state = '/api/v1/namespaces/sluice-system';

function readyReplicasOf(object: KubeObject): number {
  return (object['status'] as { readonly readyReplicas?: number } | undefined)?.readyReplicas ?? 0;
}

const timeOf = (object: KubeObject) => (object['data'] as { readonly at?: string } | undefined)?.at;

/** Another name: the hub does not know what this cluster was before. */
const elsewhere = { name: 'c2', labels: { env: 'prod' } };

/** The agent is gone with all that it had, and the name, or another one, has a new registration. */
async function reinstalled(scene: Scene, body: Partial<JoinBody>) {
  await scene.begin('c1');
  scene.start();
  await scene.deliver({ 'shop.yaml': textOf('agent-reinstall/shop.yaml') });
  await scene.healthy('default/shop');
  const uid = (await scene.site().view.get(shop))?.metadata.uid;
  await scene.site().agent().stop();
  const { registration } = scene.site().ticket();
  await scene.hands().remove(system);
  await scene.site().view.untilGone(system, 60_000);
  if (body.name !== undefined) {
    await scene.fleet.client().remove('c1', { mode: 'orphan', forget: true, registration });
  }
  const ticket = await scene.ticket(body);
  scene.start({ ticket });
  return { uid, registration, ticket };
}

/** No ConfigMap may be added to those that the agent keeps for itself: a quota, which leaves those that are there. */
async function quota(scene: Scene): Promise<void> {
  await scene.apply({
    apiVersion: 'v1',
    kind: 'ResourceQuota',
    metadata: { name: 'few', namespace: 'sluice-system' },
    spec: { hard: { 'count/configmaps': '0' } },
  });
  const used = async () => (await scene.admin().raw('GET', `${state}/resourcequotas/few`)).body.status;
  await expect.poll(async () => JSON.stringify(await used()), { timeout: 30_000 }).toContain('used');
}

/** Cases of agents that cannot work, and of those that come back. */
export const agentCases: readonly FieldCase[] = [
  {
    name: 'a clock that is set hours ahead or behind is said to be that, not a key that is unknown; what runs is repaired, and all goes on once it is set right',
    run: async (scene) => {
      const { clock, set } = setClock();
      const pushed = async (version: number) => {
        const object = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'timed' }, data: { at: `${version}` } };
        await scene.fleet.push(rawFiles('timed', [object], version));
      };
      await scene.begin('k1');
      scene.start({ clock, flags: { poll: 1 } });
      await pushed(1);
      await scene.healthy('default/timed');
      for (const [version, hours, words] of [
        [2, 3, /ClockSkew: the clock of this agent is hours ahead of that of the hub/],
        [3, -3, /ClockSkew: the clock of this agent is hours behind that of the hub/],
      ] as const) {
        set(hours);
        await pushed(version);
        const said = await scene.said(words);
        expect(said).not.toMatch(/rekey|credential/);
        await scene.hands().remove('/ConfigMap/default/timed');
        await scene.site().view.until('/ConfigMap/default/timed', 'there again', () => true);
        set(0);
        await scene
          .site()
          .view.until('/ConfigMap/default/timed', `at ${version}`, (one) => timeOf(one) === `${version}`);
        await scene.healthy('default/timed');
      }
    },
  },
  {
    name: 'agent-reinstall: what the earlier registration of this name owns is taken over, because the bundle names it',
    run: async (scene) => {
      const { uid, ticket } = await reinstalled(scene, { replace: true });
      const taken = await scene.site().view.until(shop, 'taken over', ({ metadata: { annotations } }) => {
        return annotations?.[owner.registration] === ticket.registration;
      });
      expect(taken.metadata.uid).toBe(uid);
      await scene.healthy('default/shop');
    },
  },
  {
    name: 'agent-reinstall: what another registration owns is taken over by the word of the site, which the hint names',
    run: async (scene) => {
      const { uid, registration } = await reinstalled(scene, elsewhere);
      const said = await scene.said(/ConfigMap\/shop: .*not ours/);
      expect(said).toContain(`takeOverFrom: ${registration}`);
      expect(rowOf(await scene.fleet.status(), 'default/shop')).toMatchObject({ health: 'Degraded' });
      await scene.hands().make({
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: { name: 'sluice-site', namespace: 'sluice-system' },
        data: { takeOverFrom: registration },
      });
      await scene.healthy('default/shop');
      expect((await scene.site().view.get(shop))?.metadata.uid).toBe(uid);
    },
  },
  {
    name: 'agent-reinstall: or by adopt in the manifest, which the hint names, too',
    run: async (scene) => {
      const { uid } = await reinstalled(scene, elsewhere);
      expect(await scene.said(/ConfigMap\/shop: .*not ours/)).toContain('sluice.dev/adopt: "true"');
      const adopting = textOf('agent-reinstall/shop.yaml')
        .replace(
          'metadata: { name: shop }\n            data',
          'metadata: { name: shop, annotations: { sluice.dev/adopt: "true" } }\n            data',
        )
        .replace('shop-v1', 'shop-v2');
      await scene.fleet.push({ 'shop.yaml': adopting });
      await scene.healthy('default/shop');
      expect((await scene.site().view.get(shop))?.metadata.uid).toBe(uid);
    },
  },
  {
    name: 'agent-reinstall: with --rekey the registration stays, and nothing is foreign',
    run: async (scene) => {
      const { uid } = await reinstalled(scene, { rekey: true });
      await scene.deliver({
        'shop.yaml': textOf('agent-reinstall/shop.yaml').replace('a: "1"', 'a: "2"').replace('shop-v1', 'shop-v2'),
      });
      await scene.healthy('default/shop');
      expect(await scene.site().view.get(shop)).toMatchObject({ metadata: { uid }, data: { a: '2' } });
    },
  },
  {
    name: 'agent-restart: an agent that is killed and starts again without its hub repairs what runs, also what a change that is not done replaces',
    run: async (scene) => {
      const pods = (n: number) => `apps/Deployment/default/web-v${n}`;
      const placed = (n: number) =>
        plainDeployment('shop', [{ name: `shop-v${n}`, weight: 100 }], '{ labels: { env: prod }, pick: all }');
      await scene.begin('c1');
      scene.start();
      await scene.deliver({ 'web.yaml': `${webApp('shop', 'web:1')}---\n${placed(1)}` });
      await scene.healthy('default/shop');
      await scene.fleet.push({ 'web.yaml': `${webApp('shop', 'web:broken')}---\n${placed(2)}` });
      await scene.said(/ImagePullBackOff|ErrImagePull/);
      scene.site().agent().kill();
      await scene.fleet.stopHub();
      const before = (await scene.site().view.get(pods(1)))?.metadata.uid;
      await scene.hands().remove(pods(1));
      await scene.site().view.untilGone(pods(1));
      scene.start();
      await scene.site().view.until(pods(1), 'ready again', (one) => readyReplicasOf(one) === 2);
      expect(await scene.site().view.get(pods(2))).toBeDefined();
      scene.site().agent().kill();
      await scene.fleet.startHub();
      scene.start();
      expect((await scene.site().view.get(pods(1)))?.metadata.uid).not.toBe(before);
      await scene.fleet.push({ 'web.yaml': `${webApp('shop', 'web:3')}---\n${placed(3)}` });
      await scene.healthy('default/shop');
      await scene.gone(pods(1));
    },
  },
  {
    name: 'own-state-blocked: a quota that refuses the state of the agent is told in the words of the server, and what runs is repaired',
    needsServer: true,
    run: async (scene) => {
      await scene.begin('c1');
      scene.start();
      await scene.deliver({ 'first.yaml': textOf('own-state-blocked/shop.yaml').replaceAll('shop', 'first') });
      await scene.healthy('default/first');
      await quota(scene);
      await scene.fleet.push({ 'shop.yaml': textOf('own-state-blocked/shop.yaml') });
      await scene.said(/exceeded quota: few/);
      expect(await scene.site().view.get(shop)).toBeUndefined();
      await scene.hands().edit('/ConfigMap/default/first', (object) => {
        object.data = { a: 'by hand' };
      });
      await scene
        .site()
        .view.until('/ConfigMap/default/first', 'as it was', ({ data }) => (data as { a: string }).a === '1');
      await scene.admin().raw('DELETE', `${state}/resourcequotas/few`);
      await scene.site().view.until(shop, 'there', () => true, 60_000);
      await scene.healthy('default/shop');
    },
  },
  {
    name: 'webhook-blocks-agent: status says which webhook it is, and removing it in Git removes it',
    needsServer: true,
    run: async (scene) => {
      await scene.begin('k1');
      scene.start();
      await scene.fleet.push(filesOf('webhook-blocks-agent'));
      const hook = 'admissionregistration.k8s.io/ValidatingWebhookConfiguration//block-configmaps';
      await scene.site().view.until(hook, 'there', () => true);
      await scene.fleet.push({ 'shop.yaml': textOf('own-state-blocked/shop.yaml') });
      await scene.said(/failed calling webhook "block\.example\.com"/);
      await scene.fleet.push({ 'app.yaml': null });
      await scene.site().view.untilGone(hook, 60_000);
      await scene.healthy('default/shop');
      await scene.fleet.settled();
    },
  },
  {
    name: 'stuck-finalizer: status names the object that cannot be deleted, and the finalizer that it waits for',
    run: async (scene) => {
      await scene.begin('k1');
      scene.start();
      await scene.deliver(filesOf('stuck-finalizer'));
      await scene.fleet.push({ 'app.yaml': null });
      await scene.said(
        /1 object could not be deleted yet \/ConfigMap\/default\/held: waiting for x\.example\.com\/hold/,
      );
      const asked = scene.calls('held').length;
      await scene.fleet.push({ 'shop.yaml': textOf('own-state-blocked/shop.yaml') });
      await scene.healthy('default/shop');
      expect(scene.calls('held')).toHaveLength(asked);
      await scene.hands().edit(held, (object) => {
        object.metadata.finalizers = [];
      });
      await scene.gone(held);
      expect((await scene.fleet.settled()).clusters[0]).toMatchObject({ survivors: 0, unexplained: 0 });
    },
  },
];
