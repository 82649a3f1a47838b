import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { openStore } from '../../../agent/inventory/store.ts';
import type { Pulled, VerifiedBundle } from '../../../agent/model/bundle.ts';
import { agentAuthorization } from '../../../agent/identity/credential.ts';
import type { Kube, KubeKey } from '../../../agent/model/kube.ts';
import type { Identity } from '../../../agent/model/site.ts';
import { pass } from '../../../agent/pass.ts';
import { openTransport } from '../../../agent/channel/transport.ts';
import { verify } from '../../../agent/channel/verify/verify.ts';
import { hubClient, type HubClient } from '../../../hub/api/client.ts';
import { readAccess, readSecret } from '../../../hub/config/data-folder.ts';
import { hubConfig } from '../../../hub/config/config.ts';
import { startHub, type RunningHub } from '../../../hub/run/hub.ts';
import { systemClock } from '../../../shared/adapters/clock.ts';
import { createRepos } from '../../../shared/adapters/git/repos.ts';
import { createHttp } from '../../../shared/adapters/http/client.ts';
import { isSluiceError, SluiceError } from '../../../shared/errors.ts';
import { objectId, refOf, type KubeObject, type ObjectId } from '../../../shared/model/object.ts';
import { signerOf } from '../../../shared/wire/envelope.ts';
import { parseJoinLine } from '../../../shared/wire/join.ts';
import { fakeChannel, handAgent, manualClock, silentLog, testDeps, pullNext } from '../../fakes/agent.ts';
import { git } from '../../fakes/git.ts';
import { fakeKube, type FakeKube } from '../../fakes/kube.ts';
import { stepControllers } from '../../fakes/workloads.ts';

/** What a fault does to the next pulls of a site. */
export type Fault = 'none' | 'cut' | 'replayed' | 'swapped';

const own = 'sluice-system';
const never = new AbortController().signal;

/** A cluster in memory, and a real agent of it that is driven pass by pass against the hub's feed. */
export interface Site {
  readonly name: string;
  readonly kube: FakeKube;
  /** One pass, and one round of the controllers; a fault of the channel or the cluster is what it may meet. */
  readonly pass: () => Promise<void>;
  /** After so many hours (a day, so that no limit of deletions holds), passes until nothing moves; answers the writes of one more. */
  readonly settle: (hours?: number) => Promise<{ readonly isSettled: boolean; readonly further: readonly string[] }>;
  /** A new process: all memory is gone. */
  readonly restart: () => void;
  fault: Fault;
  /** Days by which this site's clock is ahead. */
  readonly setClock: (days: number) => void;
  /** Throws when something that we made is not inventoried, or the mark went back. */
  readonly check: () => Promise<void>;
  readonly close: () => void;
}

/** A whole Sluice in this process: a Git work tree, the real hub over HTTP, two sites. */
export interface World {
  /** The hub's data folder. */
  readonly data: string;
  readonly sites: readonly Site[];
  /** What broke an invariant, at the moment when it happened. */
  readonly violations: string[];
  readonly commit: (files: Readonly<Record<string, string | null>>) => Promise<void>;
  /** Puts the branch where it was `back` commits ago, with one commit on top: another line of history. */
  readonly rewrite: (back: number) => Promise<void>;
  readonly hubPass: () => Promise<void>;
  readonly hubRestart: () => Promise<void>;
  readonly client: () => HubClient;
  readonly close: () => Promise<void>;
}

