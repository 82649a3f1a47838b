import type { ObjectId } from '../../shared/model/object.ts';
import type { ReportedDelivery } from '../../shared/wire/report.ts';
import type { BundleApp } from '../../shared/wire/revision.ts';

/** How far a cluster is with the steps of a delivery, kept in the state object: another generation never starts them anew. */
export interface Position {
  readonly number: number;
  readonly attempt: number;
  /** The step that is under way, from 0; as many as there are steps = the content is wanted whole. */
  readonly step: number;
  /** How much of the pause, or of the time of an analysis' Jobs, has counted, in milliseconds; after the last step, of the time that the copy before is kept. */
  readonly waitedMs: number;
  /** Pods of what served when the delivery arrived, by component. */
  readonly totals: Readonly<Record<string, number>>;
  /** What is to serve before it never ran here: there is nothing to go back to. */
  readonly isFirst?: true;
  /** What served did not become ready in time: the steps that are left do not wait for it. */
  readonly isAlone?: true;
  /** Why it went back to what served before; absent while it did not. */
  readonly returned?: string;
  /** The content runs alone, and the copy before is stopped. */
  readonly isDone?: true;
}

/** The positions of all deliveries with steps, by application. */
export type Positions = Readonly<Record<string, Position>>;

/** Where no delivery has steps. */
export const noPositions: Positions = {};

/** What deliveries that have begun may do now: everything, only go back to what served, or nothing that begins. */
export type StepMode = 'move' | 'back' | 'none';

/** What an analysis came to; `open` = it goes on, or cannot be judged. */
export type Verdict = { readonly kind: 'open' | 'passed' } | { readonly kind: 'failed'; readonly why: string };

/** What an application is to be at a moment of its delivery. */
export interface Stage {
  /** The application as the bundle has it: its content is what the delivery leads to. */
  readonly wanted: BundleApp;
  /** What is applied now: something between what serves and the content. */
  readonly app: BundleApp;
  /** Workloads that are on their way out, whatever else is ready: nothing of them is wanted any more. */
  readonly leaving: ReadonlySet<ObjectId>;
  /** It goes back to what served. */
  readonly isReturning: boolean;
  /** Forward moves are allowed now: pauses and deadlines run. */
  readonly mayMove: boolean;
  /** Its objects may be written although the bundle as a whole may not change, because the delivery had begun. */
  readonly mayChange: boolean;
  /** Jobs that are to be of one run of an analysis, with its name (`runOf`): one of another run makes way. Absent = none is. */
  readonly runs?: ReadonlyMap<ObjectId, string>;
  readonly position: Position | null;
  readonly said: ReportedDelivery;
  /** When to look again (monotonic) although nothing changes; null = never. */
  readonly dueAt: number | null;
}
