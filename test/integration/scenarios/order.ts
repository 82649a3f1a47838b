import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Backend } from './backend.ts';
import { clusterYaml } from './documents.ts';
import { rowOf, startFleet, type Fleet, type Site } from './fleet.ts';
import { handsOf } from './hands.ts';

const deployment = (name: string): string => `apps/Deployment/default/${name}`;
const late = '/ConfigMap/default/web-late';

const definition = `kind: TraitDefinition
metadata: { name: late }
spec:
  stage: PostDispatch
  schematic:
    cue:
      template: |
        outputs: late: { apiVersion: "v1", kind: "ConfigMap", metadata: name: context.name + "-late" }
`;

/** An application whose `web` comes after its `db`, and a trait of `web` after that. */
const shop = (images: { readonly db: string; readonly web: string }): string => `kind: Application
metadata: { name: shop }
spec:
  components:
    - { name: web, type: worker, dependsOn: [db], properties: { image: "${images.web}" }, traits: [{ type: late }] }
    - { name: db, type: worker, properties: { image: "${images.db}" } }
`;

/** A type that is healthy by what stands in its object. */
const gate = `kind: ComponentDefinition
metadata: { name: gate }
spec:
  status:
    healthPolicy: 'isHealth: context.output.data.open == "yes"'
    customStatus: 'message: "open: \\(context.output.data.open)"'
    details: 'open: context.output.data.open'
  schematic:
    cue:
      template: |
        output: { apiVersion: "v1", kind: "ConfigMap", metadata: name: context.name, data: open: parameter.open }
        parameter: { open: string }
`;

const gated = (open: string): string => `kind: Application
metadata: { name: gated }
spec: { components: [{ name: gate, type: gate, properties: { open: "${open}" } }] }
`;

/** An application whose `taker` has the address of the Service of its `giver`, or what is written. */
const passing = (ip: string): string => `kind: Application
metadata: { name: passing }
spec:
  components:
    - name: giver
      type: worker
      properties: { image: "giver:1" }
      traits: [{ type: expose, properties: { port: [80] } }]
      outputs: [{ name: ip, valueFrom: outputs.service.spec.clusterIP }]
    - name: taker
      type: raw
      properties: { apiVersion: v1, kind: ConfigMap, data: { who: giver } }
${ip}`;
const takes = '      inputs: [{ from: ip, parameterKey: data.ip }]\n';

/** Registers what comes after what in one application: components, and the objects of traits. */
export function describeOrder(backend: Backend): void {
  describe(`the parts of an application, on ${backend.name}`, { timeout: 120_000 }, () => {
    let fleet: Fleet;
    let site: Site;

    beforeAll(async () => {
      fleet = await startFleet({ backend, hub: { localCluster: 'local' } });
      await fleet.push({
        'clusters.yaml': clusterYaml('local'),
        'late.yaml': definition,
        'shop.yaml': shop({ db: 'db:broken', web: 'web:1' }),
      });
      site = await fleet.join('local');
    }, 120_000);
    afterAll(() => fleet.close());

    it('come one after the other, and say what they wait for', async () => {
      await fleet.until(
        'the reason to be told',
        (status) =>
          rowOf(status, 'default/shop')?.message.includes('web waits for db: Deployment/db: 0 of 1 ready') === true,
      );
      expect([await site.view.get(deployment('web')), await site.view.get(late)]).toEqual([undefined, undefined]);
      await fleet.push({ 'shop.yaml': shop({ db: 'db:1', web: 'web:1' }) });
      const status = await fleet.settled();
      expect(rowOf(status, 'default/shop')).toMatchObject({ applied: true });
      expect(await site.view.get(late)).toBeDefined();
    });

    it('are changed in this order, and repaired at any time', async () => {
      await fleet.push({ 'shop.yaml': shop({ db: 'db:broken', web: 'web:2' }) });
      await fleet.until(
        'the reason to be told',
        (status) => rowOf(status, 'default/shop')?.message.includes('web waits for db: Deployment/db') === true,
      );
      await handsOf(site.view).remove(deployment('web'));
      const web = await site.view.until(deployment('web'), 'made again', () => true);
      expect(JSON.stringify(web)).toContain('"image":"web:1"');
      await handsOf(site.view).remove(late);
      await site.view.until(late, 'made again', () => true);
      await fleet.push({ 'shop.yaml': shop({ db: 'db:2', web: 'web:2' }) });
      await fleet.settled();
      expect(JSON.stringify(await site.view.get(deployment('web')))).toContain('"image":"web:2"');
    });

    it('are as well as their definitions say, of what the agent sees', async () => {
      await fleet.push({ 'gate.yaml': gate, 'gated.yaml': gated('no') });
      const shut = await fleet.until(
        'the policy to say no',
        (status) => rowOf(status, 'default/gated')?.message.includes('open: no') === true,
      );
      expect(rowOf(shut, 'default/gated')).toMatchObject({
        ...{ health: 'Progressing', applied: true },
        checks: [{ component: 'gate', health: 'unhealthy', message: 'open: no', details: { open: 'no' } }],
      });
      await fleet.push({ 'gated.yaml': gated('yes') });
      const open = await fleet.until(
        'the policy to say yes',
        (status) => rowOf(status, 'default/gated')?.message.includes('open: yes') === true,
      );
      expect(rowOf(open, 'default/gated')).toMatchObject({ health: 'Healthy', checks: [{ health: 'healthy' }] });
    });

    it('take of one another what the cluster alone knows', async () => {
      const taker = '/ConfigMap/default/taker';
      const data = (object: unknown) => (object as { data?: { ip?: string } } | undefined)?.data;
      await fleet.push({ 'passing.yaml': passing('') });
      await site.view.until(taker, 'there', () => true);
      // What is there waits as it is for what its agent was not asked for yet.
      await fleet.push({ 'passing.yaml': passing(takes) });
      const now = await site.view.until(taker, 'given the address', (object) => data(object)?.ip !== undefined);
      const service = await site.view.get('/Service/default/giver');
      expect(data(now)).toEqual({ who: 'giver', ip: (service?.['spec'] as { clusterIP: string }).clusterIP });
    });
  });
}
