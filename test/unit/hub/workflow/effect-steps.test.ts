import { describe, expect, it } from 'vitest';
import type { Effect, Verdict } from '../../../../hub/model/effect.ts';
import type { StepInput, StepType } from '../../../../hub/workflow/step.ts';
import { checkMetrics } from '../../../../hub/workflow/steps/check-metrics.ts';
import { dependsOnApp } from '../../../../hub/workflow/steps/depends-on-app.ts';
import { notification } from '../../../../hub/workflow/steps/notification.ts';
import { request } from '../../../../hub/workflow/steps/request.ts';
import { webhook } from '../../../../hub/workflow/steps/webhook.ts';
import { quietWorld } from '../../../fixtures/hub/deliveries.ts';
import { revisionRecord } from '../../../fixtures/hub/facts.ts';
import { reporterOf } from '../../../../hub/validate/problems.ts';

const { application } = revisionRecord('default/web', 1);
const now = '2026-03-01T12:00:00.000Z';

function run(
  type: StepType,
  properties: object,
  verdicts: Readonly<Record<string, Verdict>> = {},
  more: Partial<StepInput> = {},
) {
  const effects = {
    verdict: ({ id }: Effect) => verdicts[id],
    waits: ({ id }: Effect) => (id.endsWith('slack') ? 'it waits' : ''),
  };
  const input: StepInput = {
    ...quietWorld,
    application,
    phase: 'running',
    startedAt: now,
    now,
    inputs: {},
    wants: [],
    decisions: [],
    effectId: 'web#1/s/1',
    effects,
    context: {},
    ...more,
  };
  return type.run({ name: 's', properties: type.schema.parse(properties) }, input);
}

function said(type: StepType, properties: object, delivered: readonly string[] = []): readonly string[] {
  const locate = (path: readonly (string | number)[]) => ({ path: path.join('.'), line: 1, column: 1 });
  const reporter = reporterOf({ value: {}, place: locate([]), locate }, null);
  const use = { name: 's', properties: type.schema.parse(properties) };
  type.check(use, { application, delivered, path: ['p'], reporter });
  return reporter.problems.map(
    ({ code, place, message, hint, severity }) =>
      `${code} ${place?.path} ${message}${severity === 'warning' ? `; ${hint}` : ''}`,
  );
}

const ok = (value: unknown = null): Verdict => ({ ok: true, value, reason: 'answered with status 200' });
const bad: Verdict = { ok: false, value: null, reason: 'answered with status 404' };

describe('request', () => {
  it('asks once, as it is written', () => {
    const properties = { url: 'https://a.example/ok', method: 'POST', body: { a: 1 }, header: { x: 'y' } };
    expect(run(request, properties)).toMatchObject({
      phase: 'running',
      effects: [
        {
          id: 'web#1/s/1',
          method: 'POST',
          url: { value: 'https://a.example/ok' },
          headers: { 'content-type': 'application/json', x: 'y' },
          body: '{"a":1}',
        },
      ],
    });
  });

  it.each<[string, unknown]>([
    ['{"b":2}', { b: 2 }],
    ['plain', 'plain'],
  ])('gives its answer %s to others', (body, response) => {
    const verdict = ok({ statusCode: 200, header: {}, body });
    expect(run(request, { url: 'https://a.example' }, { 'web#1/s/1': verdict })).toMatchObject({
      phase: 'succeeded',
      outputs: { response, http: { response: { statusCode: 200 } } },
    });
  });

  it('fails with the status', () => {
    const outcome = run(request, { url: 'https://a.example' }, { 'web#1/s/1': bad });
    expect(outcome).toMatchObject({ phase: 'failed', message: 'answered with status 404', effects: [] });
  });

  it.each([
    [{ url: 'ftp://a' }, 'DOCUMENT_INVALID p.url ftp://a is not an address'],
    [{ url: 'https://u:p@a.example' }, 'DOCUMENT_INVALID p.url an address must not carry credentials'],
    [{ url: 'https://a', header: { Host: 'b' } }, 'DOCUMENT_INVALID p.header.Host Host cannot be set here'],
    [{ url: 'https://a', header: { 'a b': 'b' } }, 'DOCUMENT_INVALID p.header.a b a b cannot be set here'],
  ])('is not %j', (properties, line) => {
    expect(said(request, properties)).toEqual([line]);
  });
});

