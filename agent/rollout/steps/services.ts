import { isEqual } from '../../../shared/lib/equal.ts';
import { label } from '../../../shared/model/names.ts';
import { groupKindOf, type KubeObject, type ObjectId } from '../../../shared/model/object.ts';
import { matchesLabels, type Labels } from '../../../shared/model/selector.ts';
import type { AppContent, BundleObject } from '../../../shared/wire/revision.ts';
import { labelsAt, podLabels, type MovingComponent, type ObjectOf } from './copies.ts';
import { derived, type Derived } from './mixed.ts';

/** A Service that both contents have, and that leads to the copy of each: it has no weights, so pods decide between 0 and 100. */
export interface SwitchedService {
  readonly id: ObjectId;
  /** The component whose copies it leads to. */
  readonly component: string;
  /** As it serves, but led to the pods of both copies; null where no labels of ours tell those from all others. */
  readonly both: Derived | null;
  /** As the new content has it. */
  readonly wanted: BundleObject;
}

interface Sides {
  readonly from: AppContent;
  readonly to: AppContent;
  readonly components: readonly MovingComponent[];
}

/** The Services that change from one copy to the other; null while a text that decides is not at hand. */
export function switchedServices(sides: Sides, objectOf: ObjectOf): readonly SwitchedService[] | null {
  const found: SwitchedService[] = [];
  const after = new Map(sides.to.objects.map((one) => [one.id, one]));
  // Weights decide of what is behind these.
  const weighted = new Set(
    sides.from.traffic.flatMap(({ targets }) =>
      targets.filter(({ pointer }) => pointer !== undefined).map(({ service }) => service),
    ),
  );
  for (const serving of sides.from.objects) {
    const wanted = after.get(serving.id);
    if (wanted === undefined || wanted.digest === serving.digest || !isService(serving.id)) continue;
    if (weighted.has(serving.id)) continue;
    const [old, fresh] = [objectOf(serving.digest), objectOf(wanted.digest)];
    if (old === null || fresh === null) return null;
    const copies = copiesBehind(sides, { old, fresh }, objectOf);
    if (copies === 'unknown') return null;
    if (copies === null) continue;
    const { component, pods } = copies;
    found.push({ id: serving.id, component, both: bothOf(serving, old, pods), wanted });
  }
  return found;
}

function isService(id: ObjectId): boolean {
  return groupKindOf(id) === '/Service';
}

interface Behind {
  readonly component: string;
  /** The labels of the pods of each copy. */
  readonly pods: readonly [old: Labels, fresh: Labels];
}

/** The component whose old copy the one text leads to, and whose new copy the other does; null where it is not of steps. */
function copiesBehind(
  { from, to, components }: Sides,
  { old, fresh }: { readonly old: KubeObject; readonly fresh: KubeObject },
  objectOf: ObjectOf,
): Behind | 'unknown' | null {
  const [was, will] = [selectorOf(old), selectorOf(fresh)];
  if (isEqual(was, will)) return null;
  for (const { name, old: before, fresh: after } of components) {
    const [left, right] = [podsOf(from, before, objectOf), podsOf(to, after, objectOf)];
    if (left === null || right === null) return 'unknown';
    const [oldPods, freshPods] = [left.find(leadsTo(was)), right.find(leadsTo(will))];
    if (oldPods !== undefined && freshPods !== undefined) return { component: name, pods: [oldPods, freshPods] };
  }
  return null;
}

function podsOf({ objects }: AppContent, ids: readonly ObjectId[], objectOf: ObjectOf): readonly Labels[] | null {
  const texts = objects.filter(({ id }) => ids.includes(id)).map(({ digest }) => objectOf(digest));
  return texts.includes(null) ? null : texts.map((text) => podLabels(text as KubeObject));
}

function leadsTo(selector: Labels): (pods: Labels) => boolean {
  return (pods) => Object.keys(selector).length > 0 && matchesLabels(selector, pods);
}

function selectorOf(service: KubeObject): Labels {
  return labelsAt(service, 'spec', 'selector');
}

/** The labels by which the pods of a component are known, whatever their copy is called. */
const ofComponent = [label.name, label.appComponent, label.partOf] as const;

/** The Service led to the pods of both copies, by the labels that both have. */
function bothOf(serving: BundleObject, old: KubeObject, [before, after]: Behind['pods']): Derived | null {
  const common = ofComponent.filter((key) => before[key] !== undefined && before[key] === after[key]);
  if (common.length < ofComponent.length) return null;
  const selector = Object.fromEntries(common.map((key) => [key, before[key] ?? '']));
  return derived(serving, { ...old, spec: { ...(old['spec'] as object), selector } });
}
