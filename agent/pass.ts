import { accept, startedBundle, decideMode } from './channel/update.ts';
import { applyStages, forgetOldFaults } from './apply/run.ts';
import { decideTasks, refuse } from './apply/tasks.ts';
import { offLimits, selectApps } from './site/filter.ts';
import { followKinds } from './live/follow.ts';
import { fieldsHash } from './live/project.ts';
import { withPending } from './inventory/entries.ts';
import { ensureNamespace, isRestored, recall } from './inventory/recall.ts';
import { record } from './inventory/record.ts';
import type { Agent, Outcome } from './model/agent.ts';
import { holdNow } from './model/hold.ts';
import { planDeletions, outcomeOf, idleOutcome, recordBeforeWrite } from './report/outcome.ts';
import { inStages, stageOf } from './apply/stages.ts';
import { choosePrune } from './prune/deletion-plan.ts';
import { pruneObjects } from './prune/run.ts';
import { noteShifts, planApps } from './rollout/rollout.ts';

/** One level-based pass: from what the channel, the inventory and the watches say, do all that may be done now, and return. */
export async function pass(agent: Agent): Promise<Outcome> {
  // One moment for all that is decided: a time that ran out between two looks would be seen by neither.
  const at = agent.deps.clock.monotonic();
  const stored = await recall(agent);
  const bundle = await accept(agent);
  if (bundle === null) return idleOutcome(at, stored.inventory);

  // What is wanted here, and what may be done about it.
  const { memory, deps } = agent;
  const restored = isRestored(agent);
  const mode = decideMode(agent, holdNow(memory.site, deps.clock.now()), restored);
  const { selected, skipped } = selectApps(bundle.revision, memory.site);
  // What is not started yet leaves what runs to be repaired, as the mark names it.
  const marked = startedBundle(agent) ?? bundle;
  const repaired = mode.mayChange || marked === bundle ? null : selectApps(marked.revision, memory.site);
  const touched = repaired === null ? selected : [...selected, ...repaired.selected];
  forgetOldFaults(agent, touched);
  await followKinds(agent, stored.inventory, touched);

  // Everything that can be decided, before the first write.
  const claimed = mode.mayChange ? withPending(stored.inventory, selected, deps.uuid) : stored.inventory;
  const limits = (id: string, app: string) => offLimits(id, app, deps.settings);
  const refused = refuse(agent, touched, limits);
  const prune = choosePrune(agent, bundle, { mode, inventory: claimed, offLimits: limits });
  const wanted = { at, selected, skipped, removable: prune.removable, mode };
  const apps = planApps(agent, { ...wanted, inventory: claimed });
  const toRepair = repaired === null ? apps : planApps(agent, { ...wanted, ...repaired, inventory: claimed });
  const tasks = decideTasks(agent, { apps: toRepair, inventory: claimed, mode, refused });
  const doomed = planDeletions(apps, stageOf);

  // Claim, apply and shift, prune: a crash anywhere in between resumes at this generation.
  const facts = { bundle, mayChange: mode.mayChange, isRestored: restored, deletions: new Set<string>() };
  const starts = recordBeforeWrite(agent, { bundle, mode, tasks, doomed, toCount: prune.toCount, inventory: claimed });
  if (starts.isNew) await record(agent, { ...facts, ...starts.recording });
  const applied = await applyStages(agent, inStages(tasks), claimed, {
    at,
    fieldsHash,
    ensureNamespace: (name, app) => ensureNamespace(agent, name, app),
    record: (inventory) => record(agent, { ...facts, inventory, phase: 'applying' }),
  });
  noteShifts(agent, apps, applied.rows);
  const { inventory, rows } = await pruneObjects(agent, { ...doomed, at }, applied.inventory);

  // Settle, and say where everything stands now: where nothing was done, as it stood.
  const isStill = applied.rows.length + rows.length === 0 && inventory === claimed;
  const after = isStill ? apps : planApps(agent, { ...wanted, inventory });
  const found = { at, bundle, mode, prune, isRestored: restored, apps: after, inventory };
  const outcome = outcomeOf(agent, { ...found, rows: [...applied.rows, ...rows] });
  if (outcome.isNew) await record(agent, { ...facts, inventory, phase: outcome.phase });
  return outcome;
}