describe('webhook', () => {
  it('sends its data, or the Application', () => {
    const url = { value: 'https://a.example' };
    expect(run(webhook, { url, data: { text: 'x' } }).effects).toMatchObject([
      { method: 'POST', url, body: '{"text":"x"}' },
    ]);
    expect(run(webhook, { url }).effects).toMatchObject([
      { body: expect.stringContaining('"kind":"Application"') as unknown },
    ]);
  });

  it('may have its address in a secret, and nowhere else in the files of the hub', () => {
    const url = { secretRef: { name: 'hook', key: 'url' } };
    expect(run(webhook, { url }).effects).toMatchObject([{ url: { secret: { name: 'hook', key: 'url' } } }]);
    for (const secretRef of [
      { name: '../keys', key: 'hub.key' },
      { name: 'hook', key: '../../keys/hub.key' },
      { name: '..', key: '..' },
    ]) {
      expect(webhook.schema.safeParse({ url: { secretRef } }).success).toBe(false);
    }
  });
});

describe('notification', () => {
  const channel = (host: string) => ({ url: { value: `https://${host}` }, message: { text: 'hi' } });

  it('says it on each channel, and ends once all of them took it', () => {
    const properties = { slack: channel('slack'), lark: channel('lark') };
    const first = run(notification, properties);
    expect(first).toMatchObject({ phase: 'running', message: 'it waits' });
    expect(first.effects.map(({ id }) => id)).toEqual(['web#1/s/1/slack', 'web#1/s/1/lark']);
    expect(run(notification, properties, { 'web#1/s/1/slack': bad }).phase).toBe('running');
    expect(run(notification, properties, { 'web#1/s/1/slack': bad, 'web#1/s/1/lark': ok() }).phase).toBe('failed');
    expect(run(notification, properties, { 'web#1/s/1/slack': ok(), 'web#1/s/1/lark': ok() }).phase).toBe('succeeded');
  });

  it.each([
    [{}, 'DOCUMENT_INVALID p it says nothing to anyone'],
    [{ email: {} }, 'UNSUPPORTED p.email a hub sends no mail'],
    [{ slack: { url: { value: 'x' }, message: {} } }, 'DOCUMENT_INVALID p.slack.url.value x is not an address'],
  ])('is not %j', (properties, line) => {
    expect(said(notification, properties)).toEqual([line]);
  });
});

describe('check-metrics', () => {
  it('has the times of KubeVela where it says none', () => {
    expect(run(checkMetrics, { query: 'q', condition: '>=10' }).effects).toEqual([
      {
        id: 'web#1/s/1',
        kind: 'query',
        url: { value: 'http://prometheus-server.o11y-system.svc:9090' },
        query: 'q',
        condition: '>=10',
        forMs: 300_000,
        failMs: 120_000,
      },
    ]);
  });

  it.each([
    [{ condition: '10' }, 'DOCUMENT_INVALID p.condition 10 is not a condition'],
    [{ duration: 'soon' }, 'DOCUMENT_INVALID p.duration soon is not a duration'],
    [{ metricEndpoint: 'prometheus' }, 'DOCUMENT_INVALID p.metricEndpoint prometheus is not an address'],
  ])('is not %j', (properties, line) => {
    expect(said(checkMetrics, { query: 'q', condition: '>1', ...properties })).toEqual([line]);
  });
});

describe('depends-on-app', () => {
  it.each<[string, { readonly waits: string } | null, object]>([
    ['waits for one that is not there', null, { phase: 'running', message: 'there is no application shop/db' }],
    [
      'waits for one that is not done',
      { waits: 'it is Progressing on a' },
      { phase: 'running', message: 'shop/db: it is Progressing on a' },
    ],
    ['ends with it', { waits: '' }, { phase: 'succeeded' }],
  ])('%s', (_, state, expected) => {
    const apps: StepInput['apps'] = (app) => (app === 'shop/db' ? state : null);
    expect(run(dependsOnApp, { name: 'db', namespace: 'shop' }, {}, { apps })).toMatchObject(expected);
  });

  it('names an application of the documents', () => {
    const delivered = ['default/web', 'default/db', 'shop/db'];
    expect(said(dependsOnApp, { name: 'db' }, delivered)).toEqual([]);
    expect(said(dependsOnApp, { name: 'db', namespace: 'shop' }, delivered)).toEqual([]);
    expect(said(dependsOnApp, { name: 'web' }, delivered)).toEqual([
      'DOCUMENT_INVALID p.name it would wait for itself',
    ]);
    expect(said(dependsOnApp, { name: 'dbs' }, delivered)).toEqual([
      'REFERENCE_NOT_FOUND p.name there is no application default/dbs: the step waits for it; did you mean default/db?',
    ]);
    // It is no name for itself that was meant.
    expect(said(dependsOnApp, { name: 'wep' }, ['default/web'])[0]).toMatch(/write its namespace, too/);
  });

  it('does not wait for itself', () => {
    expect(said(dependsOnApp, { name: 'web' })).toEqual(['DOCUMENT_INVALID p.name it would wait for itself']);
  });
});
