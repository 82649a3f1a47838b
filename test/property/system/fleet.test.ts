import { readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { StatusView } from '../../../hub/api/status.ts';
import { isSluiceError } from '../../../shared/errors.ts';
import type { KubeObject } from '../../../shared/model/object.ts';
import { clusterYaml, configApp, webApp } from '../../integration/scenarios/documents.ts';
import { decideOn, plainWay, rolledOut, rolloutActions, type RolloutAction } from './rollouts.ts';
import { mendedSteps, stepActions, steppedOn, steppedOut, type StepAction } from './steps.ts';
import { startWorld, type Fault, type Site, type World } from './world.ts';

const apps = ['one', 'two', 'three'] as const;
type Placed = 'nowhere' | 'east' | 'west' | 'both' | 'zone a';
type Zone = 'a' | 'b';
type Unreadable = keyof typeof unreadable;

/** Somebody does something, or something breaks. */
type Action =
  | { readonly kind: 'commit'; readonly app: number; readonly value: number | null }
  | { readonly kind: 'commit image'; readonly tag: number | null }
  | { readonly kind: 'commit placement'; readonly placed: Placed }
  | { readonly kind: 'break'; readonly app: number; readonly how: 'not YAML' | 'no type' | 'placement' }
  | { readonly kind: 'move'; readonly app: number }
  | { readonly kind: 'unreadable'; readonly app: number; readonly how: Unreadable }
  | { readonly kind: 'commit zone'; readonly site: number; readonly zone: Zone }
  | { readonly kind: 'rewrite'; readonly back: number }
  | { readonly kind: 'hub pass' }
  | { readonly kind: 'hub restart' }
  | { readonly kind: 'pass'; readonly site: number }
  | { readonly kind: 'restart'; readonly site: number }
  | { readonly kind: 'lose state'; readonly site: number; readonly what: 'state' | 'inventory' }
  | { readonly kind: 'rekey'; readonly site: number }
  | { readonly kind: 'dead'; readonly site: number; readonly isDead: boolean }
  | { readonly kind: 'autoscale'; readonly site: number; readonly replicas: number }
  | { readonly kind: 'manager'; readonly site: number; readonly app: number; readonly isAtWork: boolean }
  | { readonly kind: 'channel'; readonly site: number; readonly fault: Fault }
  | { readonly kind: 'refuse'; readonly site: number; readonly verb: string }
  | { readonly kind: 'clock'; readonly site: number; readonly days: number }
  | {
      readonly kind: 'by hand';
      readonly site: number;
      readonly app: number;
      readonly what: 'delete' | 'edit' | 'copy' | 'labels';
    }
  | { readonly kind: 'approve' }
  | { readonly kind: 'kill hub'; readonly at: number }
  | { readonly kind: 'kill agent'; readonly site: number; readonly at: number }
  | RolloutAction
  | StepAction;

const app = fc.nat({ max: apps.length - 1 });
const site = fc.nat({ max: 1 });
const kind = <K extends Action['kind']>(name: K) => fc.constant(name);
const action: fc.Arbitrary<Action> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: kind('commit'), app, value: fc.option(fc.nat({ max: 5 }), { freq: 4 }) }) },
  { weight: 2, arbitrary: fc.record({ kind: kind('commit image'), tag: fc.option(fc.nat({ max: 3 }), { freq: 4 }) }) },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: kind('commit placement'),
      placed: fc.constantFrom<Placed[]>('nowhere', 'east', 'west', 'both', 'zone a'),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: kind('break'),
      app,
      how: fc.constantFrom('not YAML' as const, 'no type' as const, 'placement' as const),
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: kind('move'), app }) },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: kind('unreadable'),
      app,
      how: fc.constantFrom<Unreadable[]>('pointer', 'empty', 'cut', 'mark', 'kind', 'comment'),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ kind: kind('commit zone'), site, zone: fc.constantFrom<Zone[]>('a', 'b') }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: kind('lose state'),
      site,
      what: fc.constantFrom('state' as const, 'inventory' as const),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: kind('rekey'), site }) },
  { weight: 1, arbitrary: fc.record({ kind: kind('dead'), site, isDead: fc.boolean() }) },
  { weight: 2, arbitrary: fc.record({ kind: kind('autoscale'), site, replicas: fc.integer({ min: 1, max: 5 }) }) },
  { weight: 1, arbitrary: fc.record({ kind: kind('manager'), site, app, isAtWork: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ kind: kind('rewrite'), back: fc.integer({ min: 1, max: 4 }) }) },
  { weight: 8, arbitrary: fc.record({ kind: kind('hub pass') }) },
  { weight: 1, arbitrary: fc.record({ kind: kind('hub restart') }) },
  { weight: 10, arbitrary: fc.record({ kind: kind('pass'), site }) },
  { weight: 2, arbitrary: fc.record({ kind: kind('restart'), site }) },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: kind('channel'),
      site,
      fault: fc.constantFrom<Fault[]>('none', 'cut', 'replayed', 'swapped'),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: kind('refuse'),
      site,
      verb: fc.constantFrom('', 'create', 'update', 'delete', 'put'),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: kind('clock'), site, days: fc.constantFrom(0, 5, -5) }) },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: kind('by hand'),
      site,
      app,
      what: fc.constantFrom('delete' as const, 'edit' as const, 'copy' as const, 'labels' as const),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: kind('approve') }) },
  { weight: 2, arbitrary: fc.record({ kind: kind('kill hub'), at: fc.integer({ min: 1, max: 40 }) }) },
  { weight: 2, arbitrary: fc.record({ kind: kind('kill agent'), site, at: fc.integer({ min: 1, max: 30 }) }) },
  ...rolloutActions,
  ...stepActions,
);

