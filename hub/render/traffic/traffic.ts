import type { ApplicationDeployment, Capabilities, Traffic } from '../../model/documents.ts';
import { namespaceOf } from '../../model/documents.ts';
import { idOf, objectId, type KubeObject } from '../../../shared/model/object.ts';
import { providerOf, type ProviderName } from '../../../shared/model/traffic.ts';
import type { BundleTraffic } from '../../../shared/wire/revision.ts';
import type { RenderFault } from '../../model/fault.ts';
import { unitLabels } from '../labels.ts';
import { chooseProvider, classNameOf, gatewaysOf, type Choice } from './choose.ts';
import { providers } from './providers/list.ts';
import type { ProviderRenderer, TrafficHeader } from './providers/provider.ts';
import { rulesOn } from './rules.ts';
import { unservedFaults } from './unserved.ts';
import {
  revisionServices,
  serviceNames,
  sharedName,
  sharedServices,
  type PlacedRevision,
  type ServiceNames,
} from './services.ts';

/** The cluster that traffic is rendered for. */
export interface TrafficCluster {
  readonly name: string;
  readonly capabilities: Capabilities | null;
  /** The provider of the unit's traffic there now; null where none flows. */
  readonly currentProvider: ProviderName | null;
}

/** Traffic of one deployment on one cluster; `held` = its objects wait (and why), Services are there. */
export interface TrafficOutcome {
  /** Services by the revision that they stand for. */
  readonly ofRevision: ReadonlyMap<string, readonly KubeObject[]>;
  /** Objects of the deployment as a whole: the traffic object, and Services over all revisions. */
  readonly objects: readonly KubeObject[];
  readonly traffic: readonly BundleTraffic[];
  readonly notes: readonly string[];
  readonly warning: Pick<RenderFault, 'code' | 'message' | 'hint'> | null;
  readonly faults: readonly RenderFault[];
}

/** Where nothing is led anywhere. */
export const nothing: TrafficOutcome = {
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
  cluster: TrafficCluster,
  list: readonly ProviderRenderer[] = providers,
): TrafficOutcome {
  const { traffic } = doc.spec;
  if (traffic === undefined || traffic.http.length === 0) return nothing;
  const names = serviceNames(traffic, revisions);
  const { ofRevision, faults } = revisionServices(traffic, revisions, names);
  if (faults.length > 0) return { ...nothing, faults };
  const base = { ...nothing, ofRevision };
  const choice = chooseProvider(traffic, cluster.capabilities, cluster.currentProvider, list);
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
      return renderProvider(withNote(base, choice), {
        doc,
        traffic,
        revisions,
        names,
        provider: choice.provider,
        capabilities: cluster.capabilities,
      });
  }
}

// Without a note, a better provider that was installed later would seem to be ignored.
function withNote(base: TrafficOutcome, { provider, better }: Extract<Choice, { kind: 'provider' }>): TrafficOutcome {
  if (better === null) return base;
  return {
    ...base,
    notes: [`traffic stays on ${provider.name}; to move it to ${better.name}, name that as traffic.provider`],
  };
}

// The cluster lacks the provider that the document names: the running objects stay as they are.
function withoutProvider(
  base: TrafficOutcome,
  traffic: Traffic,
  cluster: string,
  offered: readonly ProviderName[],
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
  readonly names: ServiceNames;
  readonly provider: ProviderRenderer;
  readonly capabilities: Capabilities | null;
}

function renderProvider(base: TrafficOutcome, scene: Scene): TrafficOutcome {
  const { doc, traffic, revisions, names, provider } = scene;
  const placement = {
    replicas: new Map(revisions.map(({ name, replicas }) => [name, replicas])),
    service: names.ofRevision,
    sharedService: (revision: string, component: string) => sharedName(traffic, revisions, { revision, component }),
  };
  const facts = providerOf(provider.name);
  const unserved = facts.hasWeights ? unservedFaults(traffic, revisions) : [];
  if (unserved.length > 0) return { ...nothing, faults: unserved };
  const { rules, notes } = rulesOn(traffic, placement, facts);
  if (rules.length === 0) return { ...base, notes };
  const shape = provider.render(headerOf(scene), rules);
  if ('fault' in shape) {
    return { ...nothing, faults: [{ ...faultAt(shape.fault), code: 'UNSUPPORTED', hint: shape.hint }] };
  }
  const { object, pointer } = shape;
  const services = facts.hasWeights ? [] : sharedServices(rules, revisions, doc.metadata.name);
  const targets = rules.flatMap(({ backends }, rule) =>
    backends.map(({ revision, component, service, weight }, backend) => ({
      rule,
      revision,
      component,
      service: objectId({ group: '', kind: 'Service', namespace: namespaceOf(doc), name: service }),
      weight,
      ...(pointer !== null && { pointer: pointer(rule, backend) }),
    })),
  );
  const entry: BundleTraffic = { provider: provider.name, id: idOf(object), targets };
  return { ...base, objects: [object, ...services], traffic: [entry], notes: [...base.notes, ...notes] };
}

function headerOf({ doc, traffic, revisions, provider, capabilities }: Scene): TrafficHeader {
  const { name } = doc.metadata;
  return {
    metadata: { name, namespace: namespaceOf(doc), labels: unitLabels(revisions[0]?.application ?? name, name) },
    hosts: traffic.hosts,
    gateways: gatewaysOf(traffic, provider.name, capabilities),
    className: classNameOf(provider.name, capabilities),
  };
}

function held(base: TrafficOutcome, cluster: string, why: string, hint: string): TrafficOutcome {
  const message = `traffic is held on ${cluster}: ${why}`;
  return { ...base, notes: [`traffic is held: ${why}`], warning: { code: 'TRAFFIC_UNAVAILABLE', message, hint } };
}

function faultAt(message: string): RenderFault {
  return { code: 'TRAFFIC_UNAVAILABLE', message, path: ['spec', 'traffic'] };
}
