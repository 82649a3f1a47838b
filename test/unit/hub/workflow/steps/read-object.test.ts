import { describe, expect, it } from 'vitest';
import type { Application } from '../../../../../hub/model/documents.ts';
import { readingOf } from '../../../../../hub/model/reading.ts';
import type { Reporter } from '../../../../../hub/model/reporter.ts';
import type { StepInput } from '../../../../../hub/workflow/step.ts';
import { readObject } from '../../../../../hub/workflow/steps/read-object.ts';
import { quietWorld } from '../../../../fixtures/hub/deliveries.ts';

const application = {
  metadata: { name: 'web', namespace: 'shop' },
  spec: { components: [] },
} as unknown as Application;
const service = { apiVersion: 'v1', kind: 'Service', name: 'db' };
const run = (properties: object, valueFrom: string | null, more: Partial<StepInput> = {}) =>
  readObject.run(
    { name: 'read', properties },
    {
      ...{ application, phase: 'running', startedAt: '', now: '', inputs: {}, wants: [], decisions: [], effectId: '' },
      ...{ ...quietWorld, context: {}, outputs: valueFrom === null ? [] : [{ name: 'it', valueFrom }] },
      ...more,
    },
  );
const delivered = (values?: Readonly<Record<string, unknown>>): Partial<StepInput> => ({
  isDelivered: true,
  told: (id) => (id === '/Service/shop/db' ? values : undefined),
});

describe('read-object', () => {
  it('has its object followed, and the fields of it that others take', () => {
    const { phase, message, objects } = run(service, 'output.value.status.ip + output.$returns.value.spec.type');
    expect([phase, message]).toEqual(['running', 'it waits for Service db to be there']);
    expect(objects).toEqual([readingOf(service, ['/spec/type', '/status/ip'])]);
  });

  it.each<readonly [string, string | null, Readonly<Record<string, unknown>> | undefined, object]>([
    [
      'nothing is told of it',
      'output.value.status.ip',
      undefined,
      { phase: 'running', message: 'status.ip of Service db is not reported' },
    ],
    [
      'another field is told',
      'output.value.status.ip',
      { '/status/name': 'a' },
      { phase: 'running', message: 'status.ip of Service db is not reported' },
    ],
    [
      'it is taken whole, and not told',
      'output.value',
      {},
      { phase: 'running', message: 'Service db is not reported' },
    ],
    ['it is told', 'output.value.status.ip', { '/status/ip': '1' }, { phase: 'succeeded' }],
    ['it is taken whole', '"\\(output.value)"', { '/spec': { a: 1 } }, { phase: 'succeeded' }],
    ['nothing of it is taken', null, undefined, { phase: 'succeeded' }],
  ])('ends once what is taken is told: %s', (_, valueFrom, values, expected) => {
    const outcome = run(service, valueFrom, delivered(values));
    expect(outcome).toMatchObject(expected);
    expect(outcome.objects).toHaveLength(1);
  });

  it('gives the object in both spellings of KubeVela', () => {
    const { outputs } = run(service, 'output.value.status.list', delivered({ '/status/list': [1] }));
    const metadata = { name: 'db', namespace: 'shop' };
    const value = { apiVersion: 'v1', kind: 'Service', metadata, status: { list: [1] } };
    expect(outputs).toEqual({ output: { value, $returns: { value } } });
  });

  it.each<readonly [string, object, string]>([
    ['a Secret', { kind: 'Secret' }, 'kind agents tell nothing of Secrets'],
    ['a Secret of another version', { apiVersion: 'v2', kind: 'Secret' }, 'kind agents tell nothing of Secrets'],
    [
      'another namespace',
      { namespace: 'far' },
      'namespace agents tell of objects in the namespace of the application alone, shop',
    ],
    [
      'a kind without namespaces',
      { kind: 'Node' },
      'kind agents tell of objects in the namespace of the application alone, shop',
    ],
  ])('is refused for %s, also where an input gives it', (_, more, words) => {
    const said: string[] = [];
    const error: Reporter['error'] = (code, path, message) => void said.push(`${code} ${path.join('.')} ${message}`);
    const properties = { ...service, ...more };
    const reporter = { error } as Reporter;
    readObject.check({ name: 'read', properties }, { application, delivered: [], path: [], reporter });
    expect(said).toEqual([`UNSUPPORTED ${words}`]);
    expect(run(properties, null, delivered())).toMatchObject({ phase: 'failed', message: words.replace(/^\w+ /, '') });
  });
});