/** What the people of this story want: the last thing that each of them committed and that was not broken. */
interface Wanted {
  readonly values: (number | null)[];
  tag: number | null;
  placed: Placed;
  /** Of the application that is delivered in waves: everything that was ever committed, and what was last. */
  readonly rolled: { readonly values: Set<number>; last: number };
  /** How often an application was moved to another file under another name, and broken. */
  moves: number;
  /** The label of each cluster. */
  readonly zones: [east: Zone, west: Zone];
}

/** What a file holds that cannot be read, or says nothing: none of it removes what it said before. */
const unreadable = {
  pointer:
    'version https://git-lfs.github.com/spec/v1\noid sha256:4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393\nsize 12345\n',
  empty: '',
  comment: '# nothing here\n',
  cut: 'apiVersion: core.oam.dev/v1beta1\nkind: Application\nmetadata: { name: one, names',
  mark: '\ufeff\ufeffkind: Application\n',
  kind: 'apiVersion: core.oam.dev/v1beta1\nkind: Aplication\nmetadata: { name: one }\nspec: {}\n',
};

const broken = {
  'not YAML': 'kind: Application\n  metadata: [',
  'no type': 'kind: Application\nmetadata: { name: broken }\nspec: { components: [{ name: a, type: nonsense }] }\n',
  placement:
    'kind: ApplicationDeployment\nmetadata: { name: broken }\nspec: { appRevisions: [{ revisionName: gone-v9 }] }\n',
};

const east = 'placement: [{ clusterSelector: { name: east } }]';
const placements: Record<Exclude<Placed, 'nowhere'>, string> = {
  'zone a': 'placement: [{ clusterSelector: { labels: { zone: a }, pick: all } }]',
  east,
  west: east.replace('east', 'west'),
  both: 'placement: [{ clusterSelector: { name: east } }, { clusterSelector: { name: west } }]',
};

function placementFile(placed: Placed): string | null {
  if (placed === 'nowhere') return null;
  return `kind: ApplicationDeployment
metadata: { name: wide, namespace: default }
spec: { appRevisions: [{ revisionName: wide-v1, ${placements[placed]} }] }
`;
}

/** The files that say what is wanted. */
function filesOf(wanted: Wanted): Record<string, string | null> {
  return {
    ...Object.fromEntries(
      apps.map((name, index): [string, string | null] => {
        const value = wanted.values[index] ?? null;
        return [`${name}.yaml`, value === null ? null : configApp(name, { [name]: String(value) })];
      }),
    ),
    'web.yaml': wanted.tag === null ? null : webApp('web', `web:${wanted.tag}`),
    'wide-placement.yaml': placementFile(wanted.placed),
    'clusters.yaml': wanted.zones.map((zone, index) => clusterYaml(sites[index]!, { zone })).join('---\n'),
  };
}

