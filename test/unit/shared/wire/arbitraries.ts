import fc from 'fast-check';
import type { Digest } from '../../../../shared/lib/canonical.ts';
import { appHealthOrder } from '../../../../shared/model/health.ts';
import type { Approval } from '../../../../shared/wire/approval.ts';
import type { FeedAnswer } from '../../../../shared/wire/feed.ts';
import { by } from '../../../../shared/lib/order.ts';
import { parseObjectId } from '../../../../shared/model/object.ts';
import { appKey, contentOf } from '../../../../shared/wire/bundle.ts';
import { formats } from '../../../../shared/wire/formats.ts';
import type { Numbered } from '../../../../shared/wire/formats/format.ts';
import type { Freshness } from '../../../../shared/wire/freshness.ts';
import type { Enrolment } from '../../../../shared/wire/join.ts';
import type {
  AgentReport,
  ObjectProblem,
  ReportAnswer,
  ReportApp,
  ReportChange,
  ReportedDelivery,
  ReportedObservation,
} from '../../../../shared/wire/report.ts';
import { objectPath } from '../../../../shared/wire/layout.ts';
import type {
  BundleApp,
  BundleDelivery,
  DeliveryStep,
  ObjectPolicy,
  Revision,
} from '../../../../shared/wire/revision.ts';
import type { Root } from '../../../../shared/wire/root.ts';

const hex = (length: number) =>
  fc
    .array(fc.nat(15), { minLength: length, maxLength: length })
    .map((all) => all.map((one) => one.toString(16)).join(''));
const digest = hex(64).map((text): Digest => `sha256:${text}`);
const uuid = fc.uuid();
const instant = fc
  .date({ noInvalidDate: true, min: new Date(0), max: new Date('9999-01-01') })
  .map((date) => date.toISOString());
const counter = fc.maxSafeNat();
const key = fc.uint8Array({ minLength: 32, maxLength: 32 }).map((bytes) => Buffer.from(bytes).toString('base64url'));
const name = fc.stringMatching(/^[a-z]([-a-z0-9]{0,8}[a-z0-9])?$/);
const text = fc.string({ unit: 'grapheme', maxLength: 20 });
const id = fc.tuple(name, name).map(([kind, object]) => `apps/${kind}/default/${object}`);
const pointer = name.map((step) => `/spec/${step}`);
/** Keys begin as Kubernetes wants it: `__proto__` is none, and reading drops it. */
const labels = fc.dictionary(fc.stringMatching(/^[A-Za-z0-9][-A-Za-z0-9._/]{0,9}$/), text, { maxKeys: 3 });
const few = <T>(one: fc.Arbitrary<T>) => fc.array(one, { maxLength: 3 });
const body = fc.record({ payload: text, signatures: text });
const threshold = fc.record({ keys: few(key), threshold: fc.nat(3) });
const mark = fc.record({ epoch: counter, generation: counter, revisionDigest: digest });

/** Members that may be absent. */
function partly<T extends object, O extends object>(
  always: { [K in keyof T]: fc.Arbitrary<T[K]> },
  maybe: { [K in keyof O]: fc.Arbitrary<O[K]> },
): fc.Arbitrary<T & Partial<O>> {
  const absent = fc.record(maybe, { requiredKeys: [] });
  return fc.tuple(fc.record(always), absent).map(([all, some]) => ({ ...all, ...some }) as T & Partial<O>);
}

const plainApp: fc.Arbitrary<BundleApp> = fc.record({
  namespace: name,
  name,
  digest,
  source: text,
  selector: labels,
  revisions: few(fc.record({ name, objects: few(id) })),
  replicas: few(partly({ id, pointer, value: fc.nat() }, { revision: name })),
  traffic: few(
    fc.record({
      provider: fc.constantFrom('istio', 'gateway-api', 'ingress'),
      id,
      targets: few(
        partly({ rule: fc.nat(), revision: name, component: text, service: id, weight: fc.nat(100) }, { pointer }),
      ),
    }),
  ),
  steps: fc.constant([]),
  health: fc.record({ progressDeadlineSeconds: fc.integer({ min: 1 }) }),
  notes: few(text),
  objects: few(fc.record({ id, path: text, digest })),
});

const approval: fc.Arbitrary<Approval> = partly(
  { change: digest, generation: counter, ids: few(id), by: text, at: instant },
  { signatures: fc.record({ payloadType: text, signatures: few(fc.record({ keyid: text, sig: text })) }) },
);

const problem: fc.Arbitrary<ObjectProblem> = partly({ id, code: text, message: text }, { health: text });

