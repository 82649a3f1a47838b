import type { AppDelivery, Delivery } from '../model/delivery.ts';
import type { Program } from '../workflow/program.ts';
import { deliveringSteps } from '../workflow/wanted.ts';
import type { DeliveryUnit, Listening } from './unit.ts';

/** What tells whether a delivery begins, goes on or ends. */
export interface BeginInput {
  readonly program: Pick<Program, 'app' | 'steps'>;
  readonly content: string;
  readonly record: AppDelivery | undefined;
  readonly units: readonly DeliveryUnit[];
  readonly listening: Pick<Listening, 'now'>;
}

/**
 * The deliveries of an application by what its documents say now: new content begins the next one, wherever the last stands; a return
 * to the stable content while another one is given ends that, without waves, steps or approvals. Undefined = there never was one, and
 * none is needed: every place has the content already. Pure.
 */
export function beginning(input: BeginInput): AppDelivery | undefined {
  const { record, content } = input;
  if (record === undefined) return first(input);
  const { last, stable } = record;
  const isReverted = last.phase === 'reverted';
  if (content === stable && content !== last.content) return isReverted ? record : reverted(record, input);
  if (content === last.content && !isReverted) return record;
  return { ...record, last: newDelivery(input, last.number + 1) };
}

function first(input: BeginInput): AppDelivery | undefined {
  const { program, content, units } = input;
  const contents = new Set(units.flatMap(({ published }) => (published === null ? [] : [published.content])));
  const [only] = contents;
  // Steps that deliver nothing are run, too; those that deliver wait for a place.
  if (units.length === 0 && deliveringSteps(program.steps).length > 0) return undefined;
  if (contents.size === 1 && only === content) return undefined;
  const stable = contents.size === 1 ? (only ?? null) : null;
  return { app: program.app, stable, previous: null, last: newDelivery(input, 1) };
}

function newDelivery({ content, listening }: BeginInput, number: number): Delivery {
  const startedAt = new Date(listening.now).toISOString();
  const nothing = { steps: {}, waves: {}, admitted: [], base: {}, back: {}, decisions: [] };
  return { number, attempt: 1, content, phase: 'running', startedAt, ...nothing };
}

function reverted(record: AppDelivery, { listening }: BeginInput): AppDelivery {
  const endedAt = new Date(listening.now).toISOString();
  const reason = 'the documents are back at what ran before it';
  return { ...record, last: { ...record.last, phase: 'reverted', reason, endedAt, admitted: [], base: {}, back: {} } };
}