/** What runs on a site when everything wanted is there, as `name=value`. */
function expectedOn(name: string, wanted: Wanted): string[] {
  const isLocal = name === 'east';
  const maps = isLocal
    ? apps.flatMap((one, index) => (wanted.values[index] == null ? [] : [`ConfigMap/${one}=${wanted.values[index]}`]))
    : [];
  const web = isLocal && wanted.tag !== null ? [`Deployment/web=web:${wanted.tag}`] : [];
  const isIn = wanted.placed === 'zone a' && wanted.zones[isLocal ? 0 : 1] === 'a';
  const wide = isIn || wanted.placed === 'both' || wanted.placed === name ? ['ConfigMap/wide=steady'] : [];
  return [...maps, ...web, ...wide, `ConfigMap/rolled=${wanted.rolled.last}`].sort();
}

function liveOn({ kube }: Site): string[] {
  const value = (object: KubeObject): string => {
    if (object.kind === 'ConfigMap') return (object['data'] as { value: string }).value;
    const spec = object['spec'] as { template: { spec: { containers: { image: string }[] } } };
    return spec.template.spec.containers[0]!.image;
  };
  return [...kube.objects.values()]
    .map(({ object }) => object)
    .filter((object) => ['ConfigMap', 'Deployment'].includes(object.kind))
    .filter((object) => !object.metadata.name.startsWith('stepped'))
    .filter((object) => object.metadata.namespace !== 'sluice-system' && !object.metadata.name.startsWith('theirs'))
    .map((object) => `${object.kind}/${object.metadata.name}=${value(object)}`)
    .sort();
}

type Deed<K extends Action['kind']> = (
  action: Extract<Action, { readonly kind: K }>,
  world: World,
  wanted: Wanted,
) => Promise<void> | void;

/** Objects that people took away by a commit may go. */
function mayGo(world: World, wanted: Wanted): void {
  for (const [index, name] of apps.entries())
    if (wanted.values[index] == null) world.mayGo.add(`/ConfigMap/default/${name}`);
  if (wanted.tag === null)
    for (const id of ['apps/Deployment/default/web', '/Service/default/web']) world.mayGo.add(id);
  if (wanted.placed !== 'both') world.mayGo.add('/ConfigMap/default/wide');
}

const siteOf = (world: World, action: { readonly site: number }): Site => world.sites[action.site]!;

const deeds: { readonly [K in Action['kind']]: Deed<K> } = {
  commit: (action, world, wanted) => {
    wanted.values[action.app] = action.value;
    return world.commit(pick(filesOf(wanted), `${apps[action.app]!}.yaml`));
  },
  'commit image': (action, world, wanted) => {
    wanted.tag = action.tag;
    return world.commit(pick(filesOf(wanted), 'web.yaml'));
  },
  'commit placement': (action, world, wanted) => {
    wanted.placed = action.placed;
    return world.commit(pick(filesOf(wanted), 'wide-placement.yaml'));
  },
  unreadable: (action, world) => world.commit({ [`${apps[action.app]!}.yaml`]: unreadable[action.how] }),
  'commit zone': (action, world, wanted) => {
    wanted.zones[action.site as 0 | 1] = action.zone;
    return world.commit(pick(filesOf(wanted), 'clusters.yaml'));
  },
  'lose state': (action, world) => {
    siteOf(world, action).loseState(action.what);
  },
  rekey: (action, world) => siteOf(world, action).rekey(),
  dead: (action, world) => {
    siteOf(world, action).isDead = action.isDead;
  },
  autoscale: (action, world) => {
    const { kube } = siteOf(world, action);
    const id = 'apps/Deployment/default/web';
    if (kube.read(id) !== undefined)
      kube.edit(id, (object) => ((object['spec'] as { replicas: number }).replicas = action.replicas), 'autoscaler');
  },
  manager: (action, world) => {
    const id = `/ConfigMap/default/${apps[action.app]!}`;
    const { managed } = siteOf(world, action);
    if (action.isAtWork) managed.add(id);
    else managed.delete(id);
  },
  break: (action, world) => world.commit({ [`${apps[action.app]!}.yaml`]: broken[action.how] }),
  move: (action, world, wanted) => {
    wanted.moves += 1;
    const name = apps[action.app]!;
    const text = broken['no type'].replace('name: broken', `name: moved-${wanted.moves}`);
    return world.commit({ [`${name}.yaml`]: null, [`moved-${name}.yaml`]: text });
  },
  rewrite: (action, world) => {
    // The history that it goes back to may lack what was added since, or have what was removed.
    world.isRewritten = true;
    return world.rewrite(action.back);
  },
  'hub pass': (_, world) => world.hubPass(),
  'hub restart': (_, world) => world.hubRestart(),
  pass: (action, world) => siteOf(world, action).pass(),
  restart: (action, world) => {
    siteOf(world, action).restart();
  },
  channel: (action, world) => {
    siteOf(world, action).fault = action.fault;
  },
  refuse: (action, world) => {
    siteOf(world, action).kube.fault = (call) =>
      action.verb !== '' && call.startsWith(`${action.verb} `) && !call.includes('/sluice-') ? 'FORBIDDEN' : null;
  },
  clock: (action, world) => {
    siteOf(world, action).setClock(action.days);
  },
  'by hand': (action, world) => {
    byHand(siteOf(world, action), apps[action.app]!, action.what);
  },
  approve: (_, world) => {
    world.isApproved = true;
    return approveAll(world);
  },
  'roll out': ({ value, way }, world, wanted) => {
    wanted.rolled.values.add(value);
    return world.commit({ 'rolled.yaml': rolledOut(value, way) });
  },
  decide: ({ verdict, app: named = 'rolled' }, world) => decideOn(world, verdict, `default/${named}`),
  'step out': (out, world) => world.commit({ 'stepped.yaml': steppedOut(out) }),
  'kill hub': ({ at }, world) => {
    world.disk.dieAt(at);
  },
  'kill agent': (action, world) => {
    siteOf(world, action).dieAt(action.at);
  },
  minutes: ({ minutes }, world) => {
    world.later(minutes);
  },
};

