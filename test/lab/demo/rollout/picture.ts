import type { Rollout } from '../../../../hub/api/rollouts.ts';
import type { StatusRow } from '../../../../hub/api/status.ts';
import { pad, type Screen, type Tone } from '../screen.ts';
import { members, replicas, versionOf } from './story.ts';
import type { ShopSight } from './sight.ts';

/** What one cluster is drawn from. */
export interface ClusterFacts {
  readonly name: string;
  readonly sight: ShopSight;
  readonly row: StatusRow | undefined;
  readonly rollout: Rollout | null;
  /** Its link is cut. */
  readonly isCut: boolean;
}

interface Standing {
  readonly word: string;
  readonly tone: Tone;
}

const nameWidth = Math.max(...members.map(({ name }) => name.length));

/** One cluster as it is now: the version that it runs, its pods, and where it stands in the delivery. */
export function clusterLine(screen: Screen, facts: ClusterFacts): string {
  const wide = screen.columns() >= 120;
  const { sight, name } = facts;
  const { word, tone } = standingOf(facts);
  const version = versionOf(sight.image);
  const dots = '\u25cf'.repeat(sight.ready) + '\u25cb'.repeat(Math.max(0, replicas - sight.ready));
  const old = sight.old === 0 ? '' : ` +${sight.old} old`;
  const parts = [
    screen.paint('strong', pad(name, nameWidth)),
    screen.paint(toneOf(version), pad(version, 2)),
    screen.paint(toneOf(version), pad(`${dots} ${sight.ready}/${sight.desired}${old}`, wide ? 16 : 14)),
    screen.paint(tone, word),
  ];
  return `  ${parts.join('  ')}`;
}

/** The same in plain words, for a pipe: what changes of it is worth a line. */
export function clusterWords(facts: ClusterFacts): string {
  return `runs ${versionOf(facts.sight.image)}; ${standingOf(facts).word}`;
}

/** The delivery and each of its waves. */
export function deliveryLines(screen: Screen, rollout: Rollout | null): string[] {
  if (rollout === null) return [];
  const { name, phase, counts, waits, reason } = rollout;
  const others = [
    [counts.absent, 'away'],
    [counts.held, 'on hold'],
    [counts.failed, 'failed'],
  ] as const;
  const more = others.flatMap(([count, word]) => (count === 0 ? [] : [`, ${count} ${word}`])).join('');
  const tone: Tone = phase === 'succeeded' ? 'good' : phase === 'rolled-back' ? 'bad' : 'busy';
  const done = counts.total === 0 ? '' : `  ${counts.done} of ${counts.total} clusters done${more}`;
  const why = reason === '' ? waits : reason;
  return [
    `  ${screen.paint('strong', name)}  ${screen.paint(tone, phase)}${done}`,
    ...waveWords(rollout).map((line) => `    ${line}`),
    ...(why === '' ? [] : [`    ${screen.paint('faint', why)}`]),
  ];
}

/** A line for each wave. */
export function waveWords({ steps }: Rollout): string[] {
  const waves = steps.flatMap((step) => [...step.waves, ...step.steps.flatMap((below) => below.waves)]);
  return waves.map(({ name, phase, done, total }) => `wave ${pad(name, 6)}  ${phase}, ${done} of ${total} done`);
}

function standingOf(facts: ClusterFacts): Standing {
  const { name, sight, row, rollout, isCut } = facts;
  const { back, failed, absent, hold } = toldOf(name, rollout);
  if (isCut) return { word: absent === undefined ? 'link is cut' : 'away: no report in time', tone: 'faint' };
  if (back !== undefined) return { word: `${hasIt(row) ? 'back' : 'going back'}: ${back.reason}`, tone: 'bad' };
  if (failed !== undefined) return { word: `failed: ${failed.reason}`, tone: 'bad' };
  const held = hold?.reason ?? heldWords(row);
  if (held !== null) return { word: `on hold: ${held}`, tone: 'busy' };
  return movingOf(sight, row, rollout);
}

/** What a delivery says of one cluster. */
function toldOf(name: string, rollout: Rollout | null) {
  if (rollout === null) return {};
  const of = (units: Rollout['failed']) => units.find(({ unit }) => unit === name);
  return { back: of(rollout.back), failed: of(rollout.failed), absent: of(rollout.absent), hold: of(rollout.held) };
}

function heldWords(row: StatusRow | undefined): string | null {
  return row?.health === 'Held' ? row.message : null;
}

function hasIt(row: StatusRow | undefined): boolean {
  return row?.applied === true;
}

/** One that nothing stands in the way of: it has the content, is on its way, or its turn has not come. */
function movingOf(sight: ShopSight, row: StatusRow | undefined, rollout: Rollout | null): Standing {
  const asked = row?.revisions.at(-1)?.name;
  if (row === undefined || asked === undefined) return { word: '-', tone: 'faint' };
  const isNew = rollout === null || asked === rollout.content;
  if (!isNew) return rollout.endedAt === null ? { word: 'its turn has not come', tone: 'faint' } : asBefore(row);
  if (row.applied && row.health === 'Healthy' && sight.ready >= replicas) return { word: '\u2713 done', tone: 'good' };
  return { word: `in flight${row.message === '' ? '' : `: ${row.message}`}`, tone: 'busy' };
}

function asBefore({ applied, health }: StatusRow): Standing {
  return applied && health === 'Healthy' ? { word: '\u2713 well', tone: 'good' } : { word: 'catches up', tone: 'busy' };
}

function toneOf(version: string): Tone {
  return version === 'v1' || version === 'v2' || version === 'v3' ? version : 'faint';
}
