import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { memoryContents } from '../../../agent/model/contents.ts';
import { openStore } from '../../../agent/inventory/store.ts';
import type { Pulled, VerifiedBundle } from '../../../agent/model/bundle.ts';
import { hubHttp } from '../../../agent/channel/hub-http.ts';
import { agentAuthorization } from '../../../agent/identity/credential.ts';
import { enrol } from '../../../agent/identity/enrol.ts';
import type { Kube, KubeKey } from '../../../agent/model/kube.ts';
import { pass } from '../../../agent/pass.ts';
import { createDelivery } from '../../../agent/report/deliver.ts';
import { rememberOutcome } from '../../../agent/report/memory.ts';
import { openReporter } from '../../../agent/report/reporter.ts';
import { identityOf } from '../../../agent/run/start.ts';
import { expectAsRecomputed } from '../../fixtures/agent/recomputed.ts';
import { offerReport } from '../../../agent/run/report.ts';
import { openTransport } from '../../../agent/channel/transport.ts';
import { verify } from '../../../agent/channel/verify/verify.ts';
import { hubClient, type HubClient } from '../../../hub/api/client.ts';
import type { StatusView } from '../../../hub/api/status.ts';
import { readAccess, readSecret } from '../../../hub/config/data-folder.ts';
import { hubConfig } from '../../../hub/config/config.ts';
import { startHub, type RunningHub } from '../../../hub/run/hub.ts';
import { systemClock } from '../../../shared/adapters/clock.ts';
import type { Clock } from '../../../shared/ports/clock.ts';
import { createRepos } from '../../../shared/adapters/git/repos.ts';
import { createHttp } from '../../../shared/adapters/http/client.ts';
import { isSluiceError, SluiceError } from '../../../shared/errors.ts';
import { objectId, refOf, type KubeObject, type ObjectId } from '../../../shared/model/object.ts';
import { newSeed, signerOf } from '../../../shared/wire/envelope.ts';
import { parseJoinLine } from '../../../shared/wire/join.ts';
import { fakeChannel, handAgent, manualClock, silentLog, testDeps, pullNext } from '../../fakes/agent.ts';
import { git } from '../../fakes/git.ts';
import { fakeKube, type FakeKube } from '../../fakes/kube.ts';
import { mortalDisk, type MortalDisk } from '../../fakes/mortal-disk.ts';
import { stepControllers, wanted } from '../../fakes/workloads.ts';
import { isBad, isCopy, servingOf } from './steps.ts';

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
  /** The process of the agent dies at its N-th write step (before and after a write are a step each), and starts again. */
  readonly dieAt: (step: number) => void;
  /** The agent's state object, or a part of its inventory, is lost: the agent that runs starts anew. */
  readonly loseState: (what: 'state' | 'inventory') => void;
  /** The hub lets it enrol with a new key, and the agent starts with the new join line. */
  readonly rekey: () => Promise<void>;
  /** No pass is made while it is. */
  isDead: boolean;
  /** Objects that another manager sets to its own after each pass. */
  readonly managed: Set<ObjectId>;
  /** Five minutes of that, in which no object may cost more than one write in ten seconds. */
  readonly fight: () => Promise<void>;
  fault: Fault;
  /** Days by which this site's clock is ahead. */
  readonly setClock: (days: number) => void;
  /** Minutes go by. */
  readonly later: (minutes: number) => void;
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
  /** What hubs warned of in their logs. */
  readonly warned: string[];
  /** Objects that people took away at some time: only these may be deleted, until somebody approves or rewrites. */
  readonly mayGo: Set<ObjectId>;
  isApproved: boolean;
  isRewritten: boolean;
  readonly commit: (files: Readonly<Record<string, string | null>>) => Promise<void>;
  /** Puts the branch where it was `back` commits ago, with one commit on top: another line of history. */
  readonly rewrite: (back: number) => Promise<void>;
  readonly hubPass: () => Promise<void>;
  /** A new process of the hub; the one before may have died. */
  readonly hubRestart: () => Promise<void>;
  /** What the hub's stores write to. */
  readonly disk: MortalDisk;
  /** Minutes go by, for hub and sites. */
  readonly later: (minutes: number) => void;
  readonly client: () => HubClient;
  readonly close: () => Promise<void>;
}

