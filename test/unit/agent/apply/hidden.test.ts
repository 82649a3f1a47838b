import { describe, expect, it } from 'vitest';
import { applyOne, type ApplyContext } from '../../../../agent/apply/apply.ts';
import type { InventoryEntry } from '../../../../agent/model/inventory.ts';
import type { ApplyTask } from '../../../../agent/model/plan.ts';
import { SluiceError } from '../../../../shared/errors.ts';
import { withoutSecrets } from '../../../../agent/apply/hidden.ts';

const long = 'correct-horse-battery-staple-'.repeat(20);
const secret = JSON.stringify({
  ...{ apiVersion: 'v1', kind: 'Secret', metadata: { name: 's', namespace: 'default' } },
  data: { password: Buffer.from('hunter2-hunter2').toString('base64'), pin: 1234, short: 'ab=' },
  stringData: { token: 'tok"en\\1', long },
});
const workload = (path: readonly string[]) => {
  const spec = {
    containers: [
      {
        name: 'web',
        env: [
          { name: 'PW', value: 123456789012 },
          { name: 'B', value: true },
        ],
      },
    ],
  };
  return JSON.stringify(path.reduceRight<object>((inner, key) => ({ [key]: inner }), spec));
};

describe('what a server says of an object, without its values', () => {
  it.each([
    [
      'a value',
      'data.password: Invalid value: "hunter2-hunter2": too weak',
      'data.password: Invalid value: "[value]": too weak',
    ],
    ['a value in base64', `policy: aHVudGVyMi1odW50ZXIy is weak`, 'policy: [value] is weak'],
    ['a number', 'data.pin: 1234 is a number', 'data.pin: [value] is a number'],
    ['a short value by itself', 'short "ab=" in about', 'short "[value]" in about'],
    ['a value with quotes, as JSON', 'denied: {"token":"tok\\"en\\\\1"}', 'denied: {"token":"[value]"}'],
    [
      'a value that is cut',
      `Invalid value: "${long.slice(0, 100)}...": too long`,
      'Invalid value: "[value]...": too long',
    ],
    ['nothing of it', 'exceeded quota: secrets, used: 3', 'exceeded quota: secrets, used: 3'],
    [
      'what a server marks as a value',
      '.data.x: expected string, got &value.valueUnstructured{Value:99}',
      '.data.x: expected string, got &value.valueUnstructured{Value:[value]}',
    ],
  ])('hides %s', (_, message, shown) => {
    expect(withoutSecrets(message, secret)).toBe(shown);
  });

  it.each([
    ['a Pod', ['spec']],
    ['a Deployment', ['spec', 'template', 'spec']],
    ['a CronJob', ['spec', 'jobTemplate', 'spec', 'template', 'spec']],
  ])('hides the variables of %s', (_, path) => {
    const said = 'env[0].value: 123456789012 of PW is no string, nor is true of B; containers "web"';
    const shown = 'env[0].value: [value] of PW is no string, nor is [value] of B; containers "web"';
    expect(withoutSecrets(said, workload(path))).toBe(shown);
  });

  it.each([null, '', 'not json', '7', '{"data": 7, "spec": {"containers": [null, {"env": [null]}]}}'])(
    'keeps the words where the object is %j',
    (text) => {
      expect(withoutSecrets('field is immutable', text)).toBe('field is immutable');
    },
  );
});

describe('an object that a server refuses', () => {
  it('is told without its values', async () => {
    const refusal = new SluiceError(
      'OBJECT_REJECTED',
      'admission webhook "w" denied the request: hunter2-hunter2 is weak',
    );
    const context = {
      text: () => secret,
      kube: { resource: () => Promise.reject(refusal) },
    } as unknown as ApplyContext;
    const task = {
      id: '/Secret/default/s',
      app: 'default/s',
      action: 'create',
      digest: 'd',
      overrides: [],
    } as unknown as ApplyTask;
    const { row } = await applyOne(context, task, {} as InventoryEntry);
    expect([row.reason, row.fault?.message]).toEqual(
      Array(2).fill('admission webhook "w" denied the request: [value] is weak'),
    );
  });
});
