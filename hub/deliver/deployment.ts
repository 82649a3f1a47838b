import { digestOfValue } from '../../shared/lib/canonical.ts';
import { oncePerValue } from '../../shared/lib/memo.ts';
import type { BundleApp } from '../../shared/wire/revision.ts';
import type { AppDelivery, KeptDocument } from '../model/delivery.ts';
import { docKey, type Application, type ApplicationDeployment } from '../model/documents.ts';
import type { RolloutNumbers } from '../model/rollout.ts';
import type { Sourced } from '../model/source.ts';
import { localScope } from '../model/cluster-scope.ts';
import type { Program } from '../workflow/program.ts';
import { deploy } from '../workflow/steps/deploy.ts';

/** What of an ApplicationDeployment a delivery brings. */
export interface DeploymentContent {
  /** Its name: the revisions, and a part of the digest of all that counts. */
  readonly content: string;
  /** The document without what is not content. */
  readonly document: ApplicationDeployment;
}

/** True for an ApplicationDeployment that is delivered: its rollout says more than how long a change may take. */
export function isDelivered({ spec: { rollout = {} } }: ApplicationDeployment): boolean {
  return Object.entries(rollout).some(
    ([name, value]) =>
      name !== 'progressDeadline' && value !== undefined && !(Array.isArray(value) && value.length === 0),
  );
}

/**
 * The content of an ApplicationDeployment: revisions, replicas, traffic. Where it goes is a number as long as all of it is one revision; which of several
 * revisions a cluster has is content.
 */
export const contentOfDeployment = oncePerValue((doc: ApplicationDeployment): DeploymentContent => {
  const { apiVersion, kind, metadata, spec } = doc;
  const { appRevisions, traffic, rollout } = spec;
  const isOne = appRevisions.length === 1;
  const said = appRevisions.map(({ revisionName, placement }) => {
    const replicas = placement.map(({ distribution }) => distribution?.replicas ?? null);
    return [revisionName, isOne ? [...new Set(replicas)] : placement];
  });
  const digest = digestOfValue([said, traffic ?? null]);
  const { name, namespace } = metadata;
  const progressDeadline = rollout?.progressDeadline;
  return {
    content: `${revisionsIn(doc)}~${digest.slice('sha256:'.length, 'sha256:'.length + 8)}`,
    document: {
      apiVersion,
      kind,
      metadata: { name, ...(namespace !== undefined && { namespace }) },
      spec: {
        appRevisions,
        ...(traffic !== undefined && { traffic }),
        ...(progressDeadline !== undefined && { rollout: { progressDeadline } }),
      },
    },
  };
});

function revisionsIn({ spec }: ApplicationDeployment): string {
  return spec.appRevisions.map(({ revisionName }) => revisionName).join('+');
}

/** The program of an ApplicationDeployment: one step that delivers to where it is placed. */
export const programOfDeployment = oncePerValue((doc: ApplicationDeployment): Program => {
  const name = 'deploy';
  const scope = { ...localScope(), has: () => true };
  return {
    app: docKey(doc),
    mode: { steps: 'StepByStep', subSteps: 'DAG' },
    steps: [
      {
        name,
        type: deploy,
        use: { name, properties: {} },
        written: {},
        mode: null,
        identity: digestOfValue([name, deploy.type, {}]),
        condition: null,
        timeoutSeconds: null,
        dependsOn: [],
        inputs: [],
        outputs: [],
        steps: [],
        wants: [{ scope, policies: [], components: null, parallelism: null, action: 'run' }],
        rollout: numbersIn(doc.spec.rollout ?? {}),
        path: [],
      },
    ],
  };
});

/** What counts over clusters: all but what each of them does by itself. */
function numbersIn(rollout: NonNullable<ApplicationDeployment['spec']['rollout']>): RolloutNumbers {
  const own = Object.entries(rollout).filter(([name]) => name !== 'steps' && name !== 'keepOld');
  return Object.fromEntries(own);
}

/** What steps are told of the application that they deliver: an ApplicationDeployment has no components of its own. */
export const applicationOfDeployment = oncePerValue(({ apiVersion, metadata }: ApplicationDeployment): Application => ({
  apiVersion,
  kind: 'Application',
  metadata,
  spec: { components: [] },
}));

