import { describe, expect, it } from 'vitest';
import { rewrittenFields } from '../../../../agent/apply/rewritten.ts';
import { rewrittenText } from '../../../../agent/model/rewritten.ts';
import type { KubeObject } from '../../../../shared/model/object.ts';

const container = (more: object = {}) => ({ name: 'web', image: 'app:1', ports: [{ containerPort: 80 }], ...more });
const web = (spec: object, more: object = {}): KubeObject => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'web', ...more },
  spec,
});
const withPod = (...containers: readonly object[]): KubeObject =>
  web({ replicas: 2, template: { spec: { containers } } });

const words = (sent: KubeObject, answered: KubeObject): string[] =>
  rewrittenFields(sent, answered).map(({ field, ours, theirs }) => `${field}: ${ours} -> ${theirs}`);

/** What a server makes of an object by itself. */
const asServer = (
  change: (object: { spec: Record<string, unknown> }) => void,
  from = withPod(container()),
): KubeObject => {
  const copy = structuredClone(from) as KubeObject & { spec: Record<string, unknown> };
  change(copy);
  return copy;
};

describe('fields that come back as they were sent', () => {
  it.each<[string, KubeObject, KubeObject]>([
    [
      'beside defaults and a status',
      withPod(container()),
      asServer((one) => {
        one.spec['strategy'] = { type: 'RollingUpdate' };
        Object.assign(one, { status: { replicas: 1 } });
      }),
    ],
    [
      'beside elements of others, in another order',
      withPod(container()),
      withPod({ name: 'sidecar', image: 'proxy:2' }, container({ imagePullPolicy: 'Always' })),
    ],
    [
      'quantities in another form',
      withPod(container({ resources: { limits: { cpu: 1, memory: '1024Mi' }, requests: {} } })),
      withPod(container({ resources: { limits: { cpu: '1', memory: '1Gi' } } })),
    ],
    [
      'an empty variable left out',
      withPod(container({ env: [{ name: 'EMPTY', value: '' }] })),
      withPod(container({ env: [{ name: 'EMPTY' }] })),
    ],
    [
      'two ports of one number, told by their protocol',
      withPod(
        container({
          ports: [
            { containerPort: 53, protocol: 'UDP' },
            { containerPort: 53, protocol: 'TCP' },
          ],
        }),
      ),
      withPod(
        container({
          ports: [
            { containerPort: 53, protocol: 'TCP' },
            { containerPort: 53, protocol: 'UDP' },
          ],
        }),
      ),
    ],
    ['a set in another order', web({ finalizers: ['a', 'b'] }), web({ finalizers: ['b', 'a', 'c'] })],
    [
      'elements without a name that moved',
      web({ rules: [{ verbs: ['get'] }, { verbs: ['list'] }] }),
      web({ rules: [{ verbs: ['watch'] }, { verbs: ['get'] }, { verbs: ['list'] }] }),
    ],
    [
      'labels of others, and what the agent writes for itself',
      web({}, { labels: { 'app.kubernetes.io/managed-by': 'sluice' }, annotations: { 'sluice.dev/nonce': 'n' } }),
      web({}, { labels: { 'app.kubernetes.io/managed-by': 'helm', team: 'a' }, annotations: {} }),
    ],
  ])('%s', (_, sent, answered) => {
    expect(words(sent, answered)).toEqual([]);
  });
});

describe('fields that come back with another value', () => {
  it.each<[string, KubeObject, KubeObject, string[]]>([
    [
      'an image',
      withPod(container()),
      withPod(container({ image: 'mirror.local/app:1' })),
      ['spec.template.spec.containers[web].image: app:1 -> mirror.local/app:1'],
    ],
    ['replicas', web({ replicas: 5 }), web({ replicas: 3 }), ['spec.replicas: 5 -> 3']],
    ['replicas that were zero', web({ replicas: 0 }), web({ replicas: 1 }), ['spec.replicas: 0 -> 1']],
    [
      'a limit',
      withPod(container({ resources: { limits: { cpu: '2' } } })),
      withPod(container({ resources: { limits: { cpu: '500m' } } })),
      ['spec.template.spec.containers[web].resources.limits.cpu: 2 -> 500m'],
    ],
    ['a field that is dropped', web({ paused: true }), web({}), ['spec.paused: true -> missing']],
    [
      'a container that is dropped',
      withPod(container(), { name: 'extra', image: 'x:1' }),
      withPod(container()),
      ['spec.template.spec.containers[extra]: [value] -> missing'],
    ],
    [
      'a variable, without its value',
      withPod(container({ env: [{ name: 'PASSWORD', value: 'hunter2' }] })),
      withPod(container({ env: [{ name: 'PASSWORD', value: 'swordfish' }] })),
      ['spec.template.spec.containers[web].env[PASSWORD].value: [value] -> [value]'],
    ],
    [
      'a label with dots, without its value',
      web({}, { labels: { 'example.com/team': 'a' } }),
      web({}, { labels: { 'example.com/team': 'b' } }),
      ['metadata.labels[example.com/team]: [value] -> [value]'],
    ],
    [
      'data of a ConfigMap, without the value',
      { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'c' }, data: { a: '1' } },
      { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'c' }, data: { a: '2' } },
      ['data.a: [value] -> [value]'],
    ],
    [
      'a Secret, without anything of it',
      {
        apiVersion: 'v1',
        kind: 'Secret',
        metadata: { name: 's' },
        type: 'Opaque',
        data: { image: 'YQ==' },
      },
      {
        apiVersion: 'v1',
        kind: 'Secret',
        metadata: { name: 's' },
        type: 'other',
        data: { image: 'Yg==' },
      },
      ['type: [value] -> [value]', 'data.image: [value] -> [value]'],
    ],
    [
      'an argument',
      withPod(container({ args: ['--a', '--b'] })),
      withPod(container({ args: ['--a', '--c'] })),
      ['spec.template.spec.containers[web].args[1]: [value] -> [value]'],
    ],
  ])('are found: %s', (_, sent, answered, expected) => {
    expect(words(sent, answered)).toEqual(expected);
  });

  it('are left to whoever changes them where the manifest says so', () => {
    const sent = withPod(container());
    sent.metadata.annotations = {
      'sluice.dev/ignore-differences': '["/spec/template/spec/containers/0/image", "/spec/replicas"]',
    };
    const answered = withPod(container({ image: 'mirror.local/app:1' }));
    (answered['spec'] as { replicas: number }).replicas = 9;
    expect(words(sent, answered)).toEqual([]);
  });

  it('are five at most, and three in words', () => {
    const many = (prefix: string) =>
      web(Object.fromEntries(Array.from({ length: 9 }, (_, n) => [`f${n}`, `${prefix}${n}`])));
    const found = rewrittenFields(many('a'), many('b'));
    expect(found).toHaveLength(5);
    expect(rewrittenText(found)).toBe(
      'changed while it was written, by a webhook or an admission policy: ' +
        'spec.f0 has another value, spec.f1 has another value, spec.f2 has another value and more',
    );
  });

  it('take time in proportion to their lists', () => {
    const list = (n: number) => web({ rules: Array.from({ length: 20_000 }, (_, at) => ({ verbs: [`${n}${at}`] })) });
    expect(rewrittenFields(list(1), list(2))).toHaveLength(5);
  });
});