const reportedApp = {
  namespace: name,
  name,
  desired: fc.option(digest),
  applied: fc.option(digest),
  phase: fc.constantFrom('settled', 'scale-up', 'shift', 'delete', 'held', 'blocked'),
  health: fc.constantFrom(...appHealthOrder),
  message: text,
  revisions: few(fc.record({ name: text, ready: counter, desired: counter })),
  traffic: few(fc.record({ revision: text, weight: fc.nat(100) })),
  objects: fc.record({ total: counter, current: counter }),
  problems: few(problem),
};
const some = <T>(one: fc.Arbitrary<T>) => fc.array(one, { minLength: 1, maxLength: 3 });
const reportedDelivery: fc.Arbitrary<ReportedDelivery> = partly(
  {
    number: fc.integer({ min: 1 }),
    attempt: fc.integer({ min: 1 }),
    step: counter,
    phase: fc.constantFrom('running', 'paused', 'returned', 'done'),
  },
  { reason: text },
);
const observation: fc.Arbitrary<ReportedObservation> = partly(
  {
    ...{ id, uid: text, generation: counter },
    values: fc.dictionary(pointer, fc.oneof(text, fc.integer(), fc.constant([{ a: null }])), {
      maxKeys: 2,
      noNullPrototype: true,
    }),
  },
  { digest },
);
/** Of format 1 each application has its own time; from format 2 on all have that of the report. */
const reportApp = (format: number): fc.Arbitrary<ReportApp> =>
  format === 1
    ? fc.record({ ...reportedApp, observedAt: instant })
    : partly(reportedApp, {
        target: name,
        delivery: reportedDelivery,
        healthyForSeconds: counter,
        observations: some(observation),
      });

const policy: fc.Arbitrary<ObjectPolicy> = fc.oneof(
  partly({ type: fc.constant('apply-once' as const) }, { fields: few(pointer) }),
  fc.record({ type: fc.constantFrom('read-only' as const, 'take-over' as const, 'shared-resource' as const) }),
  fc.record({
    type: fc.constant('resource-update' as const),
    op: fc.constantFrom('patch' as const, 'replace' as const),
    recreateFields: few(pointer),
  }),
);

/** What an application's document says: names that its objects have, each object of one copy at most. */
const content = (of: { readonly namespace: string; readonly name: string }): fc.Arbitrary<Omit<BundleApp, 'digest'>> =>
  fc
    .uniqueArray(
      fc.tuple(
        partly(
          { id, digest, bytes: fc.nat(1_000) },
          { component: text, stage: fc.constantFrom('pre', 'post'), policies: few(policy) },
        ),
        fc.option(fc.constantFrom('web-v1', 'web-v2')),
      ),
      { maxLength: 4, selector: ([one]) => one.id },
    )
    .chain((objects) => {
      const ids = (copy: string) => objects.filter(([, of]) => of === copy).map(([one]) => one.id);
      const own = fc.constantFrom(id, ...objects.map(([one]) => fc.constant(one.id))).chain((one) => one);
      return partly(
        {
          namespace: fc.constant(of.namespace),
          name: fc.constant(of.name),
          source: text,
          selector: labels,
          revisions: fc.constant(['web-v2', 'web-v1'].map((copy) => ({ name: copy, objects: ids(copy).sort() }))),
          replicas: few(partly({ id: own, pointer, value: fc.nat() }, { revision: name })),
          traffic: few(
            fc.record({
              provider: fc.constantFrom('istio', 'gateway-api', 'ingress'),
              id: own,
              targets: few(
                partly(
                  { rule: fc.nat(), revision: name, component: text, service: own, weight: fc.nat(100) },
                  { pointer },
                ),
              ),
            }),
          ),
          steps: fc.constant([]),
          health: fc.record({ progressDeadlineSeconds: fc.integer({ min: 1 }) }),
          notes: few(text),
          objects: fc.constant(objects.map(([one]) => ({ ...one, path: objectPath(of, parseObjectId(one.id)) }))),
        },
        {
          dependsOn: fc.dictionary(name, few(name), { maxKeys: 2, noNullPrototype: true }),
          kept: few(fc.record({ id, until: fc.constantFrom('appDeleted', 'never') })),
          ready: few(fc.record({ id, pointer, equals: fc.oneof(text, fc.integer(), fc.boolean()) })),
          observe: few(fc.record({ id, fields: few(pointer) })),
          delivery: delivery,
        },
      );
    });

const seconds = fc.integer({ min: 1, max: 100_000 });
const step: fc.Arbitrary<DeliveryStep> = fc.oneof(
  partly(
    {
      type: fc.constant('scale' as const),
      replicas: fc.oneof(fc.record({ percent: fc.nat(100) }), fc.record({ count: fc.nat(100) })),
    },
    { weight: fc.nat(100), components: few(text) },
  ),
  partly({ type: fc.constant('pause' as const) }, { seconds }),
  fc.record({
    type: fc.constant('analysis' as const),
    checks: fc.array(
      fc.oneof(
        fc.record({
          name,
          address: text,
          query: text,
          condition: text,
          everySeconds: seconds,
          forSeconds: seconds,
          failures: fc.nat(),
        }),
        fc.record({ name, job: id, timeoutSeconds: seconds }),
      ),
      { minLength: 1, maxLength: 2 },
    ),
  }),
);
const delivery: fc.Arbitrary<BundleDelivery> = partly(
  {
    number: seconds,
    attempt: seconds,
    action: fc.constantFrom('run', 'pause', 'promote', 'back'),
    steps: few(step),
  },
  { keepOld: seconds },
);