/** The document of a content that is not the one of now; `isRunning` = with the rollout of now, because it is delivered still. */
export type DocumentOf = (content: string, isRunning: boolean) => Sourced<ApplicationDeployment> | undefined;

/** The documents that are kept, each time the very same values. */
export function documentsOf(
  { documents }: Pick<AppDelivery, 'documents'>,
  now: Sourced<ApplicationDeployment>,
): DocumentOf {
  return (content, isRunning) => {
    const kept = documents?.[content];
    if (kept === undefined) return undefined;
    return isRunning ? runningDocument(now.doc)(kept) : keptDocument(kept);
  };
}

const keptDocument = oncePerValue((kept: KeptDocument) => sourced(kept, kept.document));

const runningDocument = oncePerValue(({ metadata, spec: { rollout } }: ApplicationDeployment) =>
  oncePerValue((kept: KeptDocument) => {
    const { document } = kept;
    const spec = { ...document.spec, ...(rollout !== undefined && { rollout }) };
    return sourced(kept, { ...document, metadata, spec });
  }),
);

function sourced({ commit }: KeptDocument, doc: ApplicationDeployment): Sourced<ApplicationDeployment> {
  const place = { path: '', line: 1, column: 1 };
  return { doc, commit, place, locate: () => place };
}

/** The content of what was published of a unit, by the number of the delivery that brought it. */
export type ContentOf = (app: BundleApp, revisions: readonly string[]) => string;

/**
 * Reads the content that was published: the number of its delivery tells it. What has no number, or one that no delivery of now knows, is named by its
 * revisions; before there was a delivery, and while steps of an earlier numbering run, it is the content of the documents where these are the same.
 */
export function contentReader(
  documents: AppDelivery['documents'],
  { isKnown, content }: { readonly isKnown: boolean; readonly content: string },
): ContentOf {
  const byNumber = new Map(
    Object.entries(documents ?? {}).flatMap(([name, kept]) => kept.numbers.map((number) => [number, { name, kept }])),
  );
  return ({ revisions, delivery, from }, wanted) => {
    const names = revisions.map(({ name }) => name);
    const found = byNumber.get(delivery?.number ?? 0);
    if (found !== undefined && names.every((name) => has(found.kept, name))) return found.name;
    const own = names.join('+');
    return own === wanted.join('+') && (!isKnown || from !== undefined) ? content : own;
  };
}

function has({ document }: KeptDocument, revision: string): boolean {
  return document.spec.appRevisions.some(({ revisionName }) => revisionName === revision);
}

/** Numbers that a content keeps: those of the last deliveries that brought it. */
const mostNumbers = 10;

/**
 * The record with the documents of every content that a cluster has, or may have to have again; the very same where nothing changes. `inUse` are
 * those that were published.
 */
export function withDocuments(
  record: AppDelivery,
  { doc, commit }: Pick<Sourced<ApplicationDeployment>, 'doc' | 'commit'>,
  inUse: ReadonlySet<string>,
): AppDelivery {
  const { last, stable, previous, documents = {} } = record;
  const { content, document } = contentOfDeployment(doc);
  const needed = new Set([last.content, stable, previous, ...Object.values(last.base), ...inUse]);
  const known = documents[content] ?? { numbers: [], commit, document };
  const all: Readonly<Record<string, KeptDocument>> = { ...documents, [content]: known };
  const next = Object.fromEntries(
    Object.entries(all).flatMap(([name, kept]): (readonly [string, KeptDocument])[] =>
      needed.has(name) ? [[name, name === last.content ? numbered(kept, last.number) : kept]] : [],
    ),
  );
  const isSame =
    Object.keys(next).length === Object.keys(documents).length &&
    Object.entries(next).every(([name, kept]) => documents[name] === kept);
  return isSame ? record : { ...record, documents: next };
}

function numbered(kept: KeptDocument, number: number): KeptDocument {
  if (kept.numbers.includes(number)) return kept;
  return { ...kept, numbers: [...kept.numbers, number].slice(-mostNumbers) };
}
