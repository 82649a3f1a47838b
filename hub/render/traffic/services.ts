import type { Traffic } from '../../model/documents.ts';
import type { RenderFault } from '../../model/fault.ts';
import { idOf, type KubeObject } from '../../../shared/model/object.ts';
import { isSameSelection, revisionService, runsPods, sharedService, type ServedComponent } from '../services.ts';
import type { Rule } from './rules.ts';

/** A revision that is placed on the cluster, as traffic sees it. */
export interface PlacedRevision {
  readonly name: string;
  readonly application: string;
  readonly replicas: number | null;
  /** The Services that its components have. */
  readonly services: readonly KubeObject[];
  readonly served: (component: string) => Omit<ServedComponent, 'ports'> | null;
}

/** The names of the Services of a deployment's revisions. */
export interface ServiceNames {
  readonly ofRevision: (revision: string, component: string) => string;
}

/** Services by the revision that they stand for, or why a target has none. */
export interface RevisionServices {
  readonly ofRevision: ReadonlyMap<string, readonly KubeObject[]>;
  readonly faults: readonly RenderFault[];
}

/**
 * Names each Service `REVISION` when the revision has one component with traffic and no other Service of that name leads to
 * other pods, else `REVISION-COMPONENT`.
 */
export function serviceNames(traffic: Traffic, revisions: readonly PlacedRevision[]): ServiceNames {
  const components = new Map<string, Set<string>>();
  for (const { revisionName, componentName } of traffic.http.flatMap(({ weightedTargets }) => weightedTargets)) {
    components.set(revisionName, (components.get(revisionName) ?? new Set()).add(componentName));
  }
  return {
    ofRevision: (revision, component) => {
      const served = servedBy(revisions, revision, component);
      const isOnly = (components.get(revision)?.size ?? 1) === 1;
      const isFree = served === null || !isTaken(revisions, revisionService({ ...served, ports: [] }, revision));
      return isOnly && isFree ? revision : `${revision}-${component}`;
    },
  };
}

function isTaken(revisions: readonly PlacedRevision[], service: KubeObject): boolean {
  return revisions.some(({ services }) =>
    services.some((other) => idOf(other) === idOf(service) && !isSameSelection(other, service)),
  );
}

/**
 * The name of the Service over all revisions: `APPLICATION`, or `APPLICATION-COMPONENT` where several have traffic or a
 * component has a Service of that name.
 */
export function sharedName(
  traffic: Traffic,
  revisions: readonly PlacedRevision[],
  { revision, component }: { readonly revision: string; readonly component: string },
): string {
  const application = revisions.find(({ name }) => name === revision)?.application ?? '';
  const ofApplication = new Set(revisions.filter((one) => one.application === application).map(({ name }) => name));
  const components = traffic.http
    .flatMap(({ weightedTargets }) => weightedTargets)
    .filter(({ revisionName }) => ofApplication.has(revisionName))
    .map(({ componentName }) => componentName);
  const isOther = revisions.some(({ services }) => services.some(({ metadata }) => metadata.name === application));
  return new Set(components).size === 1 && !isOther ? application : `${application}-${component}`;
}

/** The Services over all revisions that the rules with matches lead to. */
export function sharedServices(
  rules: readonly Rule[],
  revisions: readonly PlacedRevision[],
  unitName: string,
): readonly KubeObject[] {
  const first = rules.flatMap(({ match, backends }) => (match.length > 0 ? backends.slice(0, 1) : []));
  return [...Map.groupBy(first, ({ service }) => service)].flatMap(([name, backends]) => {
    const [backend] = backends;
    const served = backend === undefined ? null : servedBy(revisions, backend.revision, backend.component);
    const ports = sorted(new Set(backends.map(({ port }) => port)));
    return served === null ? [] : [sharedService({ ...served, ports }, name, unitName)];
  });
}

/** The Service of each component of each placed revision that traffic reaches. */
export function revisionServices(
  traffic: Traffic,
  revisions: readonly PlacedRevision[],
  names: ServiceNames,
): RevisionServices {
  const faults: RenderFault[] = [];
  const found = new Map<string, { readonly served: Omit<ServedComponent, 'ports'>; readonly ports: Set<number> }>();
  traffic.http.forEach(({ weightedTargets }, rule) => {
    weightedTargets.forEach(({ revisionName, componentName, port }, place) => {
      if (!revisions.some(({ name }) => name === revisionName)) return;
      const served = servedBy(revisions, revisionName, componentName);
      const path = ['spec', 'traffic', 'http', rule, 'weightedTargets', place, 'componentName'];
      if (served === null || !runsPods(served.component)) {
        const message =
          served === null
            ? `${revisionName} has no component ${componentName}`
            : `component ${componentName} runs no pods`;
        faults.push({ code: 'REFERENCE_NOT_FOUND', message, path });
        return;
      }
      const id = `${revisionName} ${componentName}`;
      const entry = found.get(id) ?? { served, ports: new Set<number>() };
      entry.ports.add(port);
      found.set(id, entry);
    });
  });
  const ofRevision = new Map<string, KubeObject[]>();
  for (const { served, ports } of found.values()) {
    const name = names.ofRevision(served.revision, served.component.component);
    const service = revisionService({ ...served, ports: sorted(ports) }, name);
    ofRevision.set(served.revision, [...(ofRevision.get(served.revision) ?? []), service]);
  }
  return { ofRevision, faults };
}

function servedBy(
  revisions: readonly PlacedRevision[],
  revision: string,
  component: string,
): Omit<ServedComponent, 'ports'> | null {
  return revisions.find(({ name }) => name === revision)?.served(component) ?? null;
}

function sorted(ports: ReadonlySet<number>): readonly number[] {
  return [...ports].sort((a, b) => a - b);
}