async function act(world: World, wanted: Wanted, action: Action): Promise<void> {
  try {
    await (deeds[action.kind] as Deed<Action['kind']>)(action, world, wanted);
  } catch (error) {
    // Whoever asked it something just then has no answer.
    if (!world.disk.isDead()) throw error;
  }
  if (world.disk.isDead()) await world.hubRestart();
  mayGo(world, wanted);
}

function pick(files: Record<string, string | null>, name: string): Record<string, string | null> {
  return { [name]: files[name] ?? null };
}

function byHand({ kube }: Site, name: string, what: Extract<Action, { readonly kind: 'by hand' }>['what']): void {
  const id = `/ConfigMap/default/${name}`;
  const live = kube.read(id);
  if (live === undefined) return;
  if (what === 'delete') kube.remove(id);
  else if (what === 'edit') kube.edit(id, (object) => ((object['data'] as { value: string }).value = 'edited'));
  // A webhook of somebody else takes labels off.
  else if (what === 'labels') kube.edit(id, (object) => delete object.metadata.labels);
  // An operator copies an object, labels, annotations and all: it is theirs.
  else if (kube.read(`${id}-theirs`.replace(name, `theirs-${name}`)) === undefined)
    kube.put_({
      ...structuredClone(live),
      metadata: { ...structuredClone(live.metadata), name: `theirs-${name}-theirs` },
    });
}

async function approveAll(world: World): Promise<void> {
  const { view } = await world.client().status({});
  for (const { change } of view.guarded) {
    await world
      .client()
      .approve({ change })
      .catch((error: unknown) => {
        // A report, or the approval before, may have ended it meanwhile.
        if (!isSluiceError(error, 'CHANGE_NOT_FOUND')) throw error;
      });
  }
}

/** Mends everything that is broken, and says what everybody wants once more. */
async function heal(world: World, wanted: Wanted): Promise<void> {
  await world.hubRestart();
  for (const site of world.sites) {
    site.restart();
    site.fault = 'none';
    site.isDead = false;
    site.managed.clear();
    site.kube.fault = () => null;
    site.setClock(0);
  }
  world.isApproved = true;
  // A selector that matches nothing any more leaves what runs where it is, until somebody mends it.
  if (!wanted.zones.includes('a')) wanted.zones[0] = 'a';
  const moved = Object.fromEntries(apps.map((name) => [`moved-${name}.yaml`, null]));
  wanted.rolled.last = mended;
  await world.commit({
    ...filesOf(wanted),
    ...base,
    ...moved,
    'rolled.yaml': rolledOut(mended, plainWay),
    ...mendedSteps,
  });
  await takeTurns(world);
  // A newer generation for all: what a lost inventory holds back goes with it.
  const clusters = wanted.zones.map((zone, index) => clusterYaml(sites[index]!, { zone, healed: 'yes' })).join('---\n');
  await world.commit({ 'clusters.yaml': clusters });
  await takeTurns(world);
}

/** What nothing had before: the delivery of it is a new one, and no decision was made on it. */
const mended = 99;

