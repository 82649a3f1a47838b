import type { ApplicationDeployment, Capabilities, Traffic } from '../../model/documents.ts';
import { namespaceOf } from '../../model/documents.ts';
import { idOf, objectId, type KubeObject } from '../../../shared/model/object.ts';
import type { BundleTraffic } from '../../../shared/wire/revision.ts';
import type { RenderFault } from '../../model/fault.ts';
import { unitLabels } from '../labels.ts';
import { revisionService, runsPods, sharedService, type ServedComponent } from '../services.ts';
import { gatewaysOf, chooseProvider, type Choice, type Provider } from './provider.ts';
import { httpRoute } from './gatewayapi.ts';
import { ingress } from './ingress.ts';
import { virtualService } from './istio.ts';
import { rulesOn, type Rule, type Way } from './rules.ts';
import type { TrafficHeader, TrafficShape } from './shape.ts';

/** A revision that is placed on the cluster, as traffic sees it. */
export interface PlacedRevision {
  readonly name: string;
  readonly application: string;
  readonly replicas: number | null;
  readonly served: (component: string) => Omit<ServedComponent, 'ports'> | null;
}

/** Traffic of one deployment on one cluster; `held` = its objects wait (and why), Services are there. */
export interface TrafficOutcome {
  /** Services by the revision that they stand for. */
  readonly ofRevision: ReadonlyMap<string, readonly KubeObject[]>;
  /** What belongs to the deployment as a whole: the traffic object, and Services over all revisions. */
  readonly objects: readonly KubeObject[];
  readonly traffic: readonly BundleTraffic[];
  readonly notes: readonly string[];
  readonly warning: Pick<RenderFault, 'code' | 'message' | 'hint'> | null;
  readonly faults: readonly RenderFault[];
}

const nothing: TrafficOutcome = {
  ofRevision: new Map(),
  objects: [],
  traffic: [],
  notes: [],
  warning: null,
  faults: [],
};

/** Renders the Services and the traffic object of a deployment for one cluster. */
export function renderTraffic(
  doc: ApplicationDeployment,
  revisions: readonly PlacedRevision[],
  cluster: { readonly name: string; readonly capabilities: Capabilities | null; readonly carrier: Provider | null },
): TrafficOutcome {
  const { traffic } = doc.spec;
  if (traffic === undefined || traffic.http.length === 0) return nothing;
  const names = serviceNames(traffic);
  const { ofRevision, faults } = revisionServices(traffic, revisions, names);
  if (faults.length > 0) return { ...nothing, faults };
  const base = { ...nothing, ofRevision };
  const choice = chooseProvider(traffic, cluster.capabilities, cluster.carrier);
  switch (choice.kind) {
    case 'none':
      return base;
    case 'unknown':
      return held(
        base,
        cluster.name,
        'its capabilities are not known yet',
        'declare them in spec.capabilities of the Cluster, or with cluster join --capabilities',
      );
    case 'missing':
      return withoutProvider(base, traffic, cluster.name, choice.offered);
    case 'provider':
      return carried(withNote(base, choice), {
        doc,
        traffic,
        revisions,
        names,
        provider: choice.provider,
        capabilities: cluster.capabilities,
      });
  }
}

// Somebody who installs a better provider wonders why nothing happens.
function withNote(base: TrafficOutcome, { provider, better }: Extract<Choice, { kind: 'provider' }>): TrafficOutcome {
  if (better === null) return base;
  return { ...base, notes: [`traffic stays on ${provider}; to move it to ${better}, name that as traffic.provider`] };
}

// A provider that was asked for by name and is not there: what runs stays as it is.
function withoutProvider(
  base: TrafficOutcome,
  traffic: Traffic,
  cluster: string,
  offered: readonly Provider[],
): TrafficOutcome {
  const hint = 'declare what it offers in spec.capabilities of the Cluster';
  if (traffic.provider === 'auto') return held(base, cluster, 'it offers no traffic provider', hint);
  const offers = offered.length === 0 ? 'no traffic provider' : offered.join(', ');
  return { ...nothing, faults: [{ ...faultAt(`${cluster} offers ${offers}, not ${traffic.provider}`), hint }] };
}

interface Scene {
  readonly doc: ApplicationDeployment;
  readonly traffic: Traffic;
  readonly revisions: readonly PlacedRevision[];
  readonly names: ReadonlyMap<string, string>;
  readonly provider: Provider;
  readonly capabilities: Capabilities | null;
}

