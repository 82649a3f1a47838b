import { annotation } from '../../shared/model/names.ts';
import type { AppDelivery } from '../model/delivery.ts';
import { docKey, type Application, type ApplicationDeployment } from '../model/documents.ts';
import type { Fleet, RevisionHistory } from '../model/fleet.ts';
import { seenId, type SeenDocument } from '../model/seen-documents.ts';
import type { Sourced } from '../model/source.ts';
import type { DeliveredApp } from './advance.ts';
import { applicationOfDeployment, contentOfDeployment, isDelivered, programOfDeployment } from './deployment.ts';
import type { NumbersOf } from './moving.ts';
import type { Before } from './ways.ts';
import type { Program } from '../workflow/program.ts';

/** The documents that say what is delivered, and how. */
export interface DeliveredInput {
  readonly fleet: Pick<Fleet, 'applications' | 'deployments'>;
  readonly revisions: Pick<RevisionHistory, 'newest'>;
  readonly documents: readonly SeenDocument[];
  /** The program of an Application; null for one that says nothing of a delivery. */
  readonly programOf: (doc: Application) => Program | null;
  /** The numbers of contents of an Application whose components have copies, or get some; null = they have none. */
  readonly copiesOf?: (doc: Application) => NumbersOf | null;
  /** The content before another one of an Application that says to go back; null = it does not say so. */
  readonly beforeOf?: (doc: Application) => Before | null;
}

/** What is delivered in steps or waves now, and whether an application that was is so no more. */
export interface DeliveredApps {
  readonly apps: ReadonlyMap<string, DeliveredApp>;
  readonly isGone: (app: AppDelivery['app']) => boolean;
}

/** Finds what is delivered in steps or waves. A document that is only broken goes on as it was last seen. Pure. */
export function deliveredApps(input: DeliveredInput): DeliveredApps {
  const { fleet, documents } = input;
  const deployments = fleet.deployments.flatMap((sourced) =>
    isDelivered(sourced.doc) ? [[docKey(sourced.doc), deployed(sourced)] as const] : [],
  );
  const inForce = {
    applications: new Set(fleet.applications.map(({ doc }) => docKey(doc))),
    deployments: new Set(fleet.deployments.map(({ doc }) => docKey(doc))),
  };
  // Where both have one name, the Application only records revisions.
  const applications = fleet.applications.flatMap(({ doc }) =>
    inForce.deployments.has(docKey(doc)) ? [] : applied(input, doc),
  );
  const apps = new Map([...applications, ...deployments]);
  let seen: ReadonlySet<string> | null = null;
  const isSeen = (id: string): boolean => {
    seen ??= new Set(documents.map(seenId));
    return seen.has(id);
  };
  // Before anything was read, no document is in force, and each is seen still.
  const isGone = (app: string): boolean => {
    if (apps.has(app)) return false;
    if (isSeen(`ApplicationDeployment ${app}`)) return inForce.deployments.has(app);
    return inForce.applications.has(app) || !isSeen(`Application ${app}`);
  };
  return { apps, isGone };
}

function applied(
  { revisions, programOf, copiesOf, beforeOf }: DeliveredInput,
  doc: Application,
): readonly (readonly [string, DeliveredApp])[] {
  const app = docKey(doc);
  const content = revisions.newest.get(app);
  const program = content === undefined ? null : programOf(doc);
  if (content === undefined || program === null) return [];
  const [copies, goesBackTo] = [copiesOf?.(doc) ?? null, beforeOf?.(doc) ?? null];
  const ways = { ...(copies !== null && { copies }), ...(goesBackTo !== null && { goesBackTo }) };
  return [[app, { program, application: doc, content, words: wordsOf(doc), ...ways }]];
}

function deployed(sourced: Sourced<ApplicationDeployment>): DeliveredApp {
  const { doc } = sourced;
  return {
    program: programOfDeployment(doc),
    application: applicationOfDeployment(doc),
    content: contentOfDeployment(doc).content,
    words: wordsOf(doc),
    deployment: sourced,
  };
}

function wordsOf({ metadata: { annotations = {} } }: Pick<Application, 'metadata'>): DeliveredApp['words'] {
  return { paused: annotations[annotation.paused] === 'true', approved: annotations[annotation.approved] ?? '' };
}