/** The hub and the clusters in turns, until nothing moves: what one cluster reports decides what another one gets, and what comes next. */
async function takeTurns(world: World): Promise<void> {
  for (let [round, isQuiet] = [0, false]; !isQuiet; round += 1) {
    const before = movesOf(world, await world.client().status({}));
    await world.hubPass();
    await approveAll(world);
    await world.hubPass();
    for (const site of world.sites) await site.settle(1);
    for (let minutes = 0; minutes < 8; minutes += 2) {
      world.later(2);
      for (const site of world.sites) await site.pass();
      await world.hubPass();
    }
    isQuiet = movesOf(world, await world.client().status({})) === before;
    expect(round, 'nothing comes to an end').toBeLessThan(15);
  }
}

function movesOf({ sites: all }: World, { view }: { readonly view: StatusView }): string {
  const generations = view.clusters.map(({ generation }) => generation);
  return JSON.stringify([generations, all.map(({ kube }) => kube.writesLog.length)]);
}

const sites = ['east', 'west'] as const;

const base = {
  // Recorded, never deployed by itself: only its placement says where it runs.
  'wide.yaml': configApp('wide', { wide: 'steady' }).replace(
    'name: wide, namespace: default',
    'name: wide, namespace: default, annotations: { app.oam.dev/revision-only: "true" }',
  ),
};

async function play(actions: readonly Action[]): Promise<void> {
  const wanted: Wanted = {
    values: [0, 0, null],
    tag: 0,
    placed: 'both',
    rolled: { values: new Set([0]), last: 0 },
    moves: 0,
    zones: ['a', 'b'],
  };
  const files = Object.fromEntries(Object.entries(filesOf(wanted)).filter((file) => file[1] !== null));
  const world = await startWorld(
    {
      ...base,
      ...(files as Record<string, string>),
      'rolled.yaml': rolledOut(0, plainWay),
      'stepped.yaml': steppedOut({ tag: 0, steps: 'straight' }),
    },
    sites,
  );
  try {
    for (const [index, action] of actions.entries()) {
      await act(world, wanted, action);
      for (const each of world.sites) await each.check();
      for (const each of world.sites) expectRolled(each, wanted);
      expect(world.violations, `after action ${index}`).toEqual([]);
    }
    for (const each of world.sites) await each.fight();
    expect(world.violations).toEqual([]);
    const copies = world.sites.map(({ kube }) => theirsOf(kube));
    await heal(world, wanted);
    for (const [index, each] of world.sites.entries()) {
      const end = await each.settle();
      await each.check();
      expect(world.violations).toEqual([]);
      expect({ site: each.name, live: liveOn(each) }).toEqual({ site: each.name, live: expectedOn(each.name, wanted) });
      expect({ site: each.name, steps: steppedOn(each.kube) }).toEqual({ site: each.name, steps: ['stepped:99 x4'] });
      expect(end).toEqual({ isSettled: true, further: [] });
      expect(theirsOf(each.kube)).toEqual(copies[index]);
    }
  } finally {
    await world.close();
  }
}

/** What is delivered in waves is, on each cluster, something that was committed; and what was there once stays there. */
function expectRolled({ kube, name }: Site, { rolled }: Wanted): void {
  const live = kube.read('/ConfigMap/default/rolled');
  if (live === undefined) return;
  const { value } = live['data'] as { value: string };
  expect([...rolled.values].map(String), `rolled on ${name}`).toContain(value);
}

function theirsOf(kube: Site['kube']): readonly string[] {
  return [...kube.objects.keys()].filter((id) => id.includes('/theirs-'));
}

describe('a whole fleet', () => {
  const runs = Number(process.env['PROPERTY_RUNS'] ?? 2);
  it(
    'keeps every invariant whatever is done to it, and comes to what is wanted once the faults stop',
    { timeout: 300_000 + 120_000 * runs },
    async () => {
      await fc.assert(
        fc.asyncProperty(fc.array(action, { minLength: 5, maxLength: 40, size: 'max' }), (actions) => play(actions)),
        { numRuns: runs, endOnFailure: true },
      );
    },
  );

  const seeds = new URL('../../seeds/', import.meta.url);
  for (const file of readdirSync(seeds).filter((name) => name.startsWith('fleet-'))) {
    it(`still holds in the story of ${file}`, { timeout: 300_000 }, async () => {
      await play(JSON.parse(readFileSync(new URL(file, seeds), 'utf8')) as readonly Action[]);
    });
  }
});
