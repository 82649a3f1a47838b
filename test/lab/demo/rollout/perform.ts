import { performance } from 'node:perf_hooks';
import type { Performance } from '../demo.ts';
import { guard } from '../demo.ts';
import { seconds } from '../rows.ts';
import { pad } from '../screen.ts';
import { startShopFleet, type ShopFleet } from './fleet.ts';
import { allBut, announce, given, isAt, others, reachable, running, type, watchUntil, type ShopStage } from './play.ts';
import { away, canaries, documentOf, held, holdWords, members, policyOf, times, type Version } from './story.ts';

/** Plays the story of a rollout over twelve clusters, and stops everything again; throws an Error of one line that says what was not as it should be. */
export async function performRollout(performed: Performance): Promise<number> {
  const { screen, change, folder, options } = performed;
  const startedAt = performance.now();
  screen.print(
    `${screen.paint('title', 'Sluice')}: a Git server, a hub, and ${members.length} clusters with an agent each, on loopback.`,
    '',
  );
  let fleet: ShopFleet | null = null;
  try {
    fleet = await startShopFleet({
      folder,
      change,
      guard: (programs) => guard(change, programs),
      ...startup(performed),
    });
    screen.settle(true);
    screen.say(`${screen.paint('good', '\u2713')} everything runs after ${seconds(performance.now() - startedAt)}`);
    const stage: ShopStage = { screen, change, fleet, said: new Map() };
    for (const part of parts) await part(stage);
    screen.print('');
    const words = `All as it should be: 3 pushes to ${members.length} clusters in ${seconds(performance.now() - startedAt)}.`;
    screen.say(screen.paint('good', `\u2713 ${words}`));
    if (options.keep) {
      const command = `npm run -s hub -- rollout show shop --data ${fleet.world.dataFolder}`;
      screen.print(
        '',
        'Everything goes on running until Ctrl-C. Try, from this folder in another terminal:',
        `  ${command}`,
      );
      await performed.interrupted;
    }
    return 0;
  } finally {
    screen.settle(true);
    await fleet?.close();
  }
}

function startup({ screen }: Performance): { note: (what: string, text: string) => void } {
  const known = new Map<string, string>(['clusters', 'Git server', 'hub', 'agents'].map((what) => [what, '\u2026']));
  const line = ([what, text]: readonly [string, string]): string => `  ${screen.paint('strong', pad(what, 12))}${text}`;
  screen.live(() => [...known].map(line));
  return {
    note: (what, text) => {
      if (known.get(what) === text) return;
      known.set(what, text);
      screen.log(`${pad(what, 12)}${text}`);
      screen.redraw();
    },
  };
}

const parts: readonly ((stage: ShopStage) => Promise<void>)[] = [install, canary, approve, failure, catchUp];

async function push({ fleet, screen }: ShopStage, version: Version): Promise<void> {
  const { commit } = await fleet.world.config.push({ 'shop.yaml': documentOf(version, times) }, `shop ${version}`);
  screen.log(`pushed ${commit.slice(0, 12)}: shop ${version}`);
}

const fine = (): null => null;

function missingOf(stage: ShopStage, names: readonly string[], version: Version): () => string {
  return () => {
    const left = names.filter((name) => !running(stage, version).includes(name));
    return left.length === 0
      ? `the delivery is ${stage.fleet.rollout()?.phase ?? 'not there'}`
      : `${left[0] ?? ''} does not run ${version}`;
  };
}

async function install(stage: ShopStage): Promise<void> {
  announce(stage, '1 of 5  version 1 everywhere', {
    'You write': 'an Application for every cluster with env: prod.',
    'You see': 'a quarter of the clusters at a time: nothing else was asked for.',
  });
  await push(stage, 'v1');
  const all = allBut();
  await watchUntil(stage, {
    isDone: () =>
      running(stage, 'v1').length === all.length && (stage.fleet.follow(), isAt(stage, 'shop-v1', 'succeeded')),
    wrong: fine,
    missing: missingOf(stage, all, 'v1'),
  });
}