function carried(base: TrafficOutcome, scene: Scene): TrafficOutcome {
  const { doc, traffic, provider } = scene;
  const placement = {
    replicas: new Map(scene.revisions.map(({ name, replicas }) => [name, replicas])),
    service: (revision: string, component: string) => scene.names.get(key(revision, component)) ?? revision,
  };
  const { rules, notes } = rulesOn(traffic, placement, provider === 'ingress');
  if (rules.length === 0) return { ...base, notes };
  const shared = new Map<string, { readonly way: Way; readonly ports: Set<number> }>();
  const shape = shapeOf(scene, rules, (way) => {
    const name = sharedName(scene, way);
    const entry = shared.get(name) ?? { way, ports: new Set<number>() };
    entry.ports.add(way.port);
    shared.set(name, entry);
    return name;
  });
  if ('fault' in shape) {
    return { ...nothing, faults: [{ ...faultAt(shape.fault), code: 'UNSUPPORTED', hint: shape.hint }] };
  }
  const services = [...shared].flatMap(([name, { way, ports }]) => {
    const served = servedBy(scene.revisions, way.revision, way.component);
    return served === null
      ? []
      : [sharedService({ ...served, ports: [...ports].sort((a, b) => a - b) }, name, doc.metadata.name)];
  });
  // What the traffic object itself leads to: under an Ingress with a match, the Service that all revisions share.
  const leadsTo = (rule: Rule, way: Way) =>
    provider === 'ingress' && rule.match.length > 0 ? sharedName(scene, way) : way.service;
  const targets = rules.flatMap((one, rule) =>
    one.ways.map((way, place) => ({
      rule,
      revision: way.revision,
      component: way.component,
      service: objectId({ group: '', kind: 'Service', namespace: namespaceOf(doc), name: leadsTo(one, way) }),
      weight: way.weight,
      ...(shape.pointer !== null && { pointer: shape.pointer(rule, place) }),
    })),
  );
  const entry: BundleTraffic = { provider, id: idOf(shape.object), targets };
  return { ...base, objects: [shape.object, ...services], traffic: [entry], notes: [...base.notes, ...notes] };
}

function shapeOf(scene: Scene, rules: readonly Rule[], shared: (way: Way) => string): TrafficShape {
  const { doc, traffic, provider, capabilities } = scene;
  const header = (gateways: readonly string[]): TrafficHeader => ({
    metadata: {
      name: doc.metadata.name,
      namespace: namespaceOf(doc),
      labels: unitLabels(scene.revisions[0]?.application ?? doc.metadata.name, doc.metadata.name),
    },
    hosts: traffic.hosts,
    gateways,
  });
  if (provider === 'istio') return virtualService(header(gatewaysOf(traffic, provider, capabilities)), rules);
  if (provider === 'gateway-api') return httpRoute(header(gatewaysOf(traffic, provider, capabilities)), rules);
  const className = typeof capabilities?.ingress === 'object' ? capabilities.ingress.className : undefined;
  return ingress(header([]), rules, { className, sharedService: shared });
}

// `REVISION` when the revision has one component with traffic, else `REVISION-COMPONENT`.
function serviceNames(traffic: Traffic): ReadonlyMap<string, string> {
  const components = new Map<string, Set<string>>();
  for (const { revisionName, componentName } of traffic.http.flatMap(({ weightedTargets }) => weightedTargets)) {
    components.set(revisionName, (components.get(revisionName) ?? new Set()).add(componentName));
  }
  const names = [...components].flatMap(([revision, all]) =>
    [...all].map(
      (component) => [key(revision, component), all.size === 1 ? revision : `${revision}-${component}`] as const,
    ),
  );
  return new Map(names);
}

function sharedName({ traffic, revisions }: Scene, way: Way): string {
  const application = revisions.find(({ name }) => name === way.revision)?.application ?? '';
  const ofApplication = new Set(
    revisions.filter((revision) => revision.application === application).map(({ name }) => name),
  );
  const components = traffic.http
    .flatMap(({ weightedTargets }) => weightedTargets)
    .filter(({ revisionName }) => ofApplication.has(revisionName))
    .map(({ componentName }) => componentName);
  return new Set(components).size === 1 ? application : `${application}-${way.component}`;
}

function revisionServices(
  traffic: Traffic,
  revisions: readonly PlacedRevision[],
  names: ReadonlyMap<string, string>,
): Pick<TrafficOutcome, 'ofRevision' | 'faults'> {
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
      const id = key(revisionName, componentName);
      const entry = found.get(id) ?? { served, ports: new Set<number>() };
      entry.ports.add(port);
      found.set(id, entry);
    });
  });
  const ofRevision = new Map<string, KubeObject[]>();
  for (const [id, { served, ports }] of found) {
    const service = revisionService(
      { ...served, ports: [...ports].sort((a, b) => a - b) },
      names.get(id) ?? served.revision,
    );
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

function held(base: TrafficOutcome, cluster: string, why: string, hint: string): TrafficOutcome {
  const message = `traffic is held on ${cluster}: ${why}`;
  return { ...base, notes: [`traffic is held: ${why}`], warning: { code: 'TRAFFIC_UNAVAILABLE', message, hint } };
}

function faultAt(message: string): RenderFault {
  return { code: 'TRAFFIC_UNAVAILABLE', message, path: ['spec', 'traffic'] };
}

function key(revision: string, component: string): string {
  return `${revision} ${component}`;
}
