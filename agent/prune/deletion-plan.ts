import type { Agent, Mode } from '../model/agent.ts';
import type { VerifiedBundle } from '../model/bundle.ts';
import type { Inventory } from '../model/inventory.ts';
import { groupKindOf, type ObjectId } from '../../shared/model/object.ts';
import { decidePrune, type PruneDecision } from './decide.ts';

/** Which inventoried objects may go, seen with what this pass knows: failed objects and lists keep their whole application. */
export function choosePrune(
  agent: Agent,
  bundle: VerifiedBundle,
  facts: {
    readonly mode: Mode;
    readonly inventory: Inventory;
    /** Why an object is off limits; null = it is not. */
    readonly offLimits: (id: ObjectId, app: string) => string | null;
  },
): PruneDecision {
  const { memory, deps } = agent;
  const troubled = troubledApps(agent, facts.inventory);
  return decidePrune({
    revision: bundle.revision,
    inventory: facts.inventory,
    deletions: memory.stored?.state?.deletions ?? [],
    counted: memory.counted,
    now: deps.clock.now(),
    stop: facts.mode.stopDeletes,
    objection: (id) => {
      const app = facts.inventory.get(id)?.app ?? '';
      return facts.offLimits(id, app) ?? troubled.get(app) ?? null;
    },
  });
}

/** Applications with an object that could not be applied, or of a kind that cannot be listed: nothing of theirs is deleted. */
function troubledApps(agent: Agent, inventory: Inventory): Map<string, string> {
  const troubled = new Map<string, string>();
  const troubles = agent.view.troubles();
  for (const entry of inventory.values()) {
    const kind = groupKindOf(entry.id);
    const trouble = troubles.get(kind);
    // A kind that is not served has no objects: nothing can be hidden there.
    if (trouble !== undefined && trouble.code !== 'KIND_UNKNOWN') troubled.set(entry.app, `${kind} cannot be listed`);
    const fault = agent.memory.faults.get(entry.id);
    if (fault !== undefined && fault.digest !== null)
      troubled.set(entry.app, 'an object of its application is not applied');
  }
  return troubled;
}
