import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { HubServer } from '../../../hub/server/server.ts';
import { encode } from '../../../shared/wire/codec.ts';
import { newSeed, payloadTypes, signaturesText, signerOf } from '../../../shared/wire/envelope.ts';
import { adminToken, listen, memoryHub, type MemoryHub } from '../../fakes/hub.ts';
import { seen } from '../../fixtures/hub/ledger.ts';
import {
  bundleApp,
  enrolledCluster,
  now,
  published,
  reportOf,
  settledApp,
  stateOf,
} from '../../fixtures/hub/status.ts';
import { heldBy, watchLoop, type LoopWatch } from '../../fixtures/loop.ts';

const key = signerOf(newSeed());
const apps = Array.from({ length: 12 }, (_, index) => bundleApp(`app-${index}`));
const bundles = Array.from({ length: 1_000 }, (_, index) => published(`c${index}`, apps));
const records = bundles.map(({ cluster }) => enrolledCluster(cluster, { agentKey: key.publicKey }));
const application = {
  spec: { components: Array.from({ length: 20 }, (_, at) => ({ name: `n${at}`, type: 'worker' })) },
};
const documents = Array.from({ length: 4_000 }, (_, index) => seen(`default/a${index}`, application));
const state = stateOf(records, bundles, { documents });

const many = <T>(count: number, value: (index: number) => T): T[] =>
  Array.from({ length: count }, (_, at) => value(at));
const [first, second] = bundles as [(typeof bundles)[0], (typeof bundles)[0]];

/** A signed body whose payload is some JSON text. */
function signed(payload: string | Buffer): string {
  const signatures = signaturesText(key.sign(payloadTypes.report, Buffer.from(payload)));
  return JSON.stringify({ payload: payload.toString(), signatures });
}

const long = reportOf(
  first,
  many(380, (at) => settledApp(bundleApp(`x${at}`), { message: 'as it should be' })),
  { sequence: 50 },
);
const report = reportOf(second, [], { sequence: 60 });
const wrong = (members: object): string => signed(JSON.stringify({ ...report, apps: [], ...members }));

interface Asked {
  readonly path: string;
  readonly body?: string;
  readonly status: number;
}

/** What costs the hub a lot, if it does all of it: answers over the whole fleet, and bodies full of something. */
const requests: Readonly<Record<string, Asked>> = {
  'the status of all': { path: '/v1/status', status: 200 },
  'the status of one application': { path: '/v1/status?app=app-1', status: 200 },
  'the list of clusters': { path: '/v1/clusters', status: 200 },
  'what changes are judged by': { path: '/v1/facts', status: 200 },
  'a page of documents': { path: '/v1/facts/documents', status: 200 },
  'a page of registered clusters': { path: '/v1/facts/clusters', status: 200 },
  'a page of bundles': { path: '/v1/bundles', status: 200 },
  'the revisions': { path: '/v1/revisions', status: 200 },
  metrics: { path: '/metrics', status: 200 },
  'a report as long as may be': { path: '/v1/reports', body: signed(encode(long)), status: 200 },
  'a report of many objects that stay': {
    path: '/v1/reports',
    body: wrong({
      retired: { settled: [], survivors: many(5_000, (at) => `/ConfigMap/default/a${at}`), unexplained: [] },
    }),
    status: 200,
  },
  'a report full of wrong applications': {
    path: '/v1/reports',
    body: wrong({ apps: many(80_000, () => ({})) }),
    status: 400,
  },
  'a report full of wrong names': {
    path: '/v1/reports',
    body: wrong({ retired: { settled: many(100_000, () => 1), survivors: [], unexplained: [] } }),
    status: 400,
  },
  'a report whose wrong values are deep down': {
    path: '/v1/reports',
    body: wrong({ apps: many(200, () => ({ ...settledApp(apps[0]!), problems: many(250, () => ({})) })) }),
    status: 400,
  },
  'a report of unknown members': {
    path: '/v1/reports',
    body: wrong(Object.fromEntries(many(20_000, (at) => [`k${at}`, 1]))),
    status: 400,
  },
  'a report of lists in lists': { path: '/v1/reports', body: '['.repeat(500_000), status: 400 },
  'the labels of a cluster, very many of them': {
    path: '/v1/clusters/c0/labels',
    body: JSON.stringify({ labels: Object.fromEntries(many(4_000, (at) => [`k${at}`, 'v'])) }),
    status: 200,
  },
  'more labels than a call may have': {
    path: '/v1/clusters/c0/labels',
    body: JSON.stringify({ labels: Object.fromEntries(many(60_000, (at) => [`k${at}`, 'v'])) }),
    status: 413,
  },
};

describe('the loop of a hub of 1,000 clusters, while it answers', () => {
  let hub: MemoryHub;
  let server: HubServer;
  let loop: LoopWatch;
  const ask = async ({ path, body }: Asked): Promise<number> => {
    const headers = { authorization: `Bearer ${adminToken}`, 'content-type': 'application/json' };
    const init = body === undefined ? { headers } : { method: 'POST', headers, body };
    const response = await fetch(`${server.url}${path}`, init);
    await response.arrayBuffer();
    return response.status;
  };
  beforeAll(async () => {
    hub = await memoryHub(state, now);
    for (const [index, bundle] of bundles.entries()) {
      const said = reportOf(
        bundle,
        apps.map((app) => settledApp(app)),
      );
      hub.parts.reports.take(
        { record: records[index]!, message: { kind: 'whole', report: said }, signature: null },
        state,
        now,
      );
    }
    server = await listen(hub);
    // Code that runs for the first time takes ten times as long.
    for (const request of Object.values(requests)) await ask(request);
    loop = watchLoop();
  });
  afterAll(async () => {
    loop.stop();
    await server.close();
  });

  it.each(Object.entries(requests))('others have their turn: %s', async (_name, request) => {
    const { longest, most } = await heldBy(loop, async () => expect(await ask(request)).toBe(request.status));
    expect(longest).toBeLessThan(most);
  });
});
