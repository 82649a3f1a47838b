import type { Agent, AppOutcome, Mode } from '../model/agent.ts';
import type { Inventory } from '../model/inventory.ts';
import type { ApplyTask } from '../model/plan.ts';
import type { ObjectId } from '../../shared/model/object.ts';
import { decideApply } from './decide.ts';

export interface TasksInput {
  readonly apps: readonly AppOutcome[];
  readonly inventory: Inventory;
  readonly mode: Mode;
  readonly offLimits: (id: ObjectId, app: string) => string | null;
}

/** The tasks of a pass over all applications that are applied here; what is off limits is refused without a request. */
export function decideTasks(agent: Agent, input: TasksInput): ApplyTask[] {
  const { memory, view, deps } = agent;
  const { registration } = deps.identity;
  return input.apps.flatMap(({ app, plan }) => {
    if (app === null || plan === null) return [];
    const entry = (id: ObjectId) => input.inventory.get(id);
    const tasks = decideApply({ app, plan, entry, live: view, registration, mayChange: input.mode.mayChange });
    return tasks.map((task): ApplyTask => {
      const objection = input.offLimits(task.id, task.app);
      if (objection === null) return task;
      const fault = { code: 'FORBIDDEN', message: objection } as const;
      const row = { id: task.id, app: task.app, action: 'failed', reason: objection, fault } as const;
      memory.faults.set(task.id, { row, digest: task.digest, attempts: 0, until: Number.MAX_SAFE_INTEGER });
      return { ...task, action: 'keep', uid: null, reason: objection };
    });
  });
}
