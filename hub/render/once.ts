import { factsOf } from '../../shared/model/kinds.ts';
import { idOf, type KubeObject } from '../../shared/model/object.ts';
import type { RevisionComponent } from './revision-component.ts';

/** A revision of a unit with its components, as far as this rule reads it. */
interface Listed {
  readonly record: { readonly number: number };
  readonly components: readonly RevisionComponent[];
}

/** Says of an object whether this revision gives it, and no other one. */
export type IsGiven<T> = (revision: T, component: RevisionComponent, object: KubeObject) => boolean;

/**
 * Decides which of the listed revisions gives each object that exists once: what is updated in place, and what acts by
 * itself (a CronJob, an Ingress), because a second copy of it would act a second time. It is given by the highest revision
 * that has it: while a listed revision needs it, it lives. Everything else each revision gives for itself.
 */
export function givenOnce<T extends Listed>(revisions: readonly T[]): IsGiven<T> {
  const givers = new Map<string, T>();
  for (const revision of [...revisions].sort((a, b) => a.record.number - b.record.number)) {
    const names = revision.components.flatMap((component) =>
      [...component.own, ...component.shared].map((object) => nameOnce(component, object)),
    );
    for (const name of names) if (name !== null) givers.set(name, revision);
  }
  return (revision, component, object) => {
    const name = nameOnce(component, object);
    return name === null || givers.get(name) === revision;
  };
}

/** The name that an object has in every revision, where it exists once; null for what each revision has for itself. */
function nameOnce(component: RevisionComponent, object: KubeObject): string | null {
  const id = idOf(object);
  const { role } = factsOf(id);
  if (role !== 'schedule' && role !== 'route') return component.shared.includes(object) ? id : null;
  // Where it is rendered side by side, its name begins with the suffixed name of its component.
  const { name } = object.metadata;
  const start = component.contextName;
  const plain = name === start || name.startsWith(`${start}-`) ? component.component + name.slice(start.length) : name;
  return `${id.slice(0, id.lastIndexOf('/'))}/${plain}`;
}
