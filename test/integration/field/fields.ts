import { expect } from 'vitest';
import type { KubeObject } from '../../../shared/model/object.ts';
import { waitFor } from '../../lab/controlplane/wait.ts';
import { rowOf } from '../scenarios/fleet.ts';
import { definition, filesOf, textOf, type FieldCase, type Scene } from './scene.ts';
import { hurriedClock } from './clock.ts';

const legacy = '/ConfigMap/default/legacy';
const labelled = '/ConfigMap/default/labelled';
const dataOf = (object: KubeObject | undefined) => object?.['data'] as Record<string, string> | undefined;

/** Brings an object in as a client does that sends whole manifests. */
async function bring(scene: Scene, manager: string, type: string | null): Promise<void> {
  const object = {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'legacy', namespace: 'default' },
    data: { keep: '1', drop: '2' },
  };
  const { raw } = scene.admin();
  const all = '/api/v1/namespaces/default/configmaps';
  const answer =
    type === null
      ? await raw('POST', `${all}?fieldManager=${manager}`, { body: object })
      : await raw('PATCH', `${all}/legacy?fieldManager=${manager}`, { body: object, type });
  expect(answer.status).toBe(201);
}

function adopted(how: string, manager: string, type: string | null): FieldCase {
  return {
    name: `adopt-then-drop: what ${how} brought goes when the manifest has it no more`,
    run: async (scene) => {
      await scene.begin('k1');
      await bring(scene, manager, type);
      const uid = (await scene.site().view.get(legacy))?.metadata.uid;
      scene.start();
      const files = (version: number) => ({
        'app.yaml': textOf('adopt-then-drop/v1/app.yaml').replace('legacy-v2', `legacy-v${version}`),
        'k8s/legacy.yaml': textOf(`adopt-then-drop/v${version}/legacy.yaml`),
      });
      await scene.deliver(files(1));
      await scene.healthy('default/legacy');
      expect(dataOf(await scene.site().view.get(legacy))).toEqual({ keep: '1', drop: '2' });
      await scene.deliver(files(2));
      const after = await scene.site().view.get(legacy);
      expect([dataOf(after), after?.metadata.uid]).toEqual([{ keep: '1' }, uid]);
    },
  };
}

/** Sets a field of an object whenever it is something else, until told to stop. */
function rival(scene: Scene, path: string, body: object, isSet: (object: KubeObject) => boolean) {
  const over = new AbortController();
  let writes = 0;
  const fighting = (async () => {
    const { raw } = scene.admin();
    const type = 'application/merge-patch+json';
    while (!over.signal.aborted) {
      const { body: live, status } = await raw('GET', path);
      if (status !== 200 || isSet(live as unknown as KubeObject)) {
        await new Promise((resolve) => setTimeout(resolve, 20));
        continue;
      }
      await raw('PATCH', `${path}?fieldManager=awx-operator`, { body, type });
      writes += 1;
    }
  })();
  return {
    writes: () => writes,
    stop: async () => {
      over.abort();
      await fighting;
    },
  };
}

const managedBy = 'app.kubernetes.io/managed-by';

/** A fight over a field: it is said, and costs no more than a request in ten seconds once it has settled. */
async function fight(scene: Scene, { path, body, isSet, name, words }: Fight): Promise<void> {
  const { clock, hurry } = hurriedClock();
  scene.start({ clock, flags: { poll: 1 } });
  await scene.deliver(filesOf('managed-by-fight'));
  await scene.healthy('default/awx');
  const other = rival(scene, path, body, isSet);
  try {
    await scene.said(words);
    hurry(20);
    const before = { at: clock.monotonic(), calls: scene.calls(name).length, writes: other.writes() };
    await clock.sleep(600_000, AbortSignal.timeout(90_000));
    const seconds = (clock.monotonic() - before.at) / 1_000;
    const asked = scene.calls(name).length - before.calls;
    // It goes on, ever more rarely.
    expect(asked).toBeGreaterThan(0);
    expect(asked).toBeLessThanOrEqual(seconds / 10);
    expect(other.writes() - before.writes).toBeLessThanOrEqual(seconds / 30);
    await scene.said(words);
  } finally {
    await other.stop();
  }
}

interface Fight {
  readonly path: string;
  readonly body: object;
  readonly isSet: (object: KubeObject) => boolean;
  readonly name: string;
  readonly words: RegExp;
}

