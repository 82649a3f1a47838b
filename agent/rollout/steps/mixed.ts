import { digestOf, type Digest } from '../../../shared/lib/canonical.ts';
import { isEqual } from '../../../shared/lib/equal.ts';
import { pointerParts } from '../../../shared/model/ignored.ts';
import { factsOf, type ScalingBounds } from '../../../shared/model/kinds.ts';
import type { KubeObject } from '../../../shared/model/object.ts';
import { encode } from '../../../shared/wire/codec.ts';
import type { AppContent, BundleObject, BundleTraffic, TrafficTarget } from '../../../shared/wire/revision.ts';
import type { ObjectOf } from './copies.ts';

/** An object that is made of signed texts, and its own text. */
export interface Derived {
  readonly object: BundleObject;
  readonly bytes: Uint8Array;
}

/** A traffic object that leads to both copies, and what the weight of each of its targets is before and after. */
export interface MixedTraffic extends Derived {
  readonly traffic: BundleTraffic;
  readonly before: readonly number[];
  readonly after: readonly number[];
}

/**
 * The traffic objects of what serves that can lead to both copies: each has its signed text, with the backends of the new content's
 * text beside its own, rule by rule. Null while a text is not at hand. What has no weights stays as it serves until promotion.
 */
export function mixedTraffic(from: AppContent, to: AppContent, objectOf: ObjectOf): readonly MixedTraffic[] | null {
  const mixed: MixedTraffic[] = [];
  for (const serving of from.traffic) {
    const wanted = partnerOf(to, serving);
    if (wanted === undefined || !hasPointers(serving) || !hasPointers(wanted)) continue;
    const [old, fresh] = [objectIn(from, serving, objectOf), objectIn(to, wanted, objectOf)];
    if (old === null || fresh === null) return null;
    mixed.push(mixOf({ serving, wanted, old, fresh, base: objectNamed(from, serving) }));
  }
  return mixed;
}

/** The traffic with the weights of a moment: for each component, so many percent of the way from what serves to the content. */
export function withWeights(
  { traffic, before, after }: MixedTraffic,
  percentOf: (component: string) => number,
): BundleTraffic {
  const exact = traffic.targets.map(({ rule }, index) => {
    // A rule moves as a whole, or its weights would not add up.
    const percent = percentOf(first(traffic, rule).component);
    return ((before[index] ?? 0) * (100 - percent) + (after[index] ?? 0) * percent) / 100;
  });
  const weights = rounded(traffic.targets, exact);
  return { ...traffic, targets: traffic.targets.map((one, index) => ({ ...one, weight: weights[index] ?? 0 })) };
}

/** An autoscaler that never goes below the pods that serve; null where its text is not at hand. */
export function flooredScaler(scaler: BundleObject, total: number, objectOf: ObjectOf): Derived | null {
  const object = objectOf(scaler.digest);
  const { bounds } = factsOf(scaler.id);
  if (object === null || bounds === null) return null;
  const spec = (object['spec'] ?? {}) as Readonly<Record<string, number>>;
  const of = ({ field, default: unwritten }: ScalingBounds['least']) => spec[field] ?? unwritten;
  const least = Math.max(of(bounds.least), total);
  const most = Math.max(of(bounds.most), least);
  return derived(scaler, { ...object, spec: { ...spec, [bounds.least.field]: least, [bounds.most.field]: most } });
}

function partnerOf(to: AppContent, { id, provider }: BundleTraffic): BundleTraffic | undefined {
  const same = to.traffic.filter((one) => one.provider === provider);
  return same.find((one) => one.id === id) ?? same[0];
}

function hasPointers({ targets }: BundleTraffic): boolean {
  return targets.length > 0 && targets.every(({ pointer }) => pointer !== undefined);
}

function objectNamed({ objects }: AppContent, { id }: BundleTraffic): BundleObject | undefined {
  return objects.find((one) => one.id === id);
}

function objectIn(content: AppContent, traffic: BundleTraffic, objectOf: ObjectOf): KubeObject | null {
  const named = objectNamed(content, traffic);
  return named === undefined ? null : objectOf(named.digest);
}

interface Parts {
  readonly serving: BundleTraffic;
  readonly wanted: BundleTraffic;
  readonly old: KubeObject;
  readonly fresh: KubeObject;
  readonly base: BundleObject | undefined;
}

