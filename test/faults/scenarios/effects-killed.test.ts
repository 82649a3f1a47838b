import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { readAccess } from '../../../hub/config/data-folder.ts';
import { hubClient, type HubClient } from '../../../hub/api/client.ts';
import { createHttp } from '../../../shared/adapters/http/client.ts';
import { parseJoinLine } from '../../../shared/wire/join.ts';
import { startReceiver, type Receiver } from '../../fakes/receiver.ts';
import { git } from '../../fakes/git.ts';
import { freePort } from '../../fakes/port.ts';
import { clusterYaml } from '../../integration/scenarios/documents.ts';
import { startConfigRepository, type ConfigRepository } from '../../integration/scenarios/repository.ts';
import { startSite, type RunningAgent } from '../../integration/scenarios/site.ts';
import { startCluster, type EmbeddedCluster } from '../../lab/cluster/cluster.ts';
import { waitFor } from '../../lab/controlplane/wait.ts';
import { startProgram, type Program } from '../../lab/demo/program.ts';

const preload = new URL('kill-at.ts', import.meta.url).href;
/** The steps of each delivery that reach the receiver. */
const effects = ['before', 'after'];

let folder: string;
let data: string;
let config: ConfigRepository;
let cluster: EmbeddedCluster;
let agent: RunningAgent | undefined;
let receiver: Receiver;
let hub: Program;
let port: number;
const http = createHttp();

/** A delivery that tells a server, brings an object, and tells it again. */
const application = (number: number): string => {
  const hook = (name: string): string =>
    `{ name: ${name}, type: webhook, properties: { url: { value: "${receiver.url(`/${name}`)}" }, data: { number: ${number} } } }`;
  return `kind: Application
metadata: { name: one }
spec:
  components:
    - name: one
      type: k8s-objects
      properties: { objects: [{ apiVersion: v1, kind: ConfigMap, metadata: { name: one }, data: { number: "${number}" } }] }
  policies: [{ name: all, type: topology, properties: { clusters: [local] } }]
  workflow:
    steps: [${hook('before')}, { name: deploy, type: deploy, properties: { policies: [all] } }, ${hook('after')}]
`;
};

/** Starts the hub, which dies at its N-th change of a file of the ledger's refs: each is a commit, before and after it. 0 = it lives. */
const startHub = async (killAt: number): Promise<void> => {
  const args = ['hub/main.ts', 'serve', config.url, '--data', data, '--listen', `127.0.0.1:${port}`];
  hub = startProgram('hub', [...args, '--local', 'local', '--config', join(folder, 'hub.yaml')], {
    logFile: join(folder, 'hub.log'),
    flags: killAt === 0 ? [] : ['--import', preload],
    env: killAt === 0 ? {} : { SLUICE_KILL_AT: String(killAt), SLUICE_KILL_COMMITS: join(data, 'ledger.git') },
  });
  await hub.says(/http:\/\/127\.0\.0\.1:\d+/).catch(() => undefined);
};

const client = async (): Promise<HubClient> => hubClient(http, await readAccess(data), AbortSignal.timeout(20_000));
const phaseOf = async (name: string): Promise<string | undefined> =>
  (await (await client()).rollouts({})).rollouts.find((one) => one.name === name)?.phase;
/** Waits until a delivery has ended well, or the hub is dead. */
const ended = (name: string) =>
  waitFor(`the end of ${name}, or of the hub`, async () => {
    if (!hub.isRunning()) return 'dead';
    return (await phaseOf(name).catch(() => undefined)) === 'succeeded' ? 'succeeded' : undefined;
  });

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sluice-effects-'));
  data = join(folder, 'hub');
  [port, receiver] = await Promise.all([freePort(), startReceiver()]);
  await writeFile(join(folder, 'hub.yaml'), `effects: { allow: ["${receiver.host}"] }\n`);
  config = await startConfigRepository(join(folder, 'config'));
  await config.push({ 'clusters.yaml': clusterYaml('local'), 'one.yaml': application(1) }, 'begin');
  cluster = await startCluster({ name: 'local' });
  await startHub(0);
  const { line } = await (await client()).join({ name: 'local' });
  agent = startSite({ name: 'local', kubeconfig: cluster.kubeconfig, ticket: parseJoinLine(line), flags: { poll: 1 } });
  expect(await ended('one#1')).toBe('succeeded');
}, 120_000);
afterAll(async () => {
  await agent?.stop();
  await hub.stop();
  http.close();
  await cluster.stop();
  await receiver.close();
  await config.close();
  await rm(folder, { recursive: true, force: true });
});

it('does each effect of a delivery although the hub is killed before and after each of its commits, and a repeat has the key of the first', async () => {
  let deliveries = 1;
  const repeats: string[] = [];
  for (let killAt = 1; ; killAt += 1) {
    await hub.stop('SIGKILL');
    receiver.received.length = 0;
    deliveries += 1;
    const name = `one#${deliveries}`;
    await config.push({ 'one.yaml': application(deliveries) }, name);
    await startHub(killAt);
    const first = await ended(name);
    if (first === 'dead') await startHub(0);
    expect([killAt, first === 'dead' ? await ended(name) : first]).toEqual([killAt, 'succeeded']);
    const keys = receiver.received.map(({ headers }) => String(headers['idempotency-key']));
    expect([killAt, [...new Set(keys)]]).toEqual([killAt, effects.map((step) => `${name}/${step}/1`)]);
    expect(keys.length).toBeLessThanOrEqual(effects.length + 1);
    if (keys.length > effects.length) repeats.push(name);
    for (const { path, body } of receiver.received) {
      expect([effects.includes(path.slice(1)), body]).toEqual([true, `{"number":${deliveries}}`]);
    }
    // It had fewer commits than that: each of them was met.
    if (first === 'succeeded') break;
  }
  // It begins and tells, gives the object, tells again and ends: at least three commits, before and after each.
  expect(deliveries).toBeGreaterThanOrEqual(1 + 2 * 3 + 1);
  // Killed between the answer and its commit: the only repeats that there may be.
  expect(repeats.length).toBeGreaterThan(0);
  expect(await git(join(data, 'ledger.git'), 'fsck', '--strict', '--full', '--no-progress', '--no-dangling')).toBe('');
}, 600_000);
