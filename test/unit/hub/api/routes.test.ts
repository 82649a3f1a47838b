import { channel } from '../../../fixtures/hub/facts.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hubClient } from '../../../../hub/api/client.ts';
import { accessRules, fillPath, paramNames, roleFor, type Access } from '../../../../hub/api/route.ts';
import { isCall, routeRows, routes, type CallName, type RouteName } from '../../../../hub/api/routes.ts';
import { isEnough, tokenRoles, type TokenRole } from '../../../../hub/model/token.ts';
import { operations } from '../../../../hub/operations/operations.ts';
import type { HubServer } from '../../../../hub/server/server.ts';
import { createHttp, type HttpClient } from '../../../../shared/adapters/http/client.ts';
import { digestOf } from '../../../../shared/lib/canonical.ts';
import { encode } from '../../../../shared/wire/codec.ts';
import { credentialText } from '../../../../shared/wire/credential.ts';
import {
  newSeed,
  payloadTypes,
  signaturesText,
  signerOf,
  type PayloadType,
  type Signer,
} from '../../../../shared/wire/envelope.ts';
import { adminToken, listen, memoryHub, metricsToken, webhookSecret, type MemoryHub } from '../../../fakes/hub.ts';
import { deliveryOf } from '../../../fixtures/hub/deliveries.ts';
import {
  bundleApp,
  enrolledCluster,
  now,
  published,
  reportOf,
  settledApp,
  stateOf,
} from '../../../fixtures/hub/status.ts';

/*
 * A call is added by one row in hub/api/routes.ts and one operation in hub/operations/operations.ts. Everything below is driven
 * from the table, so that a new row is tested as soon as it is there: it has a handler, a sentence that describes it, refuses
 * wrong callers, and answers what its schema says.
 */
const agents = {
  mine: signerOf(newSeed()),
  foreign: signerOf(newSeed()),
  again: signerOf(newSeed()),
  revoked: signerOf(newSeed()),
};
const token = signerOf(newSeed());
const app = bundleApp('web');
const bundle = published('mine', [app]);
// A name that was taken over: its last bundle was made for another registration.
const formerly = published('again', [app], { registration: '00000000-0000-4000-8000-000000000009' });
const change = digestOf('a change');
const records = [
  enrolledCluster('mine', { agentKey: agents.mine.publicKey }),
  enrolledCluster('foreign', { agentKey: agents.foreign.publicKey }),
  enrolledCluster('again', { agentKey: agents.again.publicKey }),
  enrolledCluster('revoked', { agentKey: agents.revoked.publicKey, revoked: true }),
  enrolledCluster('waiting', {
    agentKey: null,
    token: { publicKey: token.publicKey, expires: new Date(now + 60_000).toISOString() },
  }),
];
const waiting = {
  change,
  code: 'MASS_DELETE',
  cluster: 'mine',
  app: 'default/web',
  generation: 8,
  ids: ['apps/Deployment/default/web'],
  since: '2026-03-01T11:00:00.000Z',
} as const;

/** A token of each role. */
const tokenOf = (role: TokenRole): string => `the-token-of-${role}`;
const tokens = tokenRoles.map((role) => {
  return { name: `a-${role}`, role, digest: digestOf(tokenOf(role)), by: 'admin', at: '2026-03-01T11:00:00.000Z' };
});
const bearer = (role: TokenRole) => ({ authorization: `Bearer ${tokenOf(role)}` });
const deliveries = new Map([['default/web', deliveryOf('default/web', 1)]]);

let hub: MemoryHub;
let server: HubServer;
let http: HttpClient;

beforeAll(async () => {
  hub = await memoryHub(
    stateOf(records, [bundle, published('foreign', []), formerly], { guarded: [waiting], deliveries, tokens }),
    now,
  );
  server = await listen(hub);
  http = createHttp();
});
afterAll(async () => {
  http.close();
  await server.close();
});

const admin = { authorization: `Bearer ${adminToken}` };

function credential(name: keyof typeof agents, signer: Signer): { readonly authorization: string } {
  const registration = enrolledCluster(name).registration;
  const expires = new Date(now + 5 * 60_000).toISOString();
  const text = credentialText({ channel, registration, expires }, signer);
  return { authorization: `Basic ${Buffer.from(`${registration}:${text}`).toString('base64')}` };
}

function signed(type: PayloadType, content: unknown, signer: Signer): string {
  const payload = encode(content);
  return JSON.stringify({ payload: payload.toString(), signatures: signaturesText(signer.sign(type, payload)) });
}

