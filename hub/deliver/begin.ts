import type { AppDelivery, Delivery } from '../model/delivery.ts';
import type { Program } from '../workflow/program.ts';
import { deliveringSteps } from '../workflow/wanted.ts';
import type { DeliveryUnit, Listening } from './unit.ts';

/** What tells whether a delivery begins, goes on or ends. */
export interface BeginInput {
  readonly program: Pick<Program, 'app' | 'steps'>;
  readonly content: string;
  readonly record: AppDelivery | undefined;
  /** The number of the last delivery before the application was gone: none is given twice; absent = there was none. */
  readonly numberBefore?: number;
  readonly units: readonly DeliveryUnit[];
  readonly listening: Pick<Listening, 'now'>;
  /** True where what runs already is remembered, so that the first delivery can go back to it. */
  readonly remembers?: boolean;
  /** The earlier content that the documents say to go back to; absent = they say their own. */
  readonly instead?: string;
}

/**
 * The deliveries of an application by what its documents say now: new content begins the next one, wherever the last stands, or once it has ended; a return
 * to the stable content while another one is given ends that, without waves, steps or approvals. Undefined = there never was one, and
 * none is needed: every place has the content already. Pure.
 */
export function beginning(input: BeginInput): AppDelivery | undefined {
  const { record, content } = input;
  if (record === undefined) return first(input);
  const { last, stable } = record;
  const isReverted = last.phase === 'reverted';
  const said = last.document ?? last.content;
  if (content === stable && content !== said) return isReverted ? record : reverted(record, input);
  if ((content === said && !isReverted) || isFinishing(input, record)) return record;
  return next(input, record);
}

/** True where newer content waits until the delivery that runs has ended: only the newest waits. */
export function isFinishing(
  { program, content }: Pick<BeginInput, 'program' | 'content'>,
  { last }: AppDelivery,
): boolean {
  if (last.phase !== 'running' || content === (last.document ?? last.content)) return false;
  return deliveringSteps(program.steps).some(({ rollout }) => rollout?.onNewRevision === 'finish');
}

/** The next delivery, of what the documents say now. */
export function next(input: BeginInput, record: AppDelivery): AppDelivery {
  return { ...record, last: newDelivery(input, lastNumber(record) + 1) };
}

/** The number of the last delivery under its name, also where that was before the application was gone; 0 = there was none. */
export function lastNumber(record: AppDelivery | undefined): number {
  return Math.max(record?.last.number ?? 0, record?.numberBefore ?? 0);
}

function first(input: BeginInput): AppDelivery | undefined {
  const { program, content, units, numberBefore = 0 } = input;
  const contents = new Set(units.flatMap(({ published }) => (published === null ? [] : [published.content])));
  const [only] = contents;
  // Steps that deliver nothing are run, too; those that deliver wait for a place.
  if (units.length === 0 && deliveringSteps(program.steps).length > 0) return undefined;
  const isThere = contents.size === 1 && only === content;
  if (isThere && input.remembers !== true) return undefined;
  if (isThere) return remembered(input);
  const stable = contents.size === 1 ? (only ?? null) : null;
  return { app: program.app, stable, previous: null, last: newDelivery(input, numberBefore + 1) };
}

/** What ran before there was a delivery. */
function remembered(input: BeginInput): AppDelivery {
  const before = newDelivery(input, 0);
  const last: Delivery = { ...before, phase: 'succeeded', endedAt: before.startedAt };
  const { program, content, numberBefore = 0 } = input;
  return { app: program.app, ...(numberBefore > 0 && { numberBefore }), stable: content, previous: null, last };
}

/** What is remembered of the deliveries of an application that is gone: nothing where none had a number, the very same where it was gone before. */
export function remains(record: AppDelivery): readonly AppDelivery[] {
  const { app, last } = record;
  if (record.isGone === true) return [record];
  const number = lastNumber(record);
  if (number === 0) return [];
  const nothing = { steps: {}, waves: {}, admitted: [], base: {}, back: {}, decisions: [] };
  const { startedAt } = last;
  const gone: AppDelivery = {
    ...{ app, isGone: true, stable: null, previous: null },
    last: { number, attempt: 1, content: '', phase: 'succeeded', startedAt, ...nothing },
  };
  return [gone];
}

function newDelivery({ content, instead, listening }: BeginInput, number: number): Delivery {
  const startedAt = new Date(listening.now).toISOString();
  const nothing = { steps: {}, waves: {}, admitted: [], base: {}, back: {}, decisions: [] };
  const brings = instead === undefined ? { content } : { content: instead, document: content };
  return { number, attempt: 1, ...brings, phase: 'running', startedAt, ...nothing };
}

function reverted(record: AppDelivery, { listening }: BeginInput): AppDelivery {
  const endedAt = new Date(listening.now).toISOString();
  const reason = 'the documents are back at what ran before it';
  // What had nothing before has to get all of what comes back, Jobs too.
  const base = Object.fromEntries(Object.entries(record.last.base).filter(([, had]) => had === null));
  return { ...record, last: { ...record.last, phase: 'reverted', reason, endedAt, admitted: [], base, back: {} } };
}
