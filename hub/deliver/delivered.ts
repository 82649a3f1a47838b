import { annotation } from '../../shared/model/names.ts';
import type { AppDelivery } from '../model/delivery.ts';
import { docKey, type Application } from '../model/documents.ts';
import type { Fleet, RevisionHistory } from '../model/fleet.ts';
import { seenId, type SeenDocument } from '../model/seen-documents.ts';
import type { DeliveredApp } from './advance.ts';
import type { Program } from '../workflow/program.ts';

/** The documents that say what is delivered, and how. */
export interface DeliveredInput {
  readonly fleet: Pick<Fleet, 'applications'>;
  readonly revisions: Pick<RevisionHistory, 'newest'>;
  readonly documents: readonly SeenDocument[];
  /** The program of an Application; null for one that says nothing of a delivery. */
  readonly programOf: (doc: Application) => Program | null;
}

/** What is delivered in steps or waves now, and whether an application that was is so no more. */
export interface DeliveredApps {
  readonly apps: ReadonlyMap<string, DeliveredApp>;
  readonly isGone: (app: AppDelivery['app']) => boolean;
}

/** Finds the applications that are delivered in steps or waves. A document that is only broken goes on as it was last seen. Pure. */
export function deliveredApps({ fleet, revisions, documents, programOf }: DeliveredInput): DeliveredApps {
  const found = fleet.applications.flatMap(({ doc }): readonly [string, DeliveredApp][] => {
    const app = docKey(doc);
    const content = revisions.newest.get(app);
    const program = content === undefined ? null : programOf(doc);
    if (content === undefined || program === null) return [];
    const { annotations = {} } = doc.metadata;
    const words = {
      paused: annotations[annotation.paused] === 'true',
      approved: annotations[annotation.approved] ?? '',
    };
    return [[app, { program, application: doc, content, words }]];
  });
  const apps = new Map(found);
  const inForce = new Set(fleet.applications.map(({ doc }) => docKey(doc)));
  let seen: ReadonlySet<string> | null = null;
  const isSeen = (app: string): boolean => {
    seen ??= new Set(documents.map(seenId));
    return seen.has(`Application ${app}`);
  };
  // Before anything was read, no document is in force, and each is seen still.
  return { apps, isGone: (app) => !apps.has(app) && (inForce.has(app) || !isSeen(app)) };
}