/** Starts it with these files and sites; the first site is the local cluster. */
export async function startWorld(files: Readonly<Record<string, string>>, names: readonly string[]): Promise<World> {
  const folder = await mkdtemp(join(tmpdir(), 'sluice-system-'));
  const [work, data] = [join(folder, 'config'), join(folder, 'data')];
  const http = createHttp();
  const [violations, warned]: [string[], string[]] = [[], []];
  const mayGo = new Set<ObjectId>();
  const allowed = { isApproved: false, isRewritten: false };
  await git(folder, 'init', '--quiet', '--initial-branch=main', work);
  const commit: World['commit'] = async (changed) => {
    for (const [path, text] of Object.entries(changed)) await put(join(work, path), text);
    await git(work, 'add', '--all');
    await git(work, 'commit', '--quiet', '--allow-empty', '--message', 'change');
  };
  await commit(files);
  let ahead = 0;
  // Time passes on both clocks: the hub would notice one that is set.
  const [now, monotonic] = [() => systemClock.now() + ahead, () => systemClock.monotonic() + ahead];
  const clock = { ...systemClock, now, monotonic };
  const start = async (): Promise<RunningHub> => {
    const hub = await startHub(hubConfig({ source: { dir: work }, data, localCluster: names[0]! }, false), {
      clock,
      random: () => 0.5,
      log: { ...silentLog, warn: (message: string) => void warned.push(message) },
      version: '0',
      schedule: () => () => undefined,
      createHttp,
    });
    await hub.idle();
    return hub;
  };
  await mkdir(data);
  const disk = mortalDisk(data);
  /** It may die as it starts. */
  const startAgain = async (): Promise<RunningHub> => {
    disk.bury();
    return start().catch((error: unknown) => {
      if (disk.isDead()) return startAgain();
      throw error;
    });
  };
  let hub = await start();
  const stop = () =>
    hub.close().catch((error: unknown) => {
      if (!disk.isDead()) throw error;
    });
  let access = await readAccess(data);
  const client = () => hubClient(http, access, never);
  const bundles = new Map<string, Pulled[]>(names.map((name) => [name, []]));
  const sites: Site[] = [];
  for (const name of names) {
    const { line } = await client().join({ name, capabilities: { ingress: true } });
    const status = async () => (await client().status({})).view;
    const rekeyed = async () => (await client().join({ name, rekey: true })).line;
    const mayDelete = (id: ObjectId) => allowed.isApproved || allowed.isRewritten || mayGo.has(id) || isCopy(id);
    sites.push(
      await openSite({ name, line, http, hub: () => hub.url, bundles, violations, mayDelete, rekeyed, status, clock }),
    );
  }
  return {
    data,
    sites,
    violations,
    warned,
    mayGo,
    get isApproved() {
      return allowed.isApproved;
    },
    set isApproved(is) {
      allowed.isApproved = is;
    },
    get isRewritten() {
      return allowed.isRewritten;
    },
    set isRewritten(is) {
      allowed.isRewritten = is;
    },
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
    disk,
    hubRestart: async () => {
      await stop();
      hub = await startAgain();
      access = await readAccess(data);
    },
    later: (minutes) => {
      ahead += minutes * 60_000;
      for (const site of sites) site.later(minutes);
    },
    client,
    close: async () => {
      for (const site of sites) site.close();
      await stop();
      disk.close();
      http.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

interface SiteParts {
  readonly name: string;
  readonly line: string;
  /** Lets the agent enrol with a new key: its new join line. */
  readonly rekeyed: () => Promise<string>;
  /** Whether people took an object away. */
  readonly mayDelete: (id: ObjectId) => boolean;
  readonly status: () => Promise<StatusView>;
  /** The hub's. */
  readonly clock: Clock;
  readonly http: ReturnType<typeof createHttp>;
  readonly hub: () => string;
  /** Every snapshot that any site ever pulled: what a thief of old bytes could show. */
  readonly bundles: ReadonlyMap<string, Pulled[]>;
  readonly violations: string[];
}

async function openSite(parts: SiteParts): Promise<Site> {
  const { name, violations } = parts;
  const http = hubHttp(parts.http);
  let { identity, signer, authorization } = await enrolled(parts, parts.line);
  const kube = fakeKube();
  const clock = manualClock(Date.now());
  let days = 0;
  const siteClock = { ...clock, now: () => clock.now() + days * 24 * 3_600_000 };
  const transportOf = () =>
    openTransport(`sluice+${parts.hub()}`, {
      ...{ http, identity, authorization, clock: siteClock, random: () => 0.5, log: silentLog },
      source: (url) => createRepos(parts.http).source({ url, authorization: () => null }),
    });
  let fault: Fault = 'none';
  // What was kept is verified, too, after a restart: what counts is what the agent goes by.
  const accepted = (): VerifiedBundle | null => agent.memory.channel.bundle;
  let isLost = false;
  let isDead = false;
  let isHeard = false;
  let [stepsLeft, served] = [Infinity, 0];
  const managed = new Set<ObjectId>();
  // What serves until it is replaced is repaired to what an earlier bundle had.
  const everAccepted = new Set<ObjectId>();
  let highest = { epoch: 0, generation: 0 };
  const open = () => {
    const contents = memoryContents();
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
    const deps = testDeps(guarded(kube, { ...parts, accepted, everAccepted }) as FakeKube, fakeChannel(), siteClock, {
      transport: { ...transport, pull, reset: () => transport.reset() },
      verify: (snapshot, trust) => {
        const bundle = verify({ snapshot, identity, trust, now: siteClock.now(), contents });
        return Promise.resolve(bundle).then((one) => {
          if (one.revision.registration !== identity.registration) violations.push(`I6: ${name} took another's bundle`);
          for (const { id } of one.revision.apps.flatMap((app) => [...app.objects, ...(app.from?.objects ?? [])]))
            everAccepted.add(id);
          return one;
        });
      },
      contents,
      identity,
      deliver: async (report, signal) => {
        isHeard = false;
        if (fault === 'cut') throw new SluiceError('UNAVAILABLE', 'cut');
        const hub = parts.hub();
        const deps = { http, hub, signer: () => signer, authorization };
        const answer = await createDelivery(deps)(report, signal);
        isHeard = true;
        return answer;
      },
      hubReads: http.hubReads,
      onStep: () => {
        stepsLeft -= 1;
        if (stepsLeft <= 0) throw new SluiceError('ABORTED', 'killed');
      },
    });
    const agent = handAgent(deps);
    return { agent, reporter: openReporter(deps) };
  };
  let { agent, reporter } = open();
  /** Holds what status says of each application, once the hub heard the last report, against what the cluster has. */
  const checkStatus = async () => {
    const green = isHeard ? greenOf(await parts.status(), name) : [];
    for (const { namespace, name: app, objects } of accepted()?.revision.apps ?? []) {
      const missing = objects.find(({ id }) => kube.read(id) === undefined);
      if (missing !== undefined && green.includes(`${namespace}/${app}`))
        violations.push(`status: ${app} on ${name} is green, and ${missing.id} is missing`);
    }
  };
  const controllers = () => stepControllers(kube, (workload) => (isBad(workload) ? 0 : wanted(workload)));
  const passOnce = async (ms = 300) => {
    if (isDead) return;
    pullNext(agent);
    clock.move(ms);
    const outcome = await pass(agent).catch((error: unknown) => {
      if (isSluiceError(error, 'INTERNAL') || !isSluiceError(error)) throw error;
      return null;
    });
    if (outcome !== null) {
      rememberOutcome(agent.memory.report, outcome);
      expectAsRecomputed(agent, outcome);
      await offerReport(agent, reporter, outcome, never);
      await checkStatus();
    }
    if (stepsLeft <= 0) restart();
    controllers();
    const serving = servingOf(kube);
    if (served > 0 && serving === 0) violations.push(`serving: no pod of stepped on ${name} is ready any more`);
    served = serving;
    for (const id of managed) {
      if (kube.read(id) !== undefined)
        kube.edit(id, (object) => (object['data'] = { value: 'managed' }), 'another-manager');
    }
  };
  const restart = (): void => {
    stepsLeft = Infinity;
    agent.close();
    ({ agent, reporter } = open());
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
    // A lost inventory is made anew by the next pass that has a bundle.
    if (isLost) return;
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
      const further = kube.writesLog.slice(before);
      controllers();
      return { isSettled: outcome.isSettled, further };
    },
    restart,
    dieAt: (step) => (stepsLeft = step),
    loseState: (what) => {
      const isPart = (id: ObjectId) =>
        what === 'state' ? id.endsWith('/sluice-state') : id.includes('/sluice-inventory-');
      for (const id of [...kube.objects.keys()].filter((one) => one.includes(`/${own}/`) && isPart(one)))
        kube.remove(id);
      isLost = true;
      if (what === 'state') highest = { epoch: 0, generation: 0 };
      restart();
    },
    rekey: async () => {
      ({ identity, signer, authorization } = await enrolled(parts, await parts.rekeyed()));
      restart();
    },
    get isDead() {
      return isDead;
    },
    set isDead(is) {
      isDead = is;
    },
    managed,
    fight: async () => {
      if (managed.size === 0 || isDead || fault !== 'none') return;
      // The first repairs are quick; then it has settled into a fight.
      for (let round = 0; round < 30; round += 1) await passOnce(10_000);
      const before = kube.writesLog.length;
      for (let round = 0; round < 30; round += 1) await passOnce(10_000);
      const writes = Map.groupBy(kube.writesLog.slice(before), (write) => write.slice(write.indexOf(' ') + 1));
      for (const id of managed) {
        const { length } = writes.get(`ConfigMap/${id.slice(id.lastIndexOf('/') + 1)}`) ?? [];
        if (length > 30) violations.push(`requests: ${id} on ${name} is written ${length} times in five minutes`);
      }
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
    later: (minutes) => clock.move(minutes * 60_000),
    check,
    close: () => agent.close(),
  };
}

/** The agent's identity and key after it enrolled with a join line. */
async function enrolled({ http, hub, clock }: SiteParts, line: string) {
  const ticket = parseJoinLine(line);
  const [identity, signer] = [identityOf(ticket), signerOf(newSeed())];
  const order = {
    http: hubHttp(http),
    hub: hub(),
    identity,
    token: signerOf(ticket.token),
    publicKey: signer.publicKey,
  };
  await enrol(order, never);
  return { identity, signer, authorization: agentAuthorization(identity, () => signer, clock) };
}

/** The applications that status calls healthy on a cluster and at the revision that was published. */
function greenOf({ applications }: StatusView, cluster: string): readonly string[] {
  return applications
    .filter((row) => row.cluster === cluster && row.health === 'Healthy' && row.phase === 'settled')
    .map(({ application }) => application);
}

function others({ bundles, name }: SiteParts): readonly Pulled[] {
  return [...bundles].flatMap(([site, pulled]) => (site === name ? [] : pulled));
}

interface Guard extends Pick<SiteParts, 'violations' | 'mayDelete'> {
  readonly accepted: () => VerifiedBundle | null;
  readonly everAccepted: ReadonlySet<ObjectId>;
}

/** The cluster, in which every write of the agent is held against the invariants at the moment at which it is made. */
function guarded(kube: FakeKube, { violations, mayDelete, accepted, everAccepted }: Guard): Kube {
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
      if (key.namespace === own) return kube.delete(key, options);
      if (!mayDelete(id)) violations.push(`removal: ${id} is deleted, and nothing took it away`);
      if (!isRetired(accepted(), id)) violations.push(`I2: ${id} is deleted without being retired`);
      const [before, wasMine] = [kube.read(id), isMine(id)];
      const isGone = await kube.delete(key, options);
      if (before !== undefined && kube.read(id) === undefined && !wasMine)
        violations.push(`I1: ${id} was somebody else's and is gone`);
      return isGone;
    },
  };
}

/** True for what a bundle retires, and wants in none of its applications. */
function isRetired(bundle: VerifiedBundle | null, id: ObjectId): boolean {
  const { apps = [], retired = [] } = bundle?.revision ?? {};
  const isWanted = apps.some((app) => app.objects.some((one) => one.id === id));
  return !isWanted && retired.some((one) => one.id === id);
}

function keyId({ resource, namespace, name }: KubeKey): ObjectId {
  return objectId({ group: resource.group, kind: resource.kind, namespace, name });
}

async function put(path: string, text: string | null): Promise<void> {
  if (text === null) return rm(path, { force: true });
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, text);
}
