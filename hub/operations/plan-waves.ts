import { wavesOf } from '../deliver/members.ts';
import { unitsOf } from '../deliver/scope.ts';
import type { DeliveryUnit } from '../deliver/unit.ts';
import { targetOf } from '../deliver/facts.ts';
import { docKey, type Application } from '../model/documents.ts';
import { unitKey } from '../model/delivery.ts';
import type { Target } from '../model/fleet.ts';
import type { Assignment } from '../model/rendered.ts';
import { programOf } from '../place/program.ts';
import { saysDelivery } from '../workflow/compile.ts';
import type { ProgramStep } from '../workflow/program.ts';

/** A wave as it would go: its clusters, and what it waits for before and after. */
export interface PlannedWave {
  readonly name: string;
  readonly clusters: readonly string[];
  readonly needsApproval: boolean;
  readonly soakSeconds: number;
}

/** A step as it would go; one without waves delivers nothing. */
export interface PlannedStep {
  readonly name: string;
  readonly type: string;
  readonly waves: readonly PlannedWave[];
}

/** The way of an application to its clusters; without steps all of them get it at once. */
export interface PlannedDelivery {
  readonly app: string;
  readonly steps: readonly PlannedStep[];
}

/** What is known of the fleet that an application would go to. */
export interface PlannedFleet {
  readonly targets: readonly Target[];
  readonly assignments: readonly Assignment[];
  readonly localCluster: string | null;
}

/** The steps and waves of an application that changes, in order. Pure. */
export function plannedDelivery(doc: Application, fleet: PlannedFleet): PlannedDelivery {
  const app = docKey(doc);
  if (!saysDelivery(doc)) return { app, steps: [] };
  const labels = new Map(fleet.targets.map((target) => [target.name, target.labels]));
  const own = fleet.assignments.filter(({ unit }) => unit === app || unit.startsWith(`${app}@`));
  const units = own.map(({ unit, cluster }): DeliveryUnit => {
    const target = targetOf(unit);
    const facts = { joinedAt: 0, reports: true, published: null, report: null, hold: null };
    return { key: unitKey(cluster, target), cluster, target, labels: labels.get(cluster) ?? {}, ...facts };
  });
  const steps = programOf(doc).steps.flatMap(within);
  return { app, steps: steps.map((step) => plannedStep(app, step, unitsOf(step, units, fleet.localCluster))) };
}

/** A group stands for the steps in it. */
function within(step: ProgramStep): readonly ProgramStep[] {
  return step.steps.length === 0 ? [step] : step.steps.flatMap(within);
}

function plannedStep(app: string, step: ProgramStep, units: readonly DeliveryUnit[]): PlannedStep {
  const waves = step.wants.length === 0 ? [] : wavesOf(app, step, units, {});
  return {
    name: step.name,
    type: step.type.type,
    waves: waves
      .filter((wave) => wave.units.length > 0)
      .map(({ name, units: own, settings }) => ({
        name,
        clusters: [...new Set(own.map(({ cluster }) => cluster))],
        needsApproval: settings.needsApproval,
        soakSeconds: settings.soakMs / 1000,
      })),
  };
}
