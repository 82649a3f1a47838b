/** The names that Sluice puts on objects; each has one home here. */
export const owner = {
  /** Annotation: the registration that owns the object. */
  registration: 'sluice.dev/registration',
  /** Annotation: proves that a creation in flight was ours. */
  nonce: 'sluice.dev/nonce',
  /** Annotation: the application (namespace/name) that the object belongs to. */
  application: 'sluice.dev/application',
  /** Annotation in a manifest: take over an object that exists already. */
  adopt: 'sluice.dev/adopt',
  /** Annotation in a manifest: a JSON list of pointers to fields that are left to others. */
  ignoreDifferences: 'sluice.dev/ignore-differences',
  /** Annotation on an agent's Lease: what the agent says of its site. */
  says: 'sluice.dev/says',
} as const;

/** Label keys of semantics.md and delivery.md: the ones that selectors use, and those by which tools for OAM find objects. */
export const label = {
  component: 'app.oam.dev/component',
  revision: 'app.oam.dev/revision',
  /** Tells the pods of one copy of a component from those of another. */
  copy: 'sluice.dev/copy',
  appRevision: 'app.oam.dev/appRevision',
  appName: 'app.oam.dev/name',
  appNamespace: 'app.oam.dev/namespace',
  resourceType: 'app.oam.dev/resourceType',
  workloadType: 'workload.oam.dev/type',
  traitType: 'trait.oam.dev/type',
  traitResource: 'trait.oam.dev/resource',
  name: 'app.kubernetes.io/name',
  instance: 'app.kubernetes.io/instance',
  version: 'app.kubernetes.io/version',
  appComponent: 'app.kubernetes.io/component',
  partOf: 'app.kubernetes.io/part-of',
  managedBy: 'app.kubernetes.io/managed-by',
} as const;

/** The value of the managed-by label. */
export const managedBy = 'sluice';

/** The field manager of every apply: the name under which the API server records the fields that the agent owns. */
export const fieldManager = 'sluice-agent';

/** Annotations that users write on documents. */
export const annotation = {
  revisionOnly: 'app.oam.dev/revision-only',
  rolloutTemplate: 'app.oam.dev/rollout-template',
  inPlace: 'sluice.dev/in-place',
  /** Of an Application: its delivery starts nothing more; approvals of it, as `web#17[/STEP[/WAVE]]`. */
  paused: 'sluice.dev/paused',
  approved: 'sluice.dev/approved',
  /** Properties, as YAML, that show what a definition is for. */
  example: 'sluice.dev/example',
} as const;

/** Annotations by which objects say what they belong to, for the audit log of Kubernetes, where a policy wants it. */
export const auditPrefix = 'audit.sluice.dev/';

/** Prefix of the label keys that only a site may set. */
export const siteLabelPrefix = 'site.sluice.dev/';

/** Default namespace of the agent and the names of its own objects in it. */
export const agentNames = {
  namespace: 'sluice-system',
  lease: 'sluice-agent',
  state: 'sluice-state',
  key: 'sluice-agent-key',
  join: 'sluice-agent-join',
  site: 'sluice-site',
  inventoryPrefix: 'sluice-inventory-',
  keptPrefix: 'sluice-kept-',
} as const;