/** Bodies of the calls that carry their own proof. */
const signedBodies: Readonly<Record<string, (signer: Signer) => string>> = {
  report: (signer) => signed(payloadTypes.report, reportOf(bundle, [settledApp(app)]), signer),
  enrol: (signer) => {
    const { registration } = enrolledCluster('waiting');
    const publicKey = signerOf(newSeed()).publicKey;
    return signed(payloadTypes.enrolment, { format: 1, channel, registration, publicKey }, signer);
  },
};

async function send(name: RouteName, headers: Record<string, string>, body?: string): Promise<Response> {
  const { method, path } = routes[name];
  const values = paramNames(path).map((param) => (param === 'digest' ? digestOf('x') : 'mine'));
  const query = name === 'gitRefs' ? '?service=git-upload-pack' : '';
  const content = method === 'POST' ? { body: body ?? '{}' } : {};
  const typed = { 'content-type': 'application/json', ...headers };
  return fetch(server.url + fillPath(path, values) + query, { method, headers: typed, ...content });
}

const names = (wanted: (access: Access) => boolean): RouteName[] =>
  routeRows.filter(([, { access }]) => wanted(access)).map(([name]) => name);

/** Calls of persons, and of nothing else. */
const isPersonal = (access: Access): boolean => ['view', 'approve', 'admin'].includes(access);

describe('every row', () => {
  it.each(routeRows)('%s is described by one sentence', (_, { description }) => {
    expect(description).toMatch(/^[A-Z][^\n]*\.$/);
    expect(description.length).toBeLessThanOrEqual(120);
  });

  it('has an address of its own', () => {
    const addresses = routeRows.map(([, { method, path }]) => `${method} ${path.replace(/:[^/]+/g, ':')}`);
    expect(new Set(addresses).size).toBe(addresses.length);
  });

  it.each(routeRows)('%s says in words who may call', (_, { access }) => {
    expect(accessRules[access].who).not.toBe('');
  });

  it('has an operation of its name where it is JSON both ways, and none where it is raw', () => {
    expect(Object.keys(operations).sort()).toEqual(
      routeRows
        .filter(isCall)
        .map(([name]) => name)
        .sort(),
    );
  });

  it.each(routeRows)('%s has a handler', async (name) => {
    const response = await send(name, {});
    expect(await response.text()).not.toContain('no such address');
  });
});

describe('a caller without a credential', () => {
  it.each(names((access) => access !== 'public' && access !== 'signed'))('is refused by %s', async (name) => {
    const response = await send(name, {});
    expect(response.status).toBe(401);
    expect(await response.json()).toMatchObject({ code: 'UNAUTHENTICATED' });
  });

  it.each(names((access) => access === 'public'))('is answered by %s', async (name) => {
    expect((await send(name, {})).status).toBe(routes[name].status);
  });
});

describe('a caller with a wrong credential', () => {
  it('is counted by call and code, and shown to who has the metrics token', async () => {
    await send('status', { authorization: `Bearer ${adminToken}x` });
    await send('status', {});
    const text = await (await send('metrics', { authorization: `Bearer ${metricsToken}` })).text();
    const counts = [...text.matchAll(/^sluice_hub_refused_credentials_total\{(.*)\} (\d+)$/gm)].map(
      ([, labels, count]) => [labels, Number(count)],
    );
    expect(counts.find(([labels]) => labels === 'route="/v1/status",code="UNAUTHENTICATED"')?.[1]).toBeGreaterThan(0);
    expect(text).toContain('sluice_hub_cut_connections_total 0');
  });

  it.each(names((access) => access !== 'public' && access !== 'signed'))('is refused by %s', async (name) => {
    for (const authorization of [`Bearer ${adminToken}x`, 'Basic eDp5', 'Bearer', 'Digest x']) {
      const response = await send(name, { authorization, 'x-gitlab-token': `${webhookSecret}x` });
      expect([authorization, response.status]).toEqual([authorization, 401]);
    }
    expect((await send(name, credential('mine', agents.foreign))).status).toBe(401);
  });

  it.each(names((access) => access === 'signed'))('is refused by %s, whose body another key signed', async (name) => {
    const response = await send(name, {}, signedBodies[name]?.(agents.foreign));
    expect(response.status).toBe(401);
  });
});

