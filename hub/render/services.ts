import { canonicalJson } from '../../shared/lib/canonical.ts';
import { label } from '../../shared/model/names.ts';
import { idOf, type KubeObject } from '../../shared/model/object.ts';
import { serviceLabels, suffixOf, unitLabels } from './labels.ts';
import { applyPatch, patchRulesOf } from './patch.ts';
import type { RevisionComponent } from './revision-component.ts';
import { podOf } from './workload.ts';
import { mapAt } from '../model/json-map.ts';

/** A component of a placed revision that traffic reaches, on the ports that the targets name. */
export interface ServedComponent {
  readonly namespace: string;
  readonly application: string;
  readonly revision: string;
  readonly component: RevisionComponent;
  readonly ports: readonly number[];
  /** True when its pods are of this revision, so that its label counts where they carry one. */
  readonly hasRevisionLabel: boolean;
  /** The replicas of its workloads here; null where nothing sets them. */
  readonly replicas: number | null;
}

/** The Service of one component of one revision. */
export function revisionService(served: ServedComponent, name: string): KubeObject {
  const { component, revision, application } = served;
  const pod = podLabels(served);
  const facts = {
    application,
    component: component.component,
    contextName: component.contextName,
    revision: { name: revision, suffix: suffixOf(revision) },
  };
  return service(served, name, serviceLabels(facts), {
    [label.component]: pod[label.component] ?? component.component,
    ...(served.hasRevisionLabel && pod[label.revision] !== undefined && { [label.revision]: revision }),
  });
}

/** The Service of one component over all revisions of its application: replicas decide the split. */
export function sharedService(served: ServedComponent, name: string, unitName: string): KubeObject {
  const pod = podLabels(served);
  const labels = { ...unitLabels(served.application, unitName), [label.appComponent]: served.component.component };
  return service(served, name, labels, {
    [label.component]: pod[label.component] ?? served.component.component,
    [label.partOf]: pod[label.partOf] ?? served.application,
  });
}

/** True for a Service. */
export function isService({ apiVersion, kind }: KubeObject): boolean {
  return kind === 'Service' && apiVersion === 'v1';
}

/** True when two Services lead to the same pods. */
export function isSameSelection(a: KubeObject, b: KubeObject): boolean {
  return canonicalJson(mapAt(a, 'spec', 'selector') ?? {}) === canonicalJson(mapAt(b, 'spec', 'selector') ?? {});
}

/** True when a component runs pods, so that a Service can lead to it. */
export function runsPods(component: RevisionComponent): boolean {
  return [...component.own, ...component.shared].some((object) => podOf(object) !== null);
}

function service(
  served: ServedComponent,
  name: string,
  labels: Record<string, string>,
  selector: Record<string, string>,
): KubeObject {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name, namespace: served.namespace, labels },
    spec: {
      selector,
      ports: served.ports.map((port) => ({
        name: `http-${port}`,
        port,
        protocol: 'TCP',
        targetPort: targetPort(served.component, port),
      })),
    },
  };
}

function podLabels({ component }: ServedComponent): Readonly<Record<string, string>> {
  return podsOf(component)[0]?.labels ?? {};
}

// The component's own port: the one of that number, else the first that it declares.
function targetPort(component: RevisionComponent, port: number): number {
  const declared = podsOf(component)
    .flatMap(({ ports }) => ports)
    .map((entry) => entry['containerPort'])
    .filter((number) => typeof number === 'number');
  return declared.includes(port) ? port : (declared[0] ?? port);
}

function podsOf(component: RevisionComponent): NonNullable<ReturnType<typeof podOf>>[] {
  return [...component.own, ...component.shared].map(podOf).filter((pod) => pod !== null);
}

/** The objects with the Services of traffic: where one of their own already leads to the same pods under this name, it serves, with the ports that traffic needs. */
export function withServices(own: readonly KubeObject[], services: readonly KubeObject[]): readonly KubeObject[] {
  const objects = [...own];
  for (const service of services) {
    const index = objects.findIndex((object) => idOf(object) === idOf(service) && isSameSelection(object, service));
    const existing = objects[index];
    if (existing === undefined) objects.push(service);
    else objects[index] = applyPatch(service, existing, patchRulesOf('')) as KubeObject;
  }
  return objects;
}
