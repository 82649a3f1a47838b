import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startCueEngine, type CueEngine } from '../../../hub/cue/engine.ts';
import { createEffectRunner } from '../../../hub/effects/runner.ts';
import type { AppDelivery } from '../../../hub/model/delivery.ts';
import { createHttp } from '../../../shared/adapters/http/client.ts';
import { systemClock } from '../../../shared/adapters/clock.ts';
import { yamlText } from '../../../shared/lib/yaml/write.ts';
import { startReceiver, type Receiver } from '../../fakes/receiver.ts';
import { Agents } from '../../fixtures/hub/agents.ts';
import { openPasses, type Passes } from '../../fixtures/hub/passes.ts';
import { enrolledCluster } from '../../fixtures/hub/status.ts';

interface Case {
  readonly name: string;
  readonly steps: readonly object[];
  readonly mode: object | null;
  readonly expect: Readonly<Record<string, unknown>>;
}
const cases = JSON.parse(
  readFileSync(new URL('../../fixtures/delivery/workflow.json', import.meta.url), 'utf8'),
) as readonly Case[];

/** What comes out otherwise on purpose, and the words of docs/supported.md that say so. */
const differences: Readonly<Record<string, { readonly expect: object; readonly said: string }>> = {
  'collect-service-endpoints': {
    expect: { h: 'http://web.default:80' },
    said: 'the name of the Service in its cluster; `outer` is an error',
  },
};

const minute = 60_000;
const nameOf = (id: string): string => id.split('/').at(-1) ?? '';
const supported = readFileSync(new URL('../../../docs/supported.md', import.meta.url), 'utf8');
const first = Date.parse('2026-03-01T12:00:00Z');

