import { deliveryName, type AppDelivery } from './delivery.ts';

/** A delivery, or a step or wave of it, as rows of change tell it. */
export interface DeliveryPart {
  readonly delivery: string;
  /** `STEP` or `STEP/WAVE`; null = the delivery. */
  readonly part: string | null;
  readonly phase: string;
  readonly reason: string;
}

/** What of the newest delivery of an application has a phase, by name. */
export function deliveryParts(record: AppDelivery | null): ReadonlyMap<string, DeliveryPart> {
  // Number 0 is what ran before there was one; of an application that is gone, its number alone is known.
  if (record === null || record.last.number === 0 || record.isGone === true) return new Map();
  const { last } = record;
  const delivery = deliveryName(record);
  const part = (name: string | null, phase: string, reason: string): [string, DeliveryPart] => [
    `${delivery} ${name ?? ''}`,
    { delivery, part: name, phase, reason },
  ];
  const steps = Object.entries(last.steps).map(([name, { phase }]) => part(name, phase, ''));
  const waves = Object.entries(last.waves).map(([name, { doneAt, passedAt }]) => {
    const phase = passedAt !== undefined ? 'passed' : doneAt !== undefined ? 'soaking' : 'running';
    return part(name, phase, '');
  });
  return new Map([part(null, last.phase, last.reason ?? `it brings ${last.content}`), ...steps, ...waves]);
}