function mixOf({ serving, wanted, old, fresh, base }: Parts): MixedTraffic {
  const object = structuredClone(old);
  const targets: TrafficTarget[] = [...serving.targets];
  const before = serving.targets.map(({ weight }) => weight);
  const partners = partnersOf(serving, wanted, { old, fresh });
  // A rule that has no partner stays as it serves.
  const after: number[] = serving.targets.map(({ rule, weight }) => (partners.has(rule) ? 0 : weight));
  for (const [rule, partner] of partners) {
    const { list } = placeOf(first(serving, rule));
    const backends = valueAt(object, list) as unknown[];
    for (const target of wanted.targets.filter((one) => one.rule === partner)) {
      const own = targets.findIndex((one) => one.rule === rule && one.service === target.service);
      if (own < 0) {
        const { backend, weight } = placeOf(target);
        const index = backends.push({ ...(valueAt(fresh, backend) as object), [weight]: 0 }) - 1;
        targets.push({ ...target, rule, weight: 0, pointer: `${list}/${index}/${weight}` });
        before.push(0);
        after.push(target.weight);
      } else after[own] = target.weight;
    }
  }
  return { ...derived(base, object), traffic: { ...serving, targets }, before, after };
}

/** The rule of the new content for each rule of what serves: one that matches the same, else the one at its place. */
function partnersOf(
  serving: BundleTraffic,
  wanted: BundleTraffic,
  { old, fresh }: Pick<Parts, 'old' | 'fresh'>,
): ReadonlyMap<number, number> {
  const [rules, others] = [rulesOf(serving), rulesOf(wanted)];
  const partners = new Map<number, number>();
  for (const rule of rules) {
    const same = others.find((one) => isEqual(restOf(old, serving, rule), restOf(fresh, wanted, one)));
    const partner = same ?? (rules.length === others.length ? others[rules.indexOf(rule)] : undefined);
    if (partner !== undefined) partners.set(rule, partner);
  }
  return partners;
}

function rulesOf({ targets }: BundleTraffic): readonly number[] {
  return [...new Set(targets.map(({ rule }) => rule))];
}

function first({ targets }: BundleTraffic, rule: number): TrafficTarget {
  return targets.find((one) => one.rule === rule) as TrafficTarget;
}

/** Where a target's backend is, how its weight is called there, the list that it is in, and the rule around that. */
function placeOf({ pointer = '' }: TrafficTarget) {
  const parts = pointer.split('/');
  const upTo = (count: number) => parts.slice(0, -count).join('/');
  return { weight: parts.at(-1) ?? '', backend: upTo(1), list: upTo(2), rule: upTo(3) };
}

/** A rule without its backends: what it matches. */
function restOf(object: KubeObject, traffic: BundleTraffic, rule: number): unknown {
  const place = placeOf(first(traffic, rule));
  const name = place.list.split('/').at(-1) ?? '';
  return { ...(valueAt(object, place.rule) as object), [name]: null };
}

function valueAt(object: unknown, pointer: string): unknown {
  return pointerParts(pointer).reduce<unknown>(
    (value, key) => (value as Record<string, unknown> | undefined)?.[key],
    object,
  );
}

/** An object with another text than its signed one. */
export function derived(base: BundleObject | undefined, object: KubeObject): Derived {
  const bytes = encode(object);
  const digest: Digest = digestOf(bytes);
  return { object: { ...(base as BundleObject), digest, bytes: bytes.length }, bytes };
}

/** Whole weights that add up to what the exact ones add up to, rule by rule (largest remainder). */
function rounded(targets: readonly TrafficTarget[], exact: readonly number[]): readonly number[] {
  const whole = exact.map(Math.floor);
  for (const rule of new Set(targets.map((one) => one.rule))) {
    const members = targets.flatMap((one, index) => (one.rule === rule ? [index] : []));
    const missing = Math.round(members.reduce((sum, index) => sum + (exact[index] ?? 0) - (whole[index] ?? 0), 0));
    const order = members.toSorted((a, b) => ((exact[b] ?? 0) % 1) - ((exact[a] ?? 0) % 1) || a - b);
    for (const index of order.slice(0, missing)) whole[index] = (whole[index] ?? 0) + 1;
  }
  return whole;
}
