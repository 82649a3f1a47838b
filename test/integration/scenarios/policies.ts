import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isEqual } from '../../../shared/lib/equal.ts';
import type { KubeObject } from '../../../shared/model/object.ts';
import type { Backend } from './backend.ts';
import { clusterYaml } from './documents.ts';
import { rowOf, startFleet, type Fleet, type Site } from './fleet.ts';
import { handsOf } from './hands.ts';

const web = (namespace = 'default'): string => `apps/Deployment/${namespace}/web`;

/** An application that goes to all clusters of production with three replicas, and to a namespace of the test cluster. */
const shop = (image: string, topologies: readonly string[]): string => `kind: Application
metadata: { name: shop }
spec:
  components: [{ name: web, type: worker, properties: { image: "${image}" } }]
  policies:
${topologies.map((line) => `    - ${line}\n`).join('')}    - name: larger
      type: override
      properties: { components: [{ name: web, traits: [{ type: scaler, properties: { replicas: 3 } }] }] }
    - type: apply-once
      properties:
        enable: true
        rules: [{ selector: { resourceTypes: [Deployment] }, strategy: { path: [spec.replicas] } }]
`;
const worker = (name: string): string => `apps/Deployment/default/${name}`;

/** An application whose objects others may change. */
const once = (image: string): string => `kind: Application
metadata: { name: once }
spec:
  components: [{ name: once, type: worker, properties: { image: "${image}" } }]
  policies:
    - { type: topology, properties: { clusters: [one] } }
    - { type: apply-once, properties: { enable: true } }
`;

/** True for an object whose containers have an image. */
const hasImage =
  (image: string) =>
  (found: KubeObject): boolean =>
    JSON.stringify(found).includes(`"${image}"`);

/** A store whose data stays when a commit takes it out, and that reads what others make. */
const store = (parts: readonly string[]): string => `kind: Application
metadata: { name: store }
spec:
  components:
${parts
  .map(
    (name) => `    - name: ${name}
      type: k8s-objects
      properties: { objects: [{ apiVersion: v1, kind: ConfigMap, metadata: { name: ${name} }, data: { of: store } }] }
`,
  )
  .join('')}  policies:
    - { type: topology, properties: { clusters: [one] } }
    - type: garbage-collect
      properties: { rules: [{ selector: { componentNames: [data] }, strategy: onAppDelete }] }
    - { type: read-only, properties: { rules: [{ selector: { componentNames: [theirs] } }] } }
`;
/** An application of which a part stands for what others make, and another part takes something of that. */
const borrower = `kind: Application
metadata: { name: borrower }
spec:
  components:
    - name: lent
      type: ref-objects
      properties: { objects: [{ resource: configmap }] }
      outputs: [{ name: owner, valueFrom: output.data.of }]
    - name: own
      type: k8s-objects
      inputs: [{ from: owner, parameterKey: "objects[0].data.of" }]
      properties: { objects: [{ apiVersion: v1, kind: ConfigMap, metadata: { name: own } }] }
  policies:
    - { type: topology, properties: { clusters: [one] } }
`;
/** An application whose workflow reads what others make, and writes it elsewhere. */
const reader = `kind: Application
metadata: { name: reader }
spec:
  components: []
  workflow:
    steps:
      - name: read
        type: read-object
        properties: { apiVersion: v1, kind: ConfigMap, name: said, cluster: one }
        outputs: [{ name: said, valueFrom: output.value.data.of }]
      - name: write
        type: apply-object
        inputs: [{ from: said, parameterKey: value.data.of }]
        properties: { cluster: two, value: { apiVersion: v1, kind: ConfigMap, metadata: { name: written } } }
`;
/** An application whose workflow reads what a step before has brought, and says it elsewhere. */
const teller = (image: string): string => `kind: Application
metadata: { name: teller }
spec:
  components: [{ name: teller, type: worker, properties: { image: "${image}" } }]
  workflow:
    steps:
      - { name: bring, type: apply-component, properties: { component: teller, cluster: one } }
      - name: read
        type: read-object
        properties: { apiVersion: apps/v1, kind: Deployment, name: teller, cluster: one }
        outputs: [{ name: ready, valueFrom: '"\\(output.value.status.readyReplicas) of ${image}"' }]
      - name: tell
        type: apply-object
        inputs: [{ from: ready, parameterKey: value.data.ready }]
        properties: { cluster: two, value: { apiVersion: v1, kind: ConfigMap, metadata: { name: told } } }
`;
/** A type of step that waits for what others write into an object, and an application that goes on then. */
const watcher = `kind: WorkflowStepDefinition
metadata: { name: watch }
spec:
  schematic:
    cue:
      template: |
        import "vela/op"
        read: op.#Read & {value: {apiVersion: "v1", kind: "ConfigMap", metadata: name: "gate"}}
        wait: op.#ConditionalWait & {continue: read.value.data.open == "yes"}
---
kind: Application
metadata: { name: watcher }
spec:
  components: []
  workflow:
    steps:
      - { name: wait, type: watch }
      - name: go
        type: apply-object
        properties: { cluster: two, value: { apiVersion: v1, kind: ConfigMap, metadata: { name: gone-on } } }
`;
const map = (name: string): string => `/ConfigMap/default/${name}`;

