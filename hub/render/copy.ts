import { factsOf } from '../../shared/model/kinds.ts';
import { label } from '../../shared/model/names.ts';
import { idOf, type KubeObject, type ObjectId } from '../../shared/model/object.ts';
import { matchesLabels, type Labels } from '../../shared/model/selector.ts';
import { by } from '../../shared/lib/order.ts';
import { mapAt, type JsonMap } from '../model/json-map.ts';
import { withIds } from './made.ts';
import type { RevisionComponent } from './revision-component.ts';
import { isService } from './services.ts';
import { podOf } from './workload.ts';

/**
 * A component as a copy beside another one (pure): its workload, and what is named after that, as `copy` was rendered under the name of
 * the copy; its Services, and what exists once (an Ingress, a CronJob), as `plain` was under the name of the component, where callers
 * look for it. They lead to the pods of the copy.
 */
export function asCopy(plain: RevisionComponent, copy: RevisionComponent): RevisionComponent {
  const name = copy.contextName;
  const pods = copy.shared.flatMap((object): readonly Labels[] => {
    const pod = podOf(object);
    return pod === null ? [] : [pod.labels];
  });
  const inPlace = new Map(plain.shared.filter(isInPlace).map((object) => [idOf(object), object]));
  const renamed = new Map<ObjectId, ObjectId>();
  const selectors = new Map<ObjectId, unknown>();
  const own = copy.shared.flatMap((object) => {
    const id = plainIdOf(object, copy);
    if (!isInPlace(object) || !inPlace.has(id)) return [object];
    renamed.set(idOf(object), id);
    selectors.set(id, mapAt(object, 'spec', 'selector'));
    // Under a name that is its own, what the copy says counts.
    return id === idOf(object) ? [object] : [];
  });
  const known = new Set(own.map(idOf));
  const once = [...inPlace].flatMap(([id, object]) => (known.has(id) ? [] : [withSelector(object, selectors.get(id))]));
  const idOfMade = (id: ObjectId): ObjectId => renamed.get(id) ?? id;
  return {
    ...copy,
    shared: [...own, ...once].map((object) => withCopy(object, name, pods)).sort(by(idOf)),
    ...(copy.stages !== undefined && {
      stages: new Map([...copy.stages].map(([id, stage]) => [idOfMade(id), stage] as const)),
    }),
    ...(copy.checks !== undefined && { checks: copy.checks.map((check) => withIds(check, idOfMade)) }),
  };
}

/** True for what is found by its name, or acts by itself: there is one of it, whichever copy serves. */
function isInPlace(object: KubeObject): boolean {
  const { role } = factsOf(idOf(object));
  return isService(object) || role === 'route' || role === 'schedule';
}

/** The id of an object of a copy under the name of its component. */
function plainIdOf(object: KubeObject, { component, contextName }: RevisionComponent): ObjectId {
  const { name } = object.metadata;
  const isNamed = name === contextName || name.startsWith(`${contextName}-`);
  if (!isNamed) return idOf(object);
  return idOf({ ...object, metadata: { ...object.metadata, name: component + name.slice(contextName.length) } });
}

function withSelector(object: KubeObject, selector: unknown): KubeObject {
  if (!isService(object) || selector === undefined) return object;
  return { ...object, spec: { ...mapAt(object, 'spec'), selector } };
}

/** The object with the label of the copy: on its pods and in its selector, and in the selector of a Service that leads to them. */
function withCopy(object: KubeObject, name: string, pods: readonly Labels[]): KubeObject {
  const own = { [label.copy]: name };
  const spec = mapAt(object, 'spec');
  if (spec === undefined) return object;
  if (isService(object)) {
    const selector = (mapAt(spec, 'selector') ?? {}) as Labels;
    const leads = Object.keys(selector).length > 0 && pods.some((labels) => matchesLabels(selector, labels));
    return leads ? { ...object, spec: { ...spec, selector: { ...selector, ...own } } } : object;
  }
  const template = mapAt(spec, 'template');
  if (podOf(object) === null || template === undefined) return object;
  const metadata = mapAt(template, 'metadata');
  const labelled: JsonMap = {
    ...template,
    metadata: { ...metadata, labels: { ...mapAt(metadata, 'labels'), ...own } },
  };
  const matchLabels = mapAt(spec, 'selector', 'matchLabels');
  const selector =
    matchLabels === undefined
      ? {}
      : { selector: { ...mapAt(spec, 'selector'), matchLabels: { ...matchLabels, ...own } } };
  return {
    ...object,
    metadata: { ...object.metadata, labels: { ...object.metadata.labels, ...own } },
    spec: { ...spec, ...selector, template: labelled },
  };
}