/** Starts it with these files and sites; the first site is the local cluster. */
export async function startWorld(files: Readonly<Record<string, string>>, names: readonly string[]): Promise<World> {
  const folder = await mkdtemp(join(tmpdir(), 'sluice-system-'));
  const [work, data] = [join(folder, 'config'), join(folder, 'data')];
  const http = createHttp();
  const violations: string[] = [];
  await git(folder, 'init', '--quiet', '--initial-branch=main', work);
  const commit: World['commit'] = async (changed) => {
    for (const [path, text] of Object.entries(changed)) await put(join(work, path), text);
    await git(work, 'add', '--all');
    await git(work, 'commit', '--quiet', '--allow-empty', '--message', 'change');
  };
  await commit(files);
  const start = async (): Promise<RunningHub> => {
    const hub = await startHub(hubConfig({ source: { dir: work }, data, localCluster: names[0]! }, false), {
      clock: systemClock,
      random: () => 0.5,
      log: silentLog,
      version: '0',
      schedule: () => () => undefined,
      createHttp,
    });
    await hub.idle();
    return hub;
  };
  let hub = await start();
  let access = await readAccess(data);
  const client = () => hubClient(http, access, never);
  const bundles = new Map<string, Pulled[]>(names.map((name) => [name, []]));
  const sites: Site[] = [];
  for (const name of names) {
    const { line } = await client().join({ name, capabilities: { ingress: true } });
    const { token, ...identity } = parseJoinLine(line);
    sites.push(openSite({ name, identity, token, http, hub: () => hub.url, bundles, violations }));
  }
  return {
    data,
    sites,
    violations,
    commit,
    rewrite: async (back) => {
      const count = Number(await git(work, 'rev-list', '--count', 'HEAD'));
      await git(work, 'reset', '--quiet', '--hard', `HEAD~${Math.min(back, count - 1)}`);
      await git(work, 'commit', '--quiet', '--allow-empty', '--message', `rewritten ${count}`);
    },
    hubPass: async () => {
      const headers = { 'x-gitlab-token': await readSecret(join(data, 'webhook-secret')) };
      await fetch(`${hub.url}/v1/webhook`, { method: 'POST', headers, body: '{}' });
      await hub.idle();
    },
    hubRestart: async () => {
      await hub.close();
      hub = await start();
      access = await readAccess(data);
    },
    client,
    close: async () => {
      for (const site of sites) site.close();
      await hub.close();
      http.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

interface SiteParts {
  readonly name: string;
  readonly identity: Identity;
  readonly token: string;
  readonly http: ReturnType<typeof createHttp>;
  readonly hub: () => string;
  /** Every snapshot that any site ever pulled: what a thief of old bytes could show. */
  readonly bundles: ReadonlyMap<string, Pulled[]>;
  readonly violations: string[];
}

function openSite(parts: SiteParts): Site {
  const { name, identity, http, violations } = parts;
  const kube = fakeKube();
  const clock = manualClock(Date.now());
  let days = 0;
  const siteClock = { ...clock, now: () => clock.now() + days * 24 * 3_600_000 };
  const authorization = agentAuthorization(identity, () => signerOf(parts.token), systemClock);
  const transportOf = () =>
    openTransport(`sluice+${parts.hub()}`, {
      ...{ http, identity, authorization, clock: siteClock, random: () => 0.5, log: silentLog },
      source: (url) => createRepos(http).source({ url, authorization: () => null }),
    });
  let fault: Fault = 'none';
  let accepted: VerifiedBundle | null = null;
  // What serves until it is replaced is repaired to what an earlier bundle had.
  const everAccepted = new Set<ObjectId>();
  let highest = { epoch: 0, generation: 0 };
  const open = (): ReturnType<typeof handAgent> => {
    let transport = transportOf();
    let at = parts.hub();
    const pull: typeof transport.pull = async (have, signal) => {
      if (fault === 'cut') throw new SluiceError('UNAVAILABLE', 'cut');
      const stolen = fault === 'swapped' ? others(parts) : (parts.bundles.get(name) ?? []);
      if (fault !== 'none') return stolen[0] ?? { kind: 'unchanged' };
      if (at !== parts.hub()) [transport, at] = [transportOf(), parts.hub()];
      const pulled = await transport.pull(have, signal);
      if (pulled.kind === 'changed') parts.bundles.get(name)?.push(pulled);
      return pulled;
    };
    const deps = testDeps(
      guarded(kube, violations, () => accepted, everAccepted) as FakeKube,
      fakeChannel(),
      siteClock,
      {
        transport: { ...transport, pull, reset: () => transport.reset() },
        verify: (snapshot, trust) => {
          const bundle = verify({ snapshot, identity, trust, now: siteClock.now() });
          return Promise.resolve(bundle).then((one) => {
            if (one.revision.registration !== identity.registration)
              violations.push(`I6: ${name} took another's bundle`);
            for (const { id } of one.revision.apps.flatMap((app) => app.objects)) everAccepted.add(id);
            return (accepted = one);
          });
        },
        identity,
      },
    );
    return handAgent(deps);
  };
  let agent = open();
  const passOnce = async (ms = 300) => {
    pullNext(agent);
    clock.move(ms);
    await pass(agent).catch((error: unknown) => {
      if (isSluiceError(error, 'INTERNAL') || !isSluiceError(error)) throw error;
    });
    stepControllers(kube);
  };
  const check = async () => {
    const { state, inventory } = await openStore(kube, own).load(never);
    const { epoch, generation } = state?.mark ?? { epoch: 0, generation: 0 };
    if (epoch < highest.epoch || generation < highest.generation)
      violations.push(`I4: ${name} went back to generation ${generation}`);
    highest = { epoch, generation };
    const ours = [...kube.objects]
      .filter(([, { object }]) => object.metadata.annotations?.['sluice.dev/registration'] === identity.registration)
      // A copy that somebody made, annotations and all, is theirs.
      .filter(([, { object }]) => !object.metadata.name.startsWith('theirs-'));
    for (const [id] of ours) if (!inventory.has(id)) violations.push(`I5: ${id} on ${name} is not inventoried`);
  };
  return {
    name,
    kube,
    pass: () => passOnce(),
    settle: async (hours = 25) => {
      await passOnce(hours * 3_600_000);
      // Minutes pass, so that every backoff runs out.
      for (let quiet = 0, round = 0; quiet < 3 && round < 40; round += 1) {
        const writes = kube.writesLog.length;
        await passOnce(60_000);
        quiet = agent.memory.faults.faults.size === 0 && kube.writesLog.length === writes ? quiet + 1 : 0;
      }
      const before = kube.writesLog.length;
      pullNext(agent);
      const outcome = await pass(agent);
      return { isSettled: outcome.isSettled, further: kube.writesLog.slice(before) };
    },
    restart: () => {
      agent.close();
      agent = open();
    },
    get fault() {
      return fault;
    },
    set fault(next) {
      fault = next;
    },
    setClock: (next) => {
      days = next;
    },
    check,
    close: () => agent.close(),
  };
}

function others({ bundles, name }: SiteParts): readonly Pulled[] {
  return [...bundles].flatMap(([site, pulled]) => (site === name ? [] : pulled));
}

/** The cluster, in which every write of the agent is held against the invariants at the moment at which it is made. */
function guarded(
  kube: FakeKube,
  violations: string[],
  accepted: () => VerifiedBundle | null,
  everAccepted: ReadonlySet<ObjectId>,
): Kube {
  const isMine = (id: ObjectId) => {
    const bundle = accepted();
    const live = kube.read(id)?.metadata.annotations?.['sluice.dev/registration'];
    return live === bundle?.revision.registration;
  };
  const mayWrite = (object: KubeObject, isUpdate: boolean) => {
    const id = objectId(refOf(object));
    if (!everAccepted.has(id)) violations.push(`I6: ${id} is written although no verified bundle has it`);
    if (isUpdate && kube.read(id) !== undefined && !isMine(id)) violations.push(`I1: ${id} is somebody else's`);
  };
  return {
    ...kube,
    create: (resource, object, options) => {
      mayWrite(object, false);
      return kube.create(resource, object, options);
    },
    update: (resource, object, uid, options) => {
      mayWrite(object, true);
      return kube.update(resource, object, uid, options);
    },
    delete: async (key, options) => {
      const id = keyId(key);
      const before = kube.read(id);
      const isWanted = accepted()?.revision.apps.some((app) => app.objects.some((one) => one.id === id)) ?? true;
      const isRetired = accepted()?.revision.retired.some((one) => one.id === id) ?? false;
      const isState = key.namespace === own;
      if (!isState && (isWanted || !isRetired)) violations.push(`I2: ${id} is deleted without being retired`);
      const wasMine = isMine(id);
      const isGone = await kube.delete(key, options);
      if (!isState && before !== undefined && kube.read(id) === undefined && !wasMine)
        violations.push(`I1: ${id} was somebody else's and is gone`);
      return isGone;
    },
  };
}

function keyId({ resource, namespace, name }: KubeKey): ObjectId {
  return objectId({ group: resource.group, kind: resource.kind, namespace, name });
}

async function put(path: string, text: string | null): Promise<void> {
  if (text === null) return rm(path, { force: true });
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, text);
}
