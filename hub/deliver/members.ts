import { createHash } from 'node:crypto';
import type { WaveRecord } from '../model/delivery.ts';
import { lastWave, waveName, type RolloutNumbers } from '../model/rollout.ts';
import { settingsOf, sizeOf, type WaveNumbers, type WaveSettings } from './numbers.ts';
import type { DeliveryUnit } from './unit.ts';

/** A wave with the units that are in it now. */
export interface Wave {
  readonly name: string;
  /** `STEP/WAVE`. */
  readonly key: string;
  readonly settings: WaveSettings;
  /** True where labels or names say its clusters: then it is a typing error, perhaps, that it has none. */
  readonly isNamed: boolean;
  readonly units: readonly DeliveryUnit[];
  /** The highest hash in it, where it has a share of the clusters. */
  readonly cutoff: number | null;
}

/** The units of a step, in its waves: each in the first that has it, and those that none has in a last one. */
export function wavesOf(
  app: string,
  step: { readonly name: string; readonly rollout: RolloutNumbers | null },
  units: readonly DeliveryUnit[],
  begun: Readonly<Record<string, WaveRecord>>,
): readonly Wave[] {
  let left = units;
  const waves = (step.rollout?.waves ?? []).map((numbers, index): Wave => {
    const name = waveName(numbers, index);
    const key = `${step.name}/${name}`;
    const matches = matcherOf(numbers.clusters ?? {});
    const cutoff = cutoffOf(app, numbers.clusters ?? {}, { units, left, matches, begun: begun[key] });
    const has = (unit: DeliveryUnit) => matches(unit) && (cutoff === null || hashOf(app, unit.cluster) <= cutoff);
    const own = left.filter(has);
    if (own.length > 0) left = left.filter((unit) => !has(unit));
    return { name, key, settings: settingsOf(step.rollout, numbers), isNamed: isNamed(numbers), units: own, cutoff };
  });
  const rest = { name: lastWave, key: `${step.name}/${lastWave}`, settings: settingsOf(step.rollout, null) };
  return [...waves, { ...rest, isNamed: false, units: left, cutoff: null }];
}

type WaveClusters = NonNullable<WaveNumbers['clusters']>;

function isNamed({ clusters }: WaveNumbers): boolean {
  return clusters?.labels !== undefined || clusters?.names !== undefined;
}

function matcherOf({ labels = {}, names }: WaveClusters): (unit: DeliveryUnit) => boolean {
  const named = names === undefined ? null : new Set(names);
  const wanted = Object.entries(labels);
  return (unit) =>
    (named === null || named.has(unit.cluster)) && wanted.every(([key, value]) => unit.labels[key] === value);
}

interface ShareFacts {
  /** The units of the step, and those of them that no wave before has. */
  readonly units: readonly DeliveryUnit[];
  readonly left: readonly DeliveryUnit[];
  readonly matches: (unit: DeliveryUnit) => boolean;
  readonly begun: WaveRecord | undefined;
}

/** The highest hash in a share: that of its begin, so that what joins later moves no other cluster; null = there is no share. */
function cutoffOf(
  app: string,
  { percent, count }: WaveClusters,
  { units, left, matches, begun }: ShareFacts,
): number | null {
  const share = percent === undefined ? count : `${percent}%`;
  if (share === undefined) return null;
  const [begunAt, isOver] = [begun?.cutoff ?? -1, begun?.passedAt !== undefined];
  const hasOne = () => left.some((unit) => matches(unit) && hashOf(app, unit.cluster) <= begunAt);
  // Where all of it has left before it was over, it has others: nothing of it was evidence.
  if (begun !== undefined && (isOver || hasOne())) return begunAt;
  const size = sizeOf(share, units.filter(matches).length);
  const hashes = left
    .filter(matches)
    .map(({ cluster }) => hashOf(app, cluster))
    .sort((a, b) => a - b);
  return hashes[Math.min(size, hashes.length) - 1] ?? -1;
}

/** What is remembered at most of an application: then it begins anew. */
const remembered = 100_000;
const known = new Map<string, Map<string, number>>();

/** A number for (app, cluster), always the same: no other cluster changes it. */
export function hashOf(app: string, cluster: string): number {
  let hashes = known.get(app);
  if (hashes === undefined || hashes.size >= remembered) known.set(app, (hashes = new Map<string, number>()));
  const found = hashes.get(cluster);
  if (found !== undefined) return found;
  const hash = createHash('sha256').update(`${app}\0${cluster}`).digest().readUIntBE(0, 6);
  hashes.set(cluster, hash);
  return hash;
}
