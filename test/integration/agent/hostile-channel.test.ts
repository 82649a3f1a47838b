import { randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../../shared/adapters/clock.ts';
import { parseYaml } from '../../../shared/lib/yaml.ts';
import { bundleLimits, channelLimits } from '../../../shared/model/limits.ts';
import { payloadTypes } from '../../../shared/wire/envelope.ts';
import { freshnessShard } from '../../../shared/wire/freshness.ts';
import { joinLine } from '../../../shared/wire/join.ts';
import { buildBundles, bundleFiles } from '../../config/bundle.ts';
import { chartFolder } from '../../config/chartdocs.ts';
import { configMap } from '../../fixtures/agent/apps.ts';
import {
  appOf,
  channelFiles,
  documentedBundle,
  identity,
  keys,
  objectFiles,
  registrationId,
  revisionOf,
  signed,
} from '../../fixtures/agent/bundle.ts';
import { startGitServer, type GitServer } from '../../fakes/git-server.ts';
import { commitFiles, git, gitWith } from '../../fakes/git.ts';
import { startLimited, type LimitedProcess } from '../../fakes/memory-group.ts';
import { agentEnv, agentFlags } from '../../lab/bench/process.ts';
import { startCluster, type EmbeddedCluster } from '../../lab/cluster/cluster.ts';
import { waitFor } from '../../lab/controlplane/wait.ts';

/*
 * The real program with the flags and the memory of its chart, and a Git host that sends it the worst that its limits allow.
 */
const refs = {
  bundle: `refs/heads/clusters/${identity.cluster}`,
  main: 'refs/heads/main',
  fresh: `refs/heads/fresh/${freshnessShard(registrationId)}`,
};
const mib = 1024 * 1024;
const settings = '/api/v1/namespaces/shop/configmaps/settings';

let folder: string;
let cluster: EmbeddedCluster;
let server: GitServer;
let gitdir: string;
let agent: LimitedProcess;
let said = '';
const heads = new Map<string, string>();

/** Publishes the fixture's application with a ConfigMap of this value. */
async function publish(generation: number, value: string): Promise<void> {
  const objects = [configMap('settings', value, 'shop')];
  const files = objectFiles(objects);
  const app = appOf(objects, { replicas: [], traffic: [], revisions: [{ name: 'web-v1', objects: [] }] });
  const [issuedAt, freshUntil] = [new Date(systemClock.now()).toISOString(), '2099-01-01T00:00:00.000Z'];
  const revision = revisionOf([app], files, { generation, issuedAt, freshUntil });
  const bundle = { revision, signed: signed(payloadTypes.revision, revision, keys.hub), files };
  for (const [ref, content] of Object.entries(channelFiles(bundle))) await commit(ref, content);
}

async function commit(ref: string, files: Parameters<typeof commitFiles>[2]): Promise<void> {
  heads.set(ref, await commitFiles(gitdir, ref, files));
}

const value = async () => {
  const object = (await (await fetch(cluster.url + settings)).json()) as {
    readonly data?: { readonly value?: string };
  };
  return object.data?.value;
};
const hasValue = (wanted: string) =>
  waitFor(`the value ${wanted}`, async () => ((await value()) === wanted ? true : undefined), 60_000);
const pulls = () => server.requests.filter((line) => line.startsWith('POST')).length;
const pulledAgain = async (times: number) => {
  const before = pulls();
  await waitFor(`${times} more pulls`, () => Promise.resolve(pulls() >= before + times ? true : undefined), 90_000);
};

async function send(method: string, path: string, body: object): Promise<void> {
  const type = method === 'PATCH' ? 'application/merge-patch+json' : 'application/json';
  const headers = { 'content-type': type };
  const response = await fetch(cluster.url + path, { method, headers, body: JSON.stringify(body) });
  expect(response.ok).toBe(true);
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sluice-hostile-'));
  cluster = await startCluster();
  for (const name of ['sluice-system', 'shop']) {
    await send('POST', '/api/v1/namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
  }
  server = await startGitServer({ folder: join(folder, 'git') });
  const { url, gitdir: dir } = await server.create('channel');
  gitdir = dir;
  await publish(1, 'one');
  await buildBundles(join(folder, 'app'));
  const { channel, registration, rootFingerprint, minimumGeneration } = identity;
  const ticket = {
    channel,
    url,
    hub: null,
    registration,
    cluster: identity.cluster,
    rootFingerprint,
    minimumGeneration,
  };
  const token = Buffer.alloc(32, 't').toString('base64url');
  await writeFile(join(folder, 'join'), joinLine({ ...ticket, token, expires: '2099-01-01T00:00:00.000Z' }));
  const [values] = parseYaml(await readFile(join(chartFolder('agent'), 'values.yaml')), 'values.yaml');
  const { limits } = (values!.value as { readonly resources: { readonly limits: { readonly memory: string } } })
    .resources;
  const program = [process.execPath, ...agentFlags, join(folder, 'app', bundleFiles.agent)];
  const args = ['run', '--kubeconfig', cluster.kubeconfig, '--join-file', join(folder, 'join'), '--poll', '1'];
  args.push('--cache-folder', folder);
  agent = startLimited([...program, ...args], {
    bytes: Number(limits.memory.replace('Mi', '')) * mib,
    env: { ...agentEnv, PATH: process.env['PATH'] ?? '', HOME: folder },
    cwd: folder,
  });
  for (const stream of [agent.child.stdout, agent.child.stderr])
    stream?.on('data', (text: Buffer) => (said += String(text)));
  await hasValue('one').catch((cause: unknown) => {
    throw new Error(said.slice(-3_000), { cause });
  });
}, 180_000);

afterAll(async () => {
  await agent.close();
  await server.close();
  await cluster.stop();
  await rm(folder, { recursive: true, force: true });
});

describe('an agent with the memory of its chart', () => {
  /** Moves every ref to content that is worst within the limits; what it costs is measured in the test below. */
  const hostile: Readonly<Record<string, () => Promise<void>>> = {
    'sends as much as its limits allow': async () => {
      const { bundle, list } = channelLimits;
      const noise = (bytes: number) => randomBytes(bytes - 64 * 1024);
      await commit(refs.bundle, {
        noise: noise(bundle.wireBytes),
        zeros: Buffer.alloc(bundle.inflatedBytes - bundle.wireBytes),
      });
      await commit(refs.main, { ...channelFiles()[refs.main], noise: noise(list.wireBytes) });
      await commit(refs.fresh, { ...channelFiles()[refs.fresh], noise: noise(list.wireBytes) });
    },
    'sends a tree that stands for endless paths': async () => {
      let oid = await gitWith(gitdir, '', 'hash-object', '-t', 'tree', '-w', '--stdin');
      for (let level = 0; level < 28; level += 1) {
        const lines = Array.from({ length: 10 }, (_, name) => `040000 tree ${oid}\t${name}`);
        oid = await gitWith(gitdir, `${lines.join('\n')}\n`, 'mktree');
      }
      await git(gitdir, 'update-ref', refs.bundle, await git(gitdir, 'commit-tree', oid, '-m', 'hostile'));
    },
    'sends more than its limits allow': async () => {
      await commit(refs.bundle, { noise: randomBytes(40 * mib), zeros: Buffer.alloc(60 * mib) });
    },
  };

  it.each(Object.entries(hostile))(
    'keeps repairing and stays within it while a Git host %s, and goes on afterwards',
    async (_, attack) => {
      const generation = 2 + Object.values(hostile).indexOf(attack);
      await attack();
      await pulledAgain(3);
      await send('PATCH', settings, { data: { value: 'drift' } });
      await hasValue(generation === 2 ? 'one' : `generation ${generation - 1}`);
      await pulledAgain(3);
      await publish(generation, `generation ${generation}`);
      await hasValue(`generation ${generation}`);
      expect([agent.child.exitCode, agent.child.signalCode]).toEqual([null, null]);
      expect(await agent.peakBytes()).toBeLessThan(256 * mib);
    },
    240_000,
  );

  it('takes the largest bundle over Git, too, again and again', { timeout: 240_000 }, async () => {
    for (const generation of [10, 11]) {
      const apps = ['a', 'b', 'c', 'd'].map((name) => {
        const maps = Array.from({ length: 8 }, (_, at) => {
          const noise = randomBytes(0.75 * mib - 3_000).toString('base64');
          return configMap(`large-${name}-${at}`, `${generation} ${noise}`, 'shop');
        });
        return [name, maps] as const;
      });
      const [issuedAt, freshUntil] = [new Date(systemClock.now()).toISOString(), '2099-01-01T00:00:00.000Z'];
      const bundle = documentedBundle(Object.fromEntries(apps), { revision: { generation, issuedAt, freshUntil } });
      expect(bundle.revision.bundle.bytes).toBeGreaterThan(0.99 * bundleLimits[2].bytes);
      for (const [ref, content] of Object.entries(channelFiles(bundle))) await commit(ref, content);
      for (const { metadata } of apps.flatMap(([, maps]) => maps)) {
        const path = `${cluster.url}/api/v1/namespaces/shop/configmaps/${metadata.name}`;
        const isThere = async () => {
          const { data } = (await (await fetch(path)).json()) as { readonly data?: { readonly value?: string } };
          return data?.value?.startsWith(`${generation} `) === true ? true : undefined;
        };
        await waitFor(metadata.name, isThere, 110_000);
      }
    }
    expect([agent.child.exitCode, agent.child.signalCode]).toEqual([null, null]);
    expect(await agent.peakBytes()).toBeLessThan(256 * mib);
  });
});
