import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { KubeObject } from '../../../shared/model/object.ts';
import { waitFor } from '../../lab/controlplane/wait.ts';
import type { Backend } from './backend.ts';
import { clusterYaml, webApp } from './documents.ts';
import { patienceMs, rowOf, startFleet, type Fleet, type Site } from './fleet.ts';
import { handsOf } from './hands.ts';

const names = ['staging', 'prod'];

/** An application that goes to staging, waits for a person, and goes on to production. */
function staged(image: string): string {
  const topology = (env: string): string =>
    `    - { name: ${env}, type: topology, properties: { clusterLabelSelector: { env: ${env} } } }\n`;
  const deploy = (env: string): string =>
    `      - { name: to-${env}, type: deploy, properties: { policies: [${env}] } }\n`;
  const steps = `${deploy('staging')}      - { name: ask, type: suspend }\n${deploy('prod')}`;
  return `${webApp('web', image)}  policies:\n${names.map(topology).join('')}  workflow:\n    steps:\n${steps}`;
}

/** An application that runs a Job; its second content takes over what a person made, and has no Job. */
const shop = (number: 1 | 2): string => `apiVersion: core.oam.dev/v1beta1
kind: Application
metadata: { name: shop }
spec:
  components:
    - { name: front, type: worker, properties: { image: "example/web:${number}" } }
${number === 1 ? migrate : `    - { name: pg, type: k8s-objects, properties: { objects: [${theirs}] } }\n`}  policies:
    - { type: topology, properties: { clusters: [staging] } }
    - { type: take-over, properties: { rules: [{ selector: { componentNames: [pg] } }] } }
`;
const migrate = '    - { name: migrate, type: task, properties: { image: "example/migrate:1" } }\n';
const theirs = '{ apiVersion: v1, kind: ConfigMap, metadata: { name: pg }, data: { of: shop } }';

/** Registers what happens to an Application with a workflow, from `git push` to the pods of two clusters. */
export function describeDeliveries(backend: Backend): void {
  describe(`a delivery in steps, on ${backend.name}`, { timeout: 120_000 }, () => {
    let fleet: Fleet;
    let sites: readonly Site[];

    /** The image that each cluster runs, staging first. */
    async function images(): Promise<string> {
      const found = sites.map(async ({ view }) => {
        const object: KubeObject | undefined = await view.get('apps/Deployment/default/web');
        const spec = object?.['spec'] as
          | { readonly template: { readonly spec: { readonly containers: readonly { readonly image: string }[] } } }
          | undefined;
        return spec?.template.spec.containers[0]?.image.replace('example/web:', '') ?? '-';
      });
      return (await Promise.all(found)).join(' ');
    }

    const until = (what: string) =>
      waitFor(what, async () => ((await images()) === what ? what : undefined), patienceMs).catch(async () => {
        const { stdout } = await fleet.cli('rollout', 'show', 'web');
        expect(`${await images()}\n${stdout}`).toBe(what);
      });
    const waiting = (name: string) =>
      waitFor(`${name} to wait`, async () => {
        const { rollouts } = await fleet.client().rollouts({});
        return rollouts.find((one) => one.name === name && one.asks.includes('ask'));
      });

    beforeAll(async () => {
      fleet = await startFleet({ backend });
      await fleet.push({
        'clusters.yaml': names.map((name) => clusterYaml(name, { env: name })).join('---\n'),
        'app.yaml': staged('example/web:1'),
      });
      sites = await Promise.all(names.map((name) => fleet.join(name)));
    }, 120_000);
    afterAll(() => fleet.close());

    it('installs on staging, and on production once a person approves', async () => {
      await until('1 -');
      await waiting('web#1');
      expect((await fleet.cli('rollout', 'approve', 'web#2')).status).not.toBe(0);
      expect(await fleet.cli('rollout', 'approve', 'web#1', '--reason', 'looks good')).toMatchObject({ status: 0 });
      await until('1 1');
    });

    it('goes the same way with another image, over a restart of the hub', async () => {
      await waitFor('the end of web#1', async () => {
        const { rollouts } = await fleet.client().rollouts({});
        return rollouts.find(({ phase }) => phase === 'succeeded');
      });
      await fleet.push({ 'app.yaml': staged('example/web:2') });
      await until('2 1');
      await waiting('web#2');
      await fleet.stopHub();
      await fleet.startHub();
      await waiting('web#2');
      expect(await images()).toBe('2 1');
    });

    it('is back at once where the commit is reverted', async () => {
      await fleet.push({ 'app.yaml': staged('example/web:1') });
      await until('1 1');
    });

    it('2.23 and 2.36 leaves what it took over where it goes back, and runs no Job again', async () => {
      const { view } = sites[0] as Site;
      const made = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'pg', namespace: 'default' } };
      await handsOf(view).make({ ...made, data: { of: 'a person' } });
      await fleet.push({ 'shop.yaml': shop(1) });
      const ended = async (name: string) => {
        const find = async () => (await fleet.client().rollouts({})).rollouts.find((one) => one.name === name);
        await waitFor(name, async () => ((await find())?.phase === 'succeeded' ? true : undefined), patienceMs).catch(
          async () => expect([await find(), (await fleet.status()).problems]).toBe(name),
        );
      };
      await ended('shop#1');
      await fleet.push({ 'shop.yaml': shop(2) });
      await ended('shop#2');
      const taken = await view.get('/ConfigMap/default/pg');
      expect(taken).toMatchObject({ data: { of: 'shop' } });
      await view.untilGone('batch/Job/default/migrate');
      await fleet.cli('rollout', 'rollback', 'shop#2');
      await view.until('apps/Deployment/default/front', 'of the first image again', (object) =>
        JSON.stringify(object).includes('example/web:1'),
      );
      await fleet.until('shop to be well again', (status) => {
        const { applied, health } = rowOf(status, 'default/shop') ?? {};
        return applied === true && health === 'Healthy';
      });
      await fleet.settled();
      expect(await view.get('batch/Job/default/migrate')).toBeUndefined();
      expect((await view.get('/ConfigMap/default/pg'))?.metadata.uid).toBe(taken?.metadata.uid);
    });
  });
}