/** Cases in which something else writes what Sluice writes. */
export const fieldsCases: readonly FieldCase[] = [
  adopted('kubectl apply', 'kubectl-client-side-apply', null),
  adopted('kubectl apply --server-side', 'kubectl', 'application/apply-patch+yaml'),
  adopted('Helm', 'helm', null),
  {
    name: 'stringdata: a key that the manifest has no more is gone, and one that is changed by hand is put back',
    run: async (scene) => {
      const creds = '/Secret/default/creds';
      await scene.begin('k1');
      scene.start();
      const files = (version: number) => ({
        'app.yaml': textOf('stringdata/app.yaml').replace('strdata-v2', `strdata-v${version}`),
        'k8s/strdata.yaml': textOf(`stringdata/v${version}/strdata.yaml`),
      });
      await scene.deliver(files(1));
      expect(Object.keys(dataOf(await scene.site().view.get(creds)) ?? {})).toEqual(['password', 'user']);
      await scene.deliver(files(2));
      const ann = Buffer.from('ann').toString('base64');
      expect(dataOf(await scene.site().view.get(creds))).toEqual({ user: ann });
      await scene.hands().edit(creds, (object) => {
        object.data = { user: 'ZXZpbA==' };
      });
      await scene.site().view.until(creds, 'as it was', (object) => dataOf(object)?.['user'] === ann);
    },
  },
  {
    name: 'exported-ownerreference: it is made once, without the owner that is not here',
    run: async (scene) => {
      await scene.begin('k1');
      scene.start();
      const status = await scene.deliver(filesOf('exported-ownerreference'));
      expect(status.problems.map(({ severity, message }) => `${severity}: ${message}`)).toEqual([
        expect.stringMatching(/^warning: .*metadata\.ownerReferences, .* is left out/),
      ]);
      await scene.deliver({ 'beside.yaml': 'kind: Cluster\nmetadata: { name: other }\n' });
      await scene.healthy('default/owned');
      expect(scene.calls('exported').map(({ verb }) => verb)).toEqual(['create']);
    },
  },
  {
    name: 'managed-by-fight: a label that an operator keeps setting is repaired ever more rarely, and status says who it is',
    run: async (scene) => {
      await scene.begin('k1');
      await scene.apply(definition('widgets', 'agg.example.com', 'Widget'));
      await fight(scene, {
        path: '/apis/agg.example.com/v1/namespaces/default/widgets/awx',
        body: { metadata: { labels: { [managedBy]: 'awx-operator' } } },
        isSet: ({ metadata }) => metadata.labels?.[managedBy] === 'awx-operator',
        name: 'awx',
        words: /Widget\/awx: fought over by awx-operator: metadata\.labels\.app\.kubernetes\.io\/managed-by/,
      });
    },
  },
  {
    name: 'managed-by-fight: so is a field of the spec',
    run: async (scene) => {
      await scene.begin('k1');
      await scene.apply(definition('widgets', 'agg.example.com', 'Widget'));
      await fight(scene, {
        path: '/apis/agg.example.com/v1/namespaces/default/widgets/awx',
        body: { spec: { size: 2 } },
        isSet: (object) => (object['spec'] as { size?: number }).size === 2,
        name: 'awx',
        words: /Widget\/awx: fought over by awx-operator: spec\.size/,
      });
    },
  },
  {
    name: 'label-rewritten: a policy that rewrites the label we watch by is a fault, what is deleted or changed is noticed',
    needsServer: true,
    run: async (scene) => {
      await scene.begin('k1');
      await relabelled(scene);
      scene.start({ flags: { poll: 1 } });
      await scene.fleet.push(filesOf('label-rewritten'));
      const words = /ConfigMap\/labelled: its label app\.kubernetes\.io\/managed-by was changed to "platform"/;
      await scene.said(words);
      expect(rowOf(await scene.fleet.status(), 'default/labelled')).toMatchObject({ health: 'Degraded' });
      const before = await scene.site().view.get(labelled);
      await scene.hands().edit(labelled, (object) => {
        object.data = { a: 'by hand' };
      });
      await scene.site().view.until(labelled, 'as it was', (object) => dataOf(object)?.['a'] === '1', 60_000);
      await scene.hands().remove(labelled);
      await scene
        .site()
        .view.until(labelled, 'made again', ({ metadata }) => metadata.uid !== before?.metadata.uid, 60_000);
      // Once the policy is gone the fault goes, too.
      const policies = '/apis/admissionregistration.k8s.io/v1';
      await scene.admin().raw('DELETE', `${policies}/mutatingadmissionpolicybindings/platform`);
      await scene.healthy('default/labelled');
    },
  },
];

/** A MutatingAdmissionPolicy that labels every ConfigMap of the default namespace as the platform's. */
async function relabelled(scene: Scene): Promise<void> {
  const apiVersion = 'admissionregistration.k8s.io/v1';
  const expression = `Object{metadata: Object.metadata{labels: {"${managedBy}": "platform"}}}`;
  await scene.apply({
    apiVersion,
    kind: 'MutatingAdmissionPolicy',
    metadata: { name: 'platform' },
    spec: {
      failurePolicy: 'Fail',
      reinvocationPolicy: 'IfNeeded',
      matchConstraints: {
        namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'default' } },
        resourceRules: [
          { apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE', 'UPDATE'], resources: ['configmaps'] },
        ],
      },
      mutations: [{ patchType: 'ApplyConfiguration', applyConfiguration: { expression } }],
    },
  });
  await scene.apply({
    apiVersion,
    kind: 'MutatingAdmissionPolicyBinding',
    metadata: { name: 'platform' },
    spec: { policyName: 'platform' },
  });
  await waitFor('the policy to be at work', async () => {
    const body = { metadata: { name: 'probe' } };
    const answer = await scene.admin().raw('POST', '/api/v1/namespaces/default/configmaps?dryRun=All', { body });
    return JSON.stringify(answer.body).includes('platform') ? true : undefined;
  });
}