async function canary(stage: ShopStage): Promise<void> {
  const { fleet, screen } = stage;
  announce(stage, '2 of 5  version 2, carefully', {
    Meanwhile: `the link of ${away} is cut, and the operator of ${held} holds changes.`,
    'You write': 'another image, and a policy:',
  });
  screen.print(
    ...policyOf(times.soak, times.deadline)
      .trimEnd()
      .split('\n')
      .slice(2)
      .map((line) => screen.paint('faint', line)),
  );
  screen.print(
    `   ${screen.paint('faint', 'You see'.padEnd(9))}  two canaries, ten seconds of soak, and then it asks.`,
    '',
  );
  await fleet.cut(away);
  await fleet.hold(held, holdWords);
  await push(stage, 'v2');
  const isAway = () => fleet.rollout()?.absent.some(({ unit }) => unit === away) === true;
  const isHeld = () => fleet.rollout()?.held.some(({ unit }) => unit === held) === true;
  await watchUntil(stage, {
    isDone: () => isAt(stage, 'shop-v2', 'running') && fleet.rollout()?.asks.length === 1 && isAway() && isHeld(),
    wrong: () => beyond(stage, 'v2', canaries),
    missing: missingOf(stage, canaries, 'v2'),
  });
}

async function approve(stage: ShopStage): Promise<void> {
  const { fleet } = stage;
  announce(stage, '3 of 5  a person approves', {
    'You run': 'what `rollout show` says.',
    'You see': `five at a time; ${away} and ${held} hold up nothing.`,
  });
  await type(stage, 'rollout', 'show', 'shop');
  const { name = '', asks = [] } = fleet.rollout() ?? {};
  await type(stage, 'rollout', 'approve', `${name}/${asks[0] ?? ''}`, '--reason', 'the canaries look good');
  await watchUntil(stage, {
    isDone: () => isAt(stage, 'shop-v2', 'succeeded') && reachable.every((one) => running(stage, 'v2').includes(one)),
    wrong: () => beyond(stage, 'v2', reachable),
    missing: missingOf(stage, reachable, 'v2'),
  });
}

async function failure(stage: ShopStage): Promise<void> {
  const { screen, fleet } = stage;
  announce(stage, '4 of 5  a version 3 that cannot start', {
    'You write': 'an image that does not exist, and progressDeadline: 15s, so as not to wait long.',
    'You see': 'the canaries fail, and go back by themselves; no other cluster was given it.',
  });
  await push(stage, 'v3');
  let tried = false;
  await watchUntil(stage, {
    isDone: () => {
      tried ||= given(stage, 'v3').length > 0;
      return (
        tried && isAt(stage, 'shop-v3', 'rolled-back') && reachable.every((one) => running(stage, 'v2').includes(one))
      );
    },
    wrong: () => beyond(stage, 'v3', canaries) ?? downOf(stage),
    missing: missingOf(stage, reachable, 'v2'),
  });
  const back = fleet.rollout()?.back.length ?? 0;
  screen.say(
    `  ${screen.paint('good', '\u2713')} ${back} canaries are back at version 2 by themselves; ${others.length} clusters never heard of version 3`,
  );
}

async function catchUp(stage: ShopStage): Promise<void> {
  const { fleet } = stage;
  announce(stage, '5 of 5  what was left out', {
    Meanwhile: `the link of ${away} is mended, and ${held} holds changes no more.`,
    'You see': 'both catch up with version 2; nothing was pushed or decided for it.',
  });
  fleet.mend(away);
  await fleet.hold(held, '');
  const all = allBut();
  await watchUntil(stage, {
    isDone: () => running(stage, 'v2').length === all.length,
    wrong: () => beyond(stage, 'v3', []),
    missing: missingOf(stage, all, 'v2'),
  });
}

/** A cluster that a version reached and that it must not reach. */
function beyond(stage: ShopStage, version: Version, allowed: readonly string[]): string | null {
  const found = given(stage, version).find((name) => !allowed.includes(name));
  return found === undefined ? null : `${found} was given ${version} before its turn`;
}

/** A cluster where nothing serves. */
function downOf({ fleet }: ShopStage): string | null {
  const found = fleet.facts().find(({ sight, isCut }) => !isCut && sight.ready + sight.old === 0);
  return found === undefined ? null : `no pod of ${found.name} is ready any more`;
}
