import type { BundleDelivery } from '../../../shared/wire/revision.ts';
import type { Position } from '../../model/delivery.ts';
import type { AgentDeps } from '../../model/deps.ts';
import type { Measured } from '../../model/measure.ts';
import {
  analysisKey,
  answered,
  asking,
  judge,
  type AnalysisSamples,
  type Judged,
  type QueryCheck,
} from './analysis.ts';
import type { DeliveryMemory } from './memory.ts';

/** Where a delivery is when its analysis is looked at. */
export interface MeasuringAt {
  readonly key: string;
  readonly delivery: BundleDelivery;
  readonly position: Position;
  readonly at: number;
}

const nothing: Judged = { verdict: { kind: 'open' }, unsure: null, due: [], dueAt: null };
const noSamples: AnalysisSamples = new Map();

/** What measuring needs of the agent. */
export interface MeasuringPorts {
  readonly memory: { readonly deliveries: Pick<DeliveryMemory, 'analyses'> };
  readonly deps: Pick<AgentDeps, 'measure'>;
  /** Starts a pass once an answer is there. */
  readonly wake: () => void;
  readonly signal: AbortSignal;
}

/** What the analysis of a position comes to; `open` where it has none. */
export function judgedAt(
  { memory }: Pick<MeasuringPorts, 'memory'>,
  { key, delivery, position, at }: MeasuringAt,
): Judged {
  const step = delivery.steps[position.step];
  if (step?.type !== 'analysis') return nothing;
  const known = memory.deliveries.analyses.get(key);
  return judge(step, known?.key === analysisKey(position, step) ? known.samples : noSamples, at);
}

/** Asks the checks that are due, beside the pass: an answer starts the next one. */
export function askChecks(ports: MeasuringPorts, where: MeasuringAt): void {
  const { memory, deps, wake, signal } = ports;
  const { key, delivery, position, at } = where;
  const step = delivery.steps[position.step];
  if (step?.type !== 'analysis' || position.returned !== undefined) return;
  const { analyses } = memory.deliveries;
  const name = analysisKey(position, step);
  const samples = (): AnalysisSamples => {
    const known = analyses.get(key);
    return known?.key === name ? known.samples : noSamples;
  };
  const isNow = (): boolean => analyses.get(key)?.key === name;
  const ask = (check: QueryCheck): void => {
    const begun = asking(samples().get(check.name), at);
    analyses.set(key, { key: name, samples: new Map(samples()).set(check.name, begun) });
    void answerTo(deps.measure, check, signal).then((answer) => {
      // Another step, or another attempt, is under way by now.
      if (!isNow() || signal.aborted) return;
      const before = samples().get(check.name) ?? begun;
      analyses.set(key, { key: name, samples: new Map(samples()).set(check.name, answered(before, check, answer)) });
      wake();
    });
  };
  judgedAt(ports, where).due.forEach(ask);
}

function answerTo(
  measure: MeasuringPorts['deps']['measure'],
  check: QueryCheck,
  signal: AbortSignal,
): Promise<Measured> {
  if (measure !== undefined) return measure(check.address, check.query, signal);
  return Promise.resolve({ missing: 'this agent asks no server of metrics' });
}
