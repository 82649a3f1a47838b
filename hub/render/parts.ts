import { factsOf } from '../../shared/model/kinds.ts';
import { idOf, type KubeObject } from '../../shared/model/object.ts';
import { mapAt } from '../model/json-map.ts';
import { isCommon } from './common-objects.ts';
import { commonFacts, withLabels, withoutRevision, type LabelFacts } from './labels.ts';
import type { ObjectOrigin } from './origin.ts';
import { autoscaled } from './workload.ts';

/** An object that is delivered as it is written: under its own name, and under the one that tells its revision apart. */
export interface WrittenObject {
  readonly own: KubeObject;
  readonly plain: KubeObject;
  /** The Deployment that it is, or scales, by the name that is written: what refers to one another is named alike. */
  readonly group: string;
}

/** What made an object. */
export type OriginOf = (object: KubeObject) => ObjectOrigin;

/** An object as it is delivered, and what it was made from. */
export interface Piece {
  readonly from: KubeObject;
  readonly object: KubeObject;
}

/** The objects of a component: those of its revision alone, and those that are updated in place. */
export interface Parts {
  readonly own: readonly Piece[];
  readonly shared: readonly Piece[];
  readonly written?: readonly WrittenObject[];
}

/** The objects of a component that its templates make, with their labels. */
export function splitRendered(objects: readonly KubeObject[], facts: LabelFacts, originOf: OriginOf): Parts {
  const shared: Piece[] = [];
  const own: Piece[] = [];
  for (const from of objects) {
    const plain = withoutRevision(from, facts);
    const origin = originOf(from);
    if (!facts.isSuffixed) shared.push({ from, object: withLabels(from, facts, origin) });
    else if (isCommon(plain, facts)) shared.push({ from, object: withLabels(plain, commonFacts(facts), origin) });
    else own.push({ from, object: withLabels(from, facts, origin) });
  }
  return { own, shared };
}

/**
 * The objects of a component that are delivered as they are written, with their labels. Only Deployments and the autoscalers that target
 * them can live side by side (`written-names.ts` says when they do): to rename an object, every reference to it must be known.
 */
export function splitVerbatim(
  objects: readonly KubeObject[],
  facts: LabelFacts,
  { isUnderDeployment, originOf }: { readonly isUnderDeployment: boolean; readonly originOf: OriginOf },
): Parts {
  const inPlace = (from: KubeObject): Piece => ({ from, object: withLabels(from, facts, originOf(from)) });
  if (!isUnderDeployment) return { own: [], shared: objects.map(inPlace) };
  const deployments = new Set(objects.filter(isDeployment).map(({ metadata }) => metadata.name));
  const isOwn = (object: KubeObject): boolean =>
    isDeployment(object) ||
    (isAutoscaler(object) && [...autoscaled([object])].some((ref) => refersTo(ref, deployments)));
  const suffix = facts.revision?.suffix ?? '';
  const sideBySide = { ...facts, isSuffixed: true };
  const own = objects.filter(isOwn).map((from) => ({
    from,
    object: withLabels(renamed(from, suffix), sideBySide, originOf(from)),
    plain: inPlace(from).object,
  }));
  return {
    own,
    shared: objects.filter((object) => !isOwn(object)).map(inPlace),
    written: own.map(({ from, object, plain }) => ({ own: object, plain, group: groupOf(from) })),
  };
}

/** The Deployment that an object is, or scales. */
function groupOf(object: KubeObject): string {
  return isDeployment(object) ? object.metadata.name : String(mapAt(object, 'spec', 'scaleTargetRef')?.['name']);
}

function isDeployment({ apiVersion, kind }: KubeObject): boolean {
  return kind === 'Deployment' && apiVersion.startsWith('apps/');
}

function isAutoscaler(object: KubeObject): boolean {
  return factsOf(idOf(object)).role === 'autoscaler';
}

function refersTo(ref: string, deployments: ReadonlySet<string>): boolean {
  return ref.startsWith('Deployment/') && deployments.has(ref.slice('Deployment/'.length));
}

function renamed(object: KubeObject, suffix: string): KubeObject {
  const metadata = { ...object.metadata, name: `${object.metadata.name}-${suffix}` };
  const target = mapAt(object, 'spec', 'scaleTargetRef');
  if (target === undefined) return { ...object, metadata };
  const scaleTargetRef = { ...target, name: `${String(target['name'])}-${suffix}` };
  return { ...object, metadata, spec: { ...mapAt(object, 'spec'), scaleTargetRef } };
}