const production = '{ name: production, type: topology, properties: { clusterLabelSelector: { usage: production } } }';
const staging = (cluster = 'two'): string =>
  `{ name: staging, type: topology, properties: { clusters: [${cluster}], namespace: staging } }`;

/** Registers an Application that says by policies where it goes, and what it is there. */
export function describePolicies(backend: Backend): void {
  describe(`the policies of an application, on ${backend.name}`, { timeout: 120_000 }, () => {
    let fleet: Fleet;
    let [one, two]: [Site | null, Site | null] = [null, null];
    const object = (site: Site | null, id: string) => site?.view.get(id);

    beforeAll(async () => {
      fleet = await startFleet({ backend, hub: { localCluster: 'one' } });
      await fleet.push({
        'clusters.yaml': ['one', 'two'].map((name) => clusterYaml(name, { usage: 'production' })).join('---\n'),
        'shop.yaml': shop('web:1', [production, staging()]),
      });
      one = await fleet.join('one');
      two = await fleet.join('two');
    }, 120_000);
    afterAll(() => fleet.close());

    it('bring it to the clusters of their labels, and to a namespace as a unit of its own', async () => {
      const status = await fleet.until(
        'every step to be done',
        ({ applications }) =>
          applications.length === 3 && applications.every(({ applied, health }) => applied && health === 'Healthy'),
      );
      expect(status.applications.map(({ cluster, application }) => `${cluster} ${application}`).sort()).toEqual([
        'one default/shop',
        'two default/shop',
        'two default/shop@staging',
      ]);
      for (const [site, id] of [
        [one, web()],
        [two, web()],
        [two, web('staging')],
      ] as const) {
        expect(await object(site, id)).toMatchObject({ spec: { replicas: 3 } });
      }
      expect(await object(one, web('staging'))).toBeUndefined();
    });

    it('bring a changed image with nothing but the commit, and repair it in each namespace', async () => {
      await fleet.push({ 'shop.yaml': shop('web:2', [production, staging()]) });
      for (const id of [web(), web('staging')]) await two!.view.until(id, 'of the new image', hasImage('web:2'));
      await one!.view.until(web(), 'of the new image', hasImage('web:2'));
      await handsOf(two!.view).remove(web('staging'));
      await two!.view.until(web('staging'), 'made again', () => true);
    });

    it('leave fields to others, and repair all else', async () => {
      const hands = handsOf(one!.view);
      await hands.edit(web(), (object) => {
        object.spec.replicas = 5;
        for (const container of object.spec.template.spec.containers) container.image = 'web:by-hand';
      });
      const repaired = await one!.view.until(web(), 'repaired', hasImage('web:2'));
      expect(repaired).toMatchObject({ spec: { replicas: 5 } });
    });

    it('leave all objects of an application as others change them, until they have new content', async () => {
      await fleet.push({ 'once.yaml': once('once:1') });
      const settled = await fleet.settled();
      expect(rowOf(settled, 'default/once')?.notes).toEqual([
        'what others change in its objects stays until they have new content: policy apply-once',
      ]);
      const hands = handsOf(one!.view);
      for (const id of [worker('once'), web()]) {
        await hands.edit(id, (object) => {
          for (const container of object.spec.template.spec.containers) container.image = 'by:hand';
        });
      }
      // Both are of one kind: what is seen of the later one was seen of the earlier one.
      await one!.view.until(web(), 'repaired', hasImage('web:2'));
      expect(await object(one, worker('once'))).toSatisfy(hasImage('by:hand'));
      await fleet.push({ 'once.yaml': once('once:2') });
      await one!.view.until(worker('once'), 'of the new image', hasImage('once:2'));
      await hands.remove(worker('once'));
      await one!.view.until(worker('once'), 'made again', hasImage('once:2'));
      await fleet.push({ 'once.yaml': null });
      await one!.view.untilGone(worker('once'));
    });

    it('keep what a commit takes out until the application goes, and never write what is only read', async () => {
      const hands = handsOf(one!.view);
      await fleet.push({ 'store.yaml': store(['front', 'data', 'theirs']) });
      const missing = await fleet.until(
        'a missing object to be told',
        (status) => rowOf(status, 'default/store')?.message.includes('ConfigMap/theirs: not there') === true,
      );
      expect(rowOf(missing, 'default/store')?.health).toBe('Degraded');
      const theirs = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'theirs', namespace: 'default' } };
      await hands.make({ ...theirs, data: { of: 'theirs' } });
      await fleet.until('it to be there', (status) => rowOf(status, 'default/store')?.health === 'Healthy');
      await fleet.push({ 'store.yaml': store(['front']) });
      const kept = await fleet.settled();
      expect(rowOf(kept, 'default/store')?.notes).toEqual([
        'ConfigMap data is kept although the application has it no more: until the application is deleted',
      ]);
      // That the rule of what is only read selects nothing any more is told, and no fault; the other is for what is taken out.
      const own = kept.problems.filter(({ app }) => app === 'default/store');
      expect(own.map(({ severity }) => severity)).toEqual(['warning']);
      expect(await object(one, map('data'))).toMatchObject({ data: { of: 'store' } });
      await fleet.push({ 'store.yaml': null });
      await one!.view.untilGone(map('data'));
      expect(await object(one, map('theirs'))).toMatchObject({ data: { of: 'theirs' } });
      await hands.remove(map('theirs'));
    });

    it('wait for what a component refers to, pass on what it says, and never write it', async () => {
      const hands = handsOf(one!.view);
      await fleet.push({ 'borrower.yaml': borrower });
      await fleet.until(
        'it to be told what is not there',
        (status) => rowOf(status, 'default/borrower')?.message.includes('ConfigMap/lent: not there') === true,
      );
      expect(await object(one, map('own'))).toBeUndefined();
      const lent = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'lent', namespace: 'default' } };
      await hands.make({ ...lent, data: { of: 'others' } });
      const saying = (of: string) => (found: KubeObject) => isEqual(found['data'], { of });
      await one!.view.until(map('own'), 'made of what it says', saying('others'));
      await fleet.until('all to be well', (status) => rowOf(status, 'default/borrower')?.health === 'Healthy');
      const found = await object(one, map('lent'));
      expect(found).toMatchObject({ data: { of: 'others' } });
      expect(found?.metadata.labels).toBeUndefined();
      await hands.edit(map('lent'), (object) => {
        object.data['of'] = 'another one';
      });
      await one!.view.until(map('own'), 'made of what it says now', saying('another one'));
      await fleet.push({ 'borrower.yaml': null });
      await one!.view.untilGone(map('own'));
      expect(await object(one, map('lent'))).toMatchObject({ data: { of: 'another one' } });
      await hands.remove(map('lent'));
    });

    it('read what is in one cluster, with a step that waits for it, and write it in another one', async () => {
      const hands = handsOf(one!.view);
      await fleet.push({ 'reader.yaml': reader });
      await fleet.until(
        'it to be told what is not there',
        (status) => rowOf(status, 'default/reader')?.message.includes('ConfigMap/said: not there') === true,
      );
      expect(await object(two, map('written'))).toBeUndefined();
      const said = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'said', namespace: 'default' } };
      await hands.make({ ...said, data: { of: 'one' } });
      await two!.view.until(map('written'), 'what was read', (found) => isEqual(found['data'], { of: 'one' }));
      // A second application that reads it, of which it is not in the document.
      await fleet.push({ 'later.yaml': reader.replace('name: reader', 'name: sooner').replace('written', 'again') });
      await two!.view.until(map('again'), 'what was read', (found) => isEqual(found['data'], { of: 'one' }));
      await fleet.push({ 'reader.yaml': null, 'later.yaml': null });
      await two!.view.untilGone(map('written'));
      await two!.view.untilGone(map('again'));
      expect(await object(one, map('said'))).toMatchObject({ data: { of: 'one' } });
      await hands.remove(map('said'));
    });

    it('read what a step of the application itself has brought, which stays its own', async () => {
      for (const image of ['teller:1', 'teller:2']) {
        await fleet.push({ 'teller.yaml': teller(image) });
        await two!.view.until(map('told'), `of ${image}`, (found) =>
          isEqual(found['data'], { ready: `1 of ${image}` }),
        );
        expect(await object(one, worker('teller'))).toSatisfy(hasImage(image));
      }
      await handsOf(one!.view).remove(worker('teller'));
      await one!.view.until(worker('teller'), 'made again', hasImage('teller:2'));
      await fleet.push({ 'teller.yaml': null });
      await one!.view.untilGone(worker('teller'));
      await two!.view.untilGone(map('told'));
    });

    it("wait with a step of one's own for what others write", async () => {
      const hands = handsOf(one!.view);
      const gate = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'gate', namespace: 'default' } };
      await hands.make({ ...gate, data: { open: 'no' } });
      await fleet.push({ 'watcher.yaml': watcher });
      await fleet.until('it to be followed', (status) => rowOf(status, 'default/watcher')?.health === 'Healthy');
      expect(await object(two, map('gone-on'))).toBeUndefined();
      await hands.edit(map('gate'), (found) => {
        found['data'] = { open: 'yes' };
      });
      await two!.view.until(map('gone-on'), 'made', () => true);
      await fleet.push({ 'watcher.yaml': null });
      await two!.view.untilGone(map('gone-on'));
      await hands.remove(map('gate'));
    });

    it('fail with a step that reads more than an agent tells, and say so', async () => {
      const hands = handsOf(one!.view);
      const gate = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'gate', namespace: 'default' } };
      await hands.make({ ...gate, data: { open: 'yes', large: 'x'.repeat(17 * 1024) } });
      await fleet.push({ 'watcher.yaml': watcher });
      await fleet.until('the step to fail', ({ deliveries = [] }) =>
        deliveries.some(({ application, phase }) => application === 'default/watcher' && phase === 'failed'),
      );
      const { rollouts } = await fleet.client().rollouts({ app: 'watcher' });
      const words = 'ConfigMap gate: what is asked of it has more than 16 KiB, and is not told';
      expect(rollouts.map(({ reason }) => reason)).toEqual([expect.stringContaining(words)]);
      expect(await object(two, map('gone-on'))).toBeUndefined();
      await fleet.push({ 'watcher.yaml': null });
      await hands.remove(map('gate'));
    });

    it('take nothing away for a name that is not right, and go on elsewhere', async () => {
      await fleet.push({ 'shop.yaml': shop('web:3', [production, staging('twoo')]) });
      const status = await fleet.until('the typing error to be told', ({ problems }) =>
        problems.some(({ code, hint }) => code === 'REFERENCE_NOT_FOUND' && hint === 'did you mean two?'),
      );
      expect(rowOf(status, 'default/shop@staging')).toBeDefined();
      for (const site of [one!, two!]) await site.view.until(web(), 'of the new image', hasImage('web:3'));
      expect(await object(one, web())).toMatchObject({ spec: { replicas: 5 } });
      expect(JSON.stringify(await object(two, web('staging')))).toContain('"web:2"');
    });

    it('take a namespace away with the policy, and leave the other one', async () => {
      await fleet.push({ 'shop.yaml': shop('web:3', [production]) });
      await two!.view.untilGone(web('staging'));
      const status = await fleet.settled();
      expect(rowOf(status, 'default/shop@staging')).toBeUndefined();
      expect(await object(two, web())).toBeDefined();
    });
  });
}
