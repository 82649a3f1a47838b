import type { Rollout } from '../../../../hub/api/rollouts.ts';
import type { Change } from '../change.ts';
import { heading } from '../play.ts';
import type { Screen } from '../screen.ts';
import { clusterLine, clusterWords, deliveryLines, waveWords } from './picture.ts';
import type { ShopFleet } from './fleet.ts';
import { away, canaries, held, images, members, replicas, type Version } from './story.ts';

/** What the story is played on. */
export interface ShopStage {
  readonly screen: Screen;
  readonly change: Change;
  readonly fleet: ShopFleet;
  /** What a pipe was told last of each cluster and wave. */
  readonly said: Map<string, string>;
}

const patienceMs = 120_000;
const labelWidth = 9;

/** Says what a part of the story is about. */
export function announce({ screen }: ShopStage, title: string, lines: Readonly<Record<string, string>>): void {
  screen.print('', heading(screen, title));
  for (const [label, text] of Object.entries(lines)) {
    screen.print(`   ${screen.paint('faint', label.padEnd(labelWidth))}  ${text}`);
  }
  screen.print('');
}

/**
 * Shows the fleet until `isDone` says so, and fails with the first thing that is not as it should be: what `wrong` finds at any
 * moment, or what `missing` says after two minutes.
 */
export async function watchUntil(
  { screen, change, fleet, said }: ShopStage,
  { isDone, wrong, missing }: Wanted,
): Promise<void> {
  const tell = (name: string, words: string, key = name): void => {
    if (said.get(key) === words) return;
    said.set(key, words);
    screen.log(`${name.padEnd(labelWidth)}  ${words}`);
  };
  const look = (): boolean => {
    const rollout = fleet.rollout();
    for (const [at, line] of (rollout === null ? [] : waveWords(rollout)).entries()) {
      tell(rollout?.name ?? '', line, `wave ${at}`);
    }
    if (rollout !== null) tell(rollout.name, summaryOf(rollout));
    for (const facts of fleet.facts()) tell(facts.name, clusterWords(facts));
    const fault = wrong();
    if (fault !== null) change.fail(new Error(fault));
    screen.redraw();
    return isDone();
  };
  screen.live(() => [
    ...deliveryLines(screen, fleet.rollout()),
    ...fleet.facts().map((facts) => clusterLine(screen, facts)),
  ]);
  try {
    await change.until(look, patienceMs, () => `after ${patienceMs / 1000} s still ${missing()}`);
  } finally {
    screen.settle(true);
  }
}

export interface Wanted {
  readonly isDone: () => boolean;
  /** What must never be, in words; null = all is well. */
  readonly wrong: () => string | null;
  readonly missing: () => string;
}

function summaryOf({ phase, counts, waits, reason }: Rollout): string {
  const why = reason === '' ? waits : reason;
  return `${phase}, ${counts.done} of ${counts.total} done${why === '' ? '' : `: ${why}`}`;
}

/** Runs a command of the hub as a person types it, and shows what it says. */
export async function type({ screen, fleet }: ShopStage, ...args: readonly string[]): Promise<void> {
  const shown = args.map((arg) => (/[^\w#/.-]/.test(arg) ? `"${arg}"` : arg)).join(' ');
  screen.print(`$ ${screen.paint('strong', `sluice-hub ${shown}`)}`);
  const { stdout, stderr, status } = await fleet.world.run(...args);
  screen.print(...`${stdout}${stderr}`.trimEnd().split('\n'), '');
  if (status !== 0) throw new Error(`sluice-hub ${shown} ended with ${status}`);
}

/** The clusters that run all pods of a version, by their own API servers. */
export function running({ fleet }: ShopStage, version: Version): readonly string[] {
  return fleet
    .facts()
    .filter(({ sight }) => sight.image === images[version] && sight.ready === replicas && sight.desired === replicas)
    .map(({ name }) => name);
}

/** The clusters whose Deployment names a version, whether or not its pods are ready. */
export function given({ fleet }: ShopStage, version: Version): readonly string[] {
  return fleet.facts().flatMap(({ name, sight }) => (sight.image === images[version] ? [name] : []));
}

/** A delivery that is there and in a phase. */
export function isAt({ fleet }: ShopStage, content: string, ...phases: readonly string[]): boolean {
  const rollout = fleet.rollout();
  return rollout?.content === content && phases.includes(rollout.phase);
}

/** All clusters but some. */
export function allBut(...names: readonly string[]): readonly string[] {
  return members.map(({ name }) => name).filter((name) => !names.includes(name));
}

/** The clusters that a person waits for while one is away and one on hold. */
export const reachable = allBut(away, held);

/** All clusters that are not canaries. */
export const others = allBut(...canaries);
