import type { Application, ApplicationDeployment, Capabilities, Cluster, Definition } from './documents.ts';
import type { Digest } from '../../shared/lib/canonical.ts';
import type { Labels } from '../../shared/model/selector.ts';
import type { Place, Problem, Sourced } from './source.ts';

/** The good part of a snapshot: every document that is valid by itself and against the others. */
export interface Fleet {
  readonly commit: string;
  readonly repository: string;
  readonly applications: readonly Sourced<Application>[];
  readonly deployments: readonly Sourced<ApplicationDeployment>[];
  readonly clusters: readonly Sourced<Cluster>[];
  readonly definitions: readonly Sourced<Definition>[];
  readonly files: ReadonlyMap<string, string>;
  /** `Kind namespace/name` of documents that are there but broken, or whose file does not parse: frozen as last seen. */
  readonly frozen: ReadonlySet<string>;
  /** Applications (`namespace/name`) that a broken ApplicationDeployment names: they only record revisions. */
  readonly recordOnly?: ReadonlySet<string>;
}

/** What validate returns: the fleet, and everything that is wrong. */
export interface Validated {
  readonly fleet: Fleet;
  /** Documents of ours that are broken: of some it cannot be told which they are (a kind that is unknown, a shape that is cut). */
  readonly unread?: readonly UnreadDocument[];
  /** Applications that are broken, as far as they can be read: only for finding more that is wrong with them. */
  readonly drafts?: readonly Sourced<Application>[];
  readonly problems: readonly Problem[];
}

/** A document that is there and not in force. */
export interface UnreadDocument {
  readonly place: Place;
  /** `Kind namespace/name` as far as it can be told. */
  readonly id: string | null;
  /** Of its value, where its shape is sound and what it says is wrong; absent = it cannot be read. */
  readonly digest?: Digest;
}

/** A cluster as placement and deliveries see it. */
export interface Site {
  readonly name: string;
  readonly labels: Labels;
}

/** A cluster as rendering sees it. `capabilities` null = not known yet: traffic objects are held. */
export interface Target extends Site {
  readonly capabilities: Capabilities | null;
  /** The version of Kubernetes that its agent reported; absent = not known. */
  readonly kubernetes?: string;
}

/** One revision of an application, pinned: `NAME-vN`, its spec, and the CUE text of every definition that it uses. */
export interface RevisionRecord {
  /** Application `namespace/name`. */
  readonly app: string;
  readonly number: number;
  readonly name: string;
  readonly specDigest: string;
  readonly commit: string;
  /** ISO time at which the hub recorded it; absent in previews, and for revisions that are older than this member. */
  readonly at?: string;
  readonly application: Application;
  /** Definition texts by `Kind/type`. */
  readonly definitions: Readonly<Record<string, PinnedDefinition>>;
  /** Files that the components refer to, by path. */
  readonly files: Readonly<Record<string, string>>;
  /** What the workloads of components are called that are not called after them: by component. */
  readonly copies?: Readonly<Record<string, string>>;
}

/** The CUE texts by which a definition says how well it is: `isHealth`, `message`, and details by name. */
export interface StatusTexts {
  readonly healthPolicy?: string;
  readonly customStatus?: string;
  readonly details?: string;
}

/** A definition as a revision pins it. */
export interface PinnedDefinition {
  readonly kind: 'ComponentDefinition' | 'TraitDefinition' | 'PolicyDefinition';
  readonly type: string;
  readonly template: string;
  readonly inPlace: boolean;
  readonly appliesToWorkloads: readonly string[];
  /** How it says how well it is; absent = by the rules for kinds alone. */
  readonly status?: StatusTexts;
  /** When the objects that a trait makes are applied; absent = with the workload. */
  readonly stage?: 'pre' | 'post';
  /** Where the objects of a trait say which workload they are about, such as `spec.workloadRef`; absent = nowhere. */
  readonly workloadRefPath?: string;
  /** True for a trait whose objects stand in for the workload of the component: that is not delivered. */
  readonly manageWorkload?: true;
  /**
   * By which rules its patches are merged: as KubeVela does it. Absent in what release 0.1.0 recorded, which goes on by the rules
   * of then (lists by the keys that Kubernetes gives them, everything else replaced): a new hub changes nothing that runs.
   */
  readonly patches?: 'unified';
}

/** All revisions that were ever recorded, by application, oldest first, and which of them the file says now. */
export interface RevisionHistory {
  readonly revisions: ReadonlyMap<string, readonly RevisionRecord[]>;
  /** Application key -> name of the revision that its document says now. */
  readonly newest: ReadonlyMap<string, string>;
}