describe('workflows, as their cases say', () => {
  let agents: Agents;
  let dir: string;
  let passes: Passes;
  let cue: CueEngine;
  let receiver: Receiver;
  let at = first;
  const stop = new AbortController();
  const http = createHttp({});
  beforeAll(() => {
    // A busy machine is not what this is about.
    cue = startCueEngine({ clock: systemClock, sourceMs: 60_000 });
    return async () => {
      http.close();
      await cue.close();
    };
  });
  beforeEach(async () => {
    at = first;
    agents = new Agents();
    receiver = await startReceiver();
    dir = await mkdtemp(join(tmpdir(), 'sluice-workflow-'));
    const clock = { ...systemClock, now: () => at };
    const effects = createEffectRunner({
      ...{ http, clock, random: Math.random, signal: stop.signal, changed: () => undefined },
      allow: [receiver.host],
      secret: () => '',
    });
    running = effects;
    const clusters = ['home', 'beijing'].map((name) => enrolledCluster(name, { reads: { revision: 2 } }));
    const more = { reports: () => agents.reports(), clock, listeningSince: at, effects, localCluster: 'home', cue };
    passes = await openPasses(dir, clusters, more);
    await passes.run();
    agents.report(await passes.parts.store.read(), at);
  });
  afterEach(async () => {
    await passes.close();
    await receiver.close();
    await rm(dir, { recursive: true });
  });
  let running: { readonly idle: () => Promise<void> };

  function application(steps: readonly object[], mode: object | null = null, images = '1'): string {
    return applicationWith({ workflow: { ...(mode !== null && { mode }), steps } }, images);
  }
  function applicationWith(more: object, images = '1'): string {
    const component = (name: string) => ({ name, type: 'webservice', properties: { image: `${name}:${images}` } });
    return yamlText({
      apiVersion: 'core.oam.dev/v1beta1',
      kind: 'Application',
      metadata: { name: 'app' },
      spec: {
        components: [component('db'), component('web')],
        ...more,
      },
    });
  }
  const stepsOf = (name: string): Case => {
    const found = cases.find((one) => one.name === name);
    if (found === undefined) throw new Error(`no case ${name}`);
    return JSON.parse(JSON.stringify(found).replaceAll('127.0.0.1:PORT', receiver.host)) as Case;
  };

  /** A push, then passes, effects and reports in turns, some seconds apart. */
  async function go(turns: number, text: string | null = null, ms = minute): Promise<void> {
    let result = await passes.run(text === null ? {} : { 'app.yaml': text });
    for (let turn = 0; turn < turns; turn += 1) {
      await running.idle();
      agents.report(result.state, at);
      at += ms;
      result = await passes.run();
    }
  }
  async function delivery(): Promise<AppDelivery> {
    const record = (await passes.parts.store.read()).deliveries.get('default/app');
    if (record === undefined) throw new Error('there is no delivery');
    return record;
  }
  const phases = async () =>
    Object.fromEntries(Object.entries((await delivery()).last.steps).map(([name, { phase }]) => [name, phase]));
  /** The ids of the objects that a cluster was published, without those of its Namespace. */
  async function objects(cluster: string): Promise<readonly string[]> {
    const bundle = (await passes.parts.store.read()).bundles.get(cluster);
    return (bundle?.revision.apps ?? []).flatMap((app) => app.objects.map(({ id }) => id)).sort();
  }
  /** What follows the push until nothing changes, as the lists of objects that the local cluster was published one after the other. */
  async function history(text: string, turns = 8): Promise<readonly string[]> {
    const seen: string[] = [];
    await go(0, text);
    for (let turn = 0; turn < turns; turn += 1) {
      const now = (await objects('home')).map(nameOf).join(' ');
      if (now !== '' && seen.at(-1) !== now) seen.push(now);
      await go(1);
    }
    return seen;
  }
  const told = async () => (await passes.parts.store.read()).problems.map(({ code, message }) => `${code} ${message}`);

  /** What comes out of each case, in the words of its expectation. */
  const outcomes: Readonly<Record<string, (one: Case) => Promise<object>>> = {
    'no workflow, no policies: components in dependsOn order': async () => {
      const component = (name: string, ...dependsOn: string[]) => ({
        ...{ name, type: 'webservice', properties: { image: name } },
        ...(dependsOn.length > 0 && { dependsOn }),
      });
      const components = (...all: object[]) => applicationWith({ components: all });
      await go(1, components(component('web', 'db'), component('db')));
      const [app] = (await passes.parts.store.read()).bundles.get('home')?.revision.apps ?? [];
      // That its agent waits for health: test/unit/agent/rollout/order.test.ts.
      const order = app?.dependsOn?.['web']?.join() === 'db' ? 'db healthy before web is applied' : '';
      await go(0, components(component('web', 'db'), component('db', 'web')));
      const circle = (await told()).some((line) => /^DOCUMENT_INVALID components wait for each other: /.test(line));
      return { order: `${order} when web has dependsOn: [db]; ${circle ? 'a circle is an error' : ''}` };
    },
    'apply-component on a cluster': async ({ steps }) => {
      await go(3, application(steps));
      expect(await objects('home')).toEqual([]);
      return { object: (await objects('beijing')).map((id) => `${id.replace('ment/', 'ment ')} on beijing`).join() };
    },
    'suspend duration': async ({ steps }) => {
      await go(1, application(steps), 3_000);
      expect([await phases(), await objects('home')]).toEqual([{ wait: 'suspending' }, []]);
      await go(3, null, 3_000);
      return { 'after 5s': (await objects('home')).map(nameOf) };
    },
    'if expression on a status': async ({ steps }) => {
      await go(4, application(steps));
      const { one = '', tell = '' } = await phases();
      expect((await delivery()).last.phase).toBe('succeeded');
      return { [`one ${one}`]: `tell is ${tell}` };
    },
    'dependsOn between steps (mode DAG)': async ({ steps, mode }) => {
      const [first, second] = await history(application(steps, mode));
      return { order: [first, second?.replace(`${first} `, '')] };
    },
    'inputs and outputs': async ({ steps }) => {
      await go(8, application(steps));
      const [made] = (await delivery()).objects?.['use'] ?? [];
      return { 'ConfigMap dst': (await objects('home')).includes('/ConfigMap/default/dst') ? made?.['data'] : null };
    },
    request: async ({ steps }) => {
      await go(3, application(steps));
      const [seen] = receiver.received;
      expect(seen?.path).toBe('/ok');
      expect(await phases()).toEqual({ q: 'succeeded' });
      receiver.answer = (_, response) => void response.writeHead(404).end();
      await go(4, application(steps, null, '2'));
      const { phase, message } = (await delivery()).last.steps['q'] ?? {};
      const isSaid = phase === 'failed' && message === `${receiver.host} answered with status 404`;
      return {
        'server saw': `${seen?.method} ${seen?.body} x: ${String(seen?.headers['x'])}`,
        'status >= 400': isSaid ? 'step fails with the status' : `${phase}: ${message}`,
      };
    },
    'collect-service-endpoints': async ({ steps }) => {
      const properties = { url: { value: receiver.url('/') } };
      const tell = { type: 'webhook', inputs: [{ from: 'h', parameterKey: 'data.h' }], properties };
      await go(5, application([...steps, tell]));
      return JSON.parse(receiver.received.map(({ body }) => body).join()) as object;
    },
    'print-message-in-status': async ({ steps }) => {
      await go(2, application(steps));
      const { phase, message } = (await delivery()).last.steps['m'] ?? {};
      expect(phase).toBe('succeeded');
      return { 'status of the step': message };
    },
    'two steps with one name': async ({ steps }) => {
      const text = application(steps);
      const { state } = await passes.run({ 'app.yaml': text });
      const [first, ...others] = state.problems;
      const lines = text.split('\n');
      const second = lines.findLastIndex((one) => /name: "?a"?$/.test(one)) + 1;
      expect(others).toEqual([]);
      return {
        error: `${first?.code} ${first?.place?.line === second ? 'at the second name' : `not at line ${second}`}`,
      };
    },
  };

  it.each(cases.map(({ name }) => [name]))('%s', async (name) => {
    const one = stepsOf(name);
    const different = differences[name];
    expect(await outcomes[name]?.(one)).toEqual(different?.expect ?? one.expect);
    if (different !== undefined) expect(supported).toContain(different.said);
  });

  it('components one after the other: what is not reached stays as it was', async () => {
    const written = ['db', 'web'].map((name) => ({ name, type: 'apply-component', properties: { component: name } }));
    expect(await history(application(written))).toEqual(['db', 'db web']);
    await go(1);
    const before = await digests();
    agents.broken.add('app-v2');
    await go(4, application(written, null, '2'));
    const between = await digests();
    expect([between['db'] === before['db'], between['web'] === before['web']]).toEqual([false, true]);
    expect(await phases()).toEqual({ db: 'running' });
    agents.broken.delete('app-v2');
    await go(6);
    expect((await digests())['web']).not.toBe(before['web']);
    expect((await delivery()).last.phase).toBe('succeeded');
  });
  async function digests(): Promise<Readonly<Record<string, string>>> {
    const bundle = (await passes.parts.store.read()).bundles.get('home');
    const all = (bundle?.revision.apps ?? []).flatMap((app) => app.objects);
    return Object.fromEntries(all.map(({ id, digest }) => [nameOf(id), digest]));
  }

  it('components one after the other: a hub that was killed between two of them goes on where it was', async () => {
    const written = ['db', 'web'].map((name) => ({ name, type: 'apply-component', properties: { component: name } }));
    await go(0, application(written));
    Object.assign(passes.parts.parts, { published: new Map() });
    Object.assign(passes.parts.holds, { last: null });
    // Nothing was reported since: what the process published before is not known to it.
    await passes.run();
    expect(await phases()).toEqual({ db: 'running' });
    await go(6);
    expect((await delivery()).last.phase).toBe('succeeded');
    expect(await objects('home')).toHaveLength(2);
  });

  it('objects of steps stay with the next content, until a step says otherwise', async () => {
    const { steps: written } = stepsOf('inputs and outputs');
    await go(8, application(written));
    const both = ['/ConfigMap/default/dst', '/ConfigMap/default/src'];
    expect([await phases(), await objects('home')]).toEqual([{ mk: 'succeeded', use: 'succeeded' }, both]);
    await go(0, application(written, null, '2'));
    expect(await objects('home')).toEqual(both);
  });

  it('request: a status of 400 or more fails the step', async () => {
    receiver.answer = (_, response) => void response.writeHead(404).end();
    const tell = {
      name: 'tell',
      type: 'webhook',
      if: 'status.q.failed',
      properties: { url: { value: receiver.url('/failed') } },
    };
    const { steps: written } = stepsOf('request');
    await go(4, application([...written, { name: 'never', type: 'suspend' }, tell]));
    expect(await phases()).toEqual({ q: 'failed', never: 'skipped', tell: 'failed' });
    expect((await delivery()).last.steps['q']?.message).toBe(`${receiver.host} answered with status 404`);
    expect(receiver.received.map(({ path }) => path)).toEqual(['/ok', '/failed']);
  });

  it('a notification of a failure is sent while the delivery is halted, and nothing else begins', async () => {
    const one = { name: 'one', type: 'apply-component', properties: { component: 'web' } };
    const two = { name: 'two', type: 'apply-component', properties: { component: 'db' } };
    const hook = (name: string, condition: string) => ({
      ...{ name, type: 'webhook', if: condition },
      properties: { url: { value: receiver.url(`/${name}`) }, data: { text: name } },
    });
    const tell = [hook('well', 'status.two.succeeded'), hook('failed', 'status.one.failed'), hook('over', 'always')];
    agents.broken.add('app-v1');
    await go(20, application([one, two, ...tell]));
    expect(await phases()).toEqual({ one: 'running', failed: 'succeeded', over: 'succeeded' });
    expect(receiver.received.map(({ path }) => path)).toEqual(['/failed', '/over']);
    expect(passes.parts.progress.last?.get('default/app')).toMatchObject({
      phase: 'halted',
      failed: [{ unit: 'home' }],
    });
  });

  it('an analysis of a wave asks a server of metrics, and a bad answer takes the delivery back', async () => {
    const analysis = (condition: string) => [
      { prometheus: { address: receiver.url(''), query: 'up', condition }, interval: '1s', duration: '1s' },
    ];
    const policies = (condition: string) => [
      { name: 'all', type: 'topology', properties: { clusters: ['home', 'beijing'] } },
      {
        ...{ name: 'careful', type: 'rollout' },
        properties: {
          onFailure: 'rollback',
          waves: [{ clusters: { names: ['home'] }, analysis: analysis(condition) }],
        },
      },
    ];
    const value = '{"status":"success","data":{"resultType":"scalar","result":[1,"7"]}}';
    receiver.answer = (_, response) => void response.end(value);
    await go(8, applicationWith({ policies: policies('>5') }));
    expect((await delivery()).last.phase).toBe('succeeded');
    await go(8, applicationWith({ policies: policies('<5') }, '2'));
    expect((await delivery()).last).toMatchObject({
      phase: 'rolled-back',
      reason: 'wave wave-1: its analysis check-1 failed: it is 7, and has to be <5',
    });
    expect(receiver.received).toHaveLength(2);
  });

  it('request: its answer goes into the next step', async () => {
    receiver.answer = (_, response) => void response.end('{"token":{"id":7}}');
    const ask = {
      name: 'ask',
      type: 'request',
      properties: { url: receiver.url('/ask') },
      outputs: [{ name: 'id', valueFrom: 'response.token.id' }],
    };
    const tell = {
      name: 'tell',
      type: 'webhook',
      if: 'inputs.id == 7',
      inputs: [
        { from: 'id', parameterKey: 'data.id' },
        { from: 'context.name', parameterKey: 'data.app' },
      ],
      properties: { url: { value: receiver.url('/tell') } },
    };
    await go(5, application([ask, tell]));
    expect(receiver.received.map(({ path, body }) => [path, body])).toEqual([
      ['/ask', ''],
      ['/tell', '{"id":7,"app":"app"}'],
    ]);
    expect((await delivery()).last.phase).toBe('succeeded');
  });

  it('an effect that was done is not done again by passes, and the same again after a kill', async () => {
    const { steps: written } = stepsOf('request');
    await go(0, application([...written, { name: 'wait', type: 'suspend' }]));
    await running.idle();
    // Killed before its verdict was stored: the next process has none.
    const effects = createEffectRunner({
      ...{
        http,
        clock: { ...systemClock, now: () => at },
        random: Math.random,
        signal: stop.signal,
        changed: () => undefined,
      },
      allow: [receiver.host],
      secret: () => '',
    });
    Object.assign(passes.parts, { effects });
    running = effects;
    await go(4);
    const keys = receiver.received.map(({ headers }) => headers['idempotency-key']);
    expect(keys).toEqual(['app#1/q/1', 'app#1/q/1']);
    expect(await phases()).toEqual({ q: 'succeeded', wait: 'suspending' });
  });
});