describe('a request that a browser makes for another site', () => {
  const password = { authorization: `Basic ${Buffer.from(`admin:${adminToken}`).toString('base64')}` };

  it.each(names((access) => isPersonal(access) || access === 'cluster'))(
    'is refused by %s: a password is not taken',
    async (name) => {
      expect((await send(name, password)).status).toBe(401);
    },
  );

  it.each(names((access) => access === 'caller'))('is answered by %s, where Git needs a password', async (name) => {
    expect((await send(name, password)).status).toBe(200);
  });

  it.each(names(isPersonal))('is refused by %s, which is told where it comes from', async (name) => {
    for (const where of [
      { origin: 'https://evil.example' },
      { origin: 'null' },
      { 'sec-fetch-site': 'cross-site' },
      { 'sec-fetch-site': 'same-site' },
    ]) {
      const response = await send(name, { ...admin, ...where });
      expect([where, response.status]).toEqual([where, 403]);
    }
  });

  it.each(routeRows.filter(([, { body }]) => body !== undefined).map(([name]) => name))(
    'is refused by %s with the types that a form can send',
    async (name) => {
      if (!isCall([name, routes[name]])) return;
      for (const type of [
        'text/plain',
        'application/x-www-form-urlencoded',
        'multipart/form-data',
        'text/plain; application/json',
      ]) {
        const response = await send(name, { ...admin, 'content-type': type });
        expect([type, response.status]).toEqual([type, 400]);
      }
    },
  );
});

describe('an agent', () => {
  it.each(names(isPersonal))('is refused by %s, which is for persons', async (name) => {
    expect((await send(name, credential('mine', agents.mine))).status).toBe(403);
  });

  it.each(names((access) => access === 'cluster'))('does not find what %s has of another cluster', async (name) => {
    const response = await send(name, credential('foreign', agents.foreign));
    expect(response.status).toBe(404);
    expect(await response.json()).toMatchObject({ message: 'no such cluster for this caller' });
  });

  it.each(names((access) => access === 'caller'))('sees by %s its own part and nothing else', async (name) => {
    const refs = await (await send(name, credential('foreign', agents.foreign))).text();
    expect(refs.split('\n')).toEqual(['refs/heads/main', 'refs/heads/clusters/foreign']);
  });

  it.each(names((access) => access === 'caller'))('sees by %s nothing of who had its name before', async (name) => {
    const refs = await (await send(name, credential('again', agents.again))).text();
    expect(refs.split('\n')).toEqual(['refs/heads/main']);
  });

  it.each(names((access) => isPersonal(access) || ['cluster', 'caller'].includes(access)))(
    'is refused by %s once it is revoked',
    async (name) => {
      expect((await send(name, credential('revoked', agents.revoked))).status).toBe(410);
    },
  );
});

describe('a person with a token', () => {
  const rows = routeRows.flatMap(([name, { access }]) => {
    const needed: Partial<Readonly<Record<Access, TokenRole>>> = roleFor;
    const least = needed[access];
    return least === undefined ? [] : tokenRoles.map((role) => [role, name, isEnough(role, least)] as const);
  });

  it.each(rows)('with the role %s asks for %s: allowed is %s', async (role, name, isAllowed) => {
    // Nothing that is asked here changes a thing: its body is refused, once the caller is not.
    const response = await send(name, bearer(role), '{"never":1}');
    if (isAllowed) expect([401, 403]).not.toContain(response.status);
    else {
      expect([response.status, await response.json()]).toMatchObject([403, { code: 'FORBIDDEN' }]);
    }
  });

  it('with another role is told which one it takes', async () => {
    const response = await send('decide', bearer('view'));
    expect(await response.json()).toMatchObject({
      message: 'the role view is not enough for this: it needs approve',
      hint: expect.stringContaining('sluice-hub token create NAME --role approve') as unknown,
    });
  });

  it('has it named in what the ledger keeps of a decision', async () => {
    const body = { name: 'web#1', verdict: 'pause', by: 'ann' };
    expect((await send('decide', bearer('approve'), JSON.stringify(body))).status).toBe(200);
    const { decisions } = hub.state().deliveries.get('default/web')?.last ?? {};
    expect(decisions?.at(-1)?.by).toBe('a-approve (ann)');
  });

  it('is refused as soon as it is revoked', async () => {
    const made = await fetch(`${server.url}/v1/tokens`, {
      method: 'POST',
      headers: { ...bearer('admin'), 'content-type': 'application/json' },
      body: JSON.stringify({ name: 'ann', role: 'view' }),
    });
    const { token } = (await made.json()) as { token: string };
    const authorization = `Bearer ${token}`;
    expect((await send('status', { authorization })).status).toBe(200);
    const revoked = await fetch(`${server.url}/v1/tokens/ann/revoke`, { method: 'POST', headers: bearer('admin') });
    expect(revoked.status).toBe(200);
    expect((await send('status', { authorization })).status).toBe(401);
  });
});