/** Applications with documents, in their order; some of them with what serves meanwhile. */
const sealedApps: fc.Arbitrary<BundleApp[]> = fc
  .uniqueArray(partly({ namespace: name, name }, { target: name }), { maxLength: 3, selector: appKey })
  .chain((units) =>
    fc.tuple(
      ...units.sort(by(appKey)).map((unit) =>
        fc.tuple(content(unit), fc.option(content(unit))).map(([wanted, before]) => {
          const { seal } = formats.revision.at(2);
          const from = before === null ? undefined : contentOf(seal({ ...before, ...unit }));
          return seal({ ...wanted, ...unit, ...(from !== undefined && { from }) });
        }),
      ),
    ),
  );

const envelope = {
  channel: uuid,
  registration: uuid,
  cluster: name,
  epoch: counter,
  generation: counter,
  ledger: counter,
  source: fc.record({ repository: text, commit: text }),
  issuedAt: instant,
  freshUntil: instant,
  labels,
  approvals: few(approval),
};
const decommission = fc.constantFrom('orphan' as const, 'delete' as const);

const revision = (format: number): fc.Arbitrary<Revision> =>
  format === 1
    ? partly(
        {
          ...envelope,
          format: fc.constant(format),
          apps: few(plainApp),
          retired: few(partly({ id, since: counter }, { approval: digest })),
          bundle: fc.record({ digest, objects: counter, bytes: counter }),
        },
        { decommission },
      )
    : partly(
        {
          ...envelope,
          format: fc.constant(format),
          apps: sealedApps,
          retired: few(
            partly(
              { id, since: counter },
              { approval: digest, delivery: text, how: fc.constantFrom('delete', 'release') },
            ),
          ),
        },
        { decommission, predecessors: few(uuid) },
      ).map((one) => ({ ...one, bundle: formats.revision.at(format).count(one.apps, 0) }));

const conditions = few(
  fc.record({
    type: fc.constantFrom('Ready', 'Stale', 'Held', 'Unreachable'),
    status: fc.constantFrom('True', 'False', 'Unknown'),
    reason: text,
    message: text,
    since: instant,
  }),
);

const report = (format: number): fc.Arbitrary<AgentReport> =>
  partly(
    {
      format: fc.constant(format),
      channel: uuid,
      registration: uuid,
      cluster: name,
      sequence: counter,
      issuedAt: instant,
      agent: fc.record({ version: text, kubernetes: text, capabilities: few(text), clusterUid: text }),
      accepted: fc.option(mark),
      settled: fc.boolean(),
      conditions,
      apps: few(reportApp(format)),
      retired: partly({ settled: few(id), survivors: few(id), unexplained: few(id) }, { reasons: some(problem) }),
    },
    { envelope: body },
  );

const reportChange = (format: number): fc.Arbitrary<ReportChange> =>
  partly(
    {
      ...{ format: fc.constant(format), channel: uuid, registration: uuid, cluster: name },
      ...{ sequence: counter, base: counter, issuedAt: instant },
      ...{ apps: few(reportApp(format)), gone: few(text) },
    },
    {
      agent: fc.record({ version: text, kubernetes: text, capabilities: few(text), clusterUid: text }),
      accepted: fc.option(mark),
      settled: fc.boolean(),
      conditions,
      retired: partly({ settled: few(id), survivors: few(id), unexplained: few(id) }, { reasons: some(problem) }),
      envelope: body,
    },
  );

/** Documents of each kind, as they can be said in a format: for properties that hold for every format of the lists. */
export const documents = {
  revision,
  report,
  feedAnswer: (format: number): fc.Arbitrary<FeedAnswer> => {
    const files = { format: fc.constant(format), objects: fc.dictionary(digest, text, { maxKeys: 3 }) };
    const parts = { roots: few(body), revision: body, freshness: fc.option(body) };
    return format === 1 ? fc.record({ ...files, ...parts }) : partly(files, parts);
  },
  reportChange,
  reportAnswer: (format: number): fc.Arbitrary<ReportAnswer> =>
    fc.record({
      ...{ format: fc.constant(format), sequence: counter, wantEnvelope: fc.boolean() },
      ...(format > 1 && { wantWhole: fc.boolean() }),
    }),
  root: (format: number): fc.Arbitrary<Root> =>
    fc.record({
      format: fc.constant(format),
      channel: uuid,
      version: counter,
      epoch: counter,
      roots: threshold,
      hubs: fc.record({ keys: few(key) }),
      approvers: threshold,
    }),
  freshness: (format: number): fc.Arbitrary<Freshness> =>
    fc.record({
      format: fc.constant(format),
      channel: uuid,
      epoch: counter,
      shard: hex(2),
      issuedAt: instant,
      freshUntil: instant,
      current: few(digest),
    }),
  enrolment: (format: number): fc.Arbitrary<Enrolment> =>
    fc.record({ format: fc.constant(format), channel: uuid, registration: uuid, publicKey: key }),
} satisfies Record<keyof typeof formats, (format: number) => fc.Arbitrary<Numbered>>;
