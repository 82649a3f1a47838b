import type { Agent, AppOutcome, Mode } from '../model/agent.ts';
import type { Inventory } from '../model/inventory.ts';
import type { ApplyTask } from '../model/plan.ts';
import type { ObjectId } from '../../shared/model/object.ts';
import { appKey } from '../../shared/wire/bundle.ts';
import type { BundleApp } from '../../shared/wire/revision.ts';
import { decideApply } from './decide.ts';

export interface TasksInput {
  readonly apps: readonly AppOutcome[];
  readonly inventory: Inventory;
  readonly mode: Mode;
  /** Objects that must not be applied here. */
  readonly refused: ReadonlySet<ObjectId>;
}

/** Objects that are off limits here: each is a fault of its application, and there is never a request for it. */
export function refuse(
  agent: Agent,
  apps: readonly BundleApp[],
  offLimits: (id: ObjectId, app: string) => string | null,
): ReadonlySet<ObjectId> {
  const refused = new Set<ObjectId>();
  for (const app of apps) {
    const key = appKey(app);
    for (const { id, digest } of app.objects) {
      const objection = offLimits(id, key);
      if (objection === null) continue;
      refused.add(id);
      const fault = { code: 'FORBIDDEN', message: objection } as const;
      const row = { id, app: key, action: 'failed', reason: objection, fault } as const;
      agent.memory.faults.set(id, { row, digest, attempts: 0, until: Number.MAX_SAFE_INTEGER });
    }
  }
  return refused;
}

/** What there is to do in a pass over all applications that are applied here. */
export function decideTasks(agent: Agent, input: TasksInput): ApplyTask[] {
  const { view, deps } = agent;
  const { registration } = deps.identity;
  const entry = (id: ObjectId) => input.inventory.get(id);
  return input.apps.flatMap(({ app, plan }) => {
    if (app === null || plan === null) return [];
    const tasks = decideApply({ app, plan, entry, live: view, registration, mayChange: input.mode.mayChange });
    return tasks.filter(({ id }) => !input.refused.has(id));
  });
}