describe('an answer', () => {
  /** A good request of every JSON call; a new row needs one. The order is that of the table. */
  const good: Readonly<Record<CallName, { readonly query?: string; readonly name?: string; readonly body?: object }>> =
    {
      status: { query: '?app=web' },
      summary: {},
      revisions: { query: '?app=web' },
      facts: {},
      documents: { query: '?after=Application+default%2Fa' },
      registered: { query: '?after=a' },
      recorded: { query: '?after=a' },
      bundles: { query: '?after=foreign' },
      list: {},
      join: { body: { name: 'new' } },
      labels: { name: 'mine', body: { labels: { site: 'x', old: null } } },
      set: { name: 'mine', body: { reads: 2 } },
      revoke: { name: 'foreign' },
      remove: { name: 'mine', body: { mode: 'delete' } },
      approve: { body: { change, by: 'a test' } },
      rollouts: { query: '?app=web' },
      why: { query: '?app=web&cluster=mine' },
      decide: { body: { name: 'web#1', verdict: 'pause', by: 'a test' } },
      freeze: { body: { reason: 'the holidays', by: 'a test' } },
      unfreeze: { body: { by: 'a test' } },
      tokens: {},
      createToken: { body: { name: 'bob', role: 'view' } },
      revokeToken: { name: 'bob' },
    };

  it.each(Object.keys(good) as CallName[])('of %s is what its schema says, and nothing more', async (name) => {
    const { method, path, status, answer } = routes[name];
    const { query = '', name: cluster = '', body } = good[name];
    const response = await fetch(server.url + fillPath(path, [cluster]) + query, {
      method,
      headers: { ...admin, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const value: unknown = await response.json();
    expect(response.status).toBe(status);
    expect(answer.parse(value)).toEqual(value);
  });

  it.each(['health', 'ready', 'openapi', 'webhook', 'report', 'enrol'] as const)(
    'of %s is what its schema says',
    async (name) => {
      const body = signedBodies[name]?.(name === 'enrol' ? token : agents.mine);
      const response = await send(name, { 'x-gitlab-token': webhookSecret }, body);
      const value: unknown = await response.json();
      expect(response.status).toBe(routes[name].status);
      expect(routes[name].answer.parse(value)).toEqual(value);
    },
  );

  it('refuses a member that the schema of the body does not have', async () => {
    const response = await send('approve', admin, JSON.stringify({ change, reason: 'x' }));
    expect(response.status).toBe(400);
  });

  it('refuses a parameter of the query that is given twice', async () => {
    const response = await fetch(`${server.url}/v1/status?app=a&app=b`, { headers: admin });
    expect([response.status, await response.json()]).toMatchObject([400, { code: 'WIRE_INVALID', subject: 'app' }]);
  });
});

describe('the client', () => {
  const client = () => hubClient(http, { url: `${server.url}/`, token: adminToken }, AbortSignal.timeout(10_000));

  it('has a method for each JSON call and no other', () => {
    expect(Object.keys(client()).sort()).toEqual(Object.keys(operations).sort());
  });

  it('fills in the path, the query and the body', async () => {
    const entry = await client().labels('waiting', { labels: { 'a/b': 'c' } });
    expect(entry).toMatchObject({ name: 'waiting', labels: { 'a/b': 'c' } });
    const { view } = await client().status({ cluster: 'waiting', app: undefined });
    expect(view.clusters.map(({ name }) => name)).toEqual(['waiting']);
  });

  it('keeps a name in its segment of the path', async () => {
    await expect(client().revoke('../approvals', {})).rejects.toMatchObject({ code: 'REFERENCE_NOT_FOUND' });
  });

  it.each([
    ['the code of a refusal', () => client().approve({ change: 'f'.repeat(64) }), 'CHANGE_NOT_FOUND'],
    [
      'a wrong token',
      () => hubClient(http, { url: server.url, token: 'x' }, AbortSignal.timeout(10_000)).list({}),
      'UNAUTHENTICATED',
    ],
  ])('throws %s', async (_, call, code) => {
    await expect(call()).rejects.toMatchObject({ code });
  });
});
