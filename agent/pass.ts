import { decideTasks, refuseObjects } from './apply/decide.ts';
import { kindsToDefine } from './apply/definitions.ts';
import { forgetOldFaults, rememberRefused } from './apply/faults.ts';
import { applyStages } from './apply/run.ts';
import { inStages, stageOf } from '../shared/model/stages.ts';
import { bundleToApply, restored } from './channel/memory.ts';
import { decideMode } from './channel/mode.ts';
import { pullBundle } from './channel/update.ts';
import { recordAfterPass, recordBeforeWrite } from './inventory/decide.ts';
import { countedDeletions } from './inventory/deletion-time.ts';
import { without, withPending } from './inventory/entries.ts';
import { withFinished } from './inventory/finished.ts';
import { rebuild } from './inventory/rebuild.ts';
import { doubtsOf, recall } from './inventory/recall.ts';
import { checkpoint, record, recordStart } from './inventory/record.ts';
import { withRuns } from './inventory/runs.ts';
import { locate } from './inventory/scopes.ts';
import { beginToFollow, followKinds } from './live/follow.ts';
import type { Outcome } from './model/outcome.ts';
import { withoutReads } from './model/reads.ts';
import { decidePrune } from './prune/decide.ts';
import { planAdmission, planDeletions } from './prune/deletion-plan.ts';
import { pruneObjects } from './prune/run.ts';
import { idleOutcome, outcomeOf } from './report/outcome.ts';
import { rememberShifts } from './rollout/progress.ts';
import { planRollout } from './rollout/run.ts';
import { forgetRemoved, rememberServing } from './rollout/serving.ts';
import { stageDeliveries } from './rollout/steps/run.ts';
import type { Agent } from './agent.ts';
import { selectApps } from './site/filter.ts';
import { holdChangesAt, holdNow } from './site/hold.ts';

/**
 * One pass: decides from the channel, the inventory and the watches what may be done now, does it, and returns. It waits for no
 * condition, because a change starts the next pass; a crash anywhere in it is harmless. The clock is read once for every
 * decision: a deadline that passes between two readings would be seen by neither.
 */
export async function pass(agent: Agent): Promise<Outcome> {
  const { deps, memory, view } = agent;
  const at = deps.clock.monotonic();
  const recalled = beginToFollow(view, await recall(agent));
  const pulled = await pullBundle(agent, recalled.state);
  if (pulled === null) return idleOutcome(at, recalled.inventory);
  const { bundle, hubIds, ...here } = await locate(agent, pulled, recalled.inventory);
  const stored = await rebuild(agent, recalled, bundle);

  // The mode of this pass, and the applications that it is about.
  const now = deps.clock.now();
  const [{ state }, site] = [stored, memory.site.current];
  const doubts = doubtsOf(memory.inventory, stored, bundle, at);
  const mode = decideMode({ channel: memory.channel, bundle, state, hold: holdNow(site, now), ...doubts, now });
  const selected = selectApps(bundle.revision, site);
  // While the bundle may not start, the objects of the started one are repaired.
  const target = here.located(bundleToApply({ channel: memory.channel, bundle: pulled, state, mode }));
  const running = target === bundle ? selected : selectApps(target.revision, site);
  const served = rememberServing(agent, bundle, stored.inventory, restored(memory.channel, here.located));
  await followKinds(view, stored.inventory, [...new Set([...selected.selected, ...running.selected])]);

  // Every decision, before the first write: how far deliveries are, claims, refusals, deletions, the next step of each application, tasks.
  const known = withoutReads(withFinished(here.inventory(stored.inventory), view), mode, selected);
  const input = { at, mode, accepted: bundle.revision, inventory: known, served, state, selected, running, ...doubts };
  const { wanted, current, apps, mayBegin, stages, positions } = stageDeliveries(agent, input);
  forgetOldFaults(memory.faults, apps, served);
  const inventory = withRuns(withPending(known, mayBegin, deps.uuid), { apps: mayBegin, stages, view }, deps.uuid);
  const refused = refuseObjects(apps, { ...agent, ...here, unfit: bundle.unfit, accepted: wanted.selected });
  rememberRefused(memory.faults, refused);
  const { faults } = memory.faults;
  const guards = { stop: mode.stopDeletes, offLimits: agent.offLimits, troubles: view.troubles(), faults };
  const counted = countedDeletions(memory.inventory, state, { now, monotonic: at });
  const prune = decidePrune({ revision: bundle.revision, hubIds, inventory, ...guards, ...counted });
  const planned = { at, inventory, removable: prune.removable, mode, state, stages };
  const plans = planRollout(agent, { ...planned, ...wanted });
  const repairs = current === wanted ? plans : planRollout(agent, { ...planned, ...current });
  const waits = kindsToDefine(memory.faults.definitions, { apps, live: view, at });
  const tasks = decideTasks({ apps: repairs, inventory, live: view, ...deps.identity, mode, refused, served, waits });
  const deletions = forgetRemoved(memory.serving, planDeletions(plans, stageOf));

  // Claim, apply and shift traffic, prune: a crash anywhere in between resumes at this generation.
  const facts = { bundle, hubIds, mode, served, positions, ...doubts };
  const start = recordBeforeWrite({ ...facts, stored, inventory, tasks, deletions, toCount: prune.toCount });
  const unblock = () => pruneObjects(agent, planAdmission(prune.removable), stored.inventory, at);
  if (start.isNew) await recordStart(agent, facts, start, unblock);
  const applied = await applyStages(agent, inStages(tasks), inventory, { at, checkpoint: checkpoint(agent, facts) });
  rememberShifts(memory.progress, plans, applied.rows, deps.clock.monotonic());
  const pruned = await pruneObjects(agent, deletions, without(applied.inventory, prune.released), at);

  // Record and report where everything stands now: where nothing was done, as it stood.
  const rows = [...applied.rows, ...pruned.rows];
  const isStill = rows.length === 0 && pruned.inventory === inventory;
  const done = { ...planned, inventory: pruned.inventory, holdChangesAt: holdChangesAt(site, now) };
  const after = isStill ? plans : planRollout(agent, { ...done, ...wanted });
  const recorded = await recall(agent);
  const outcome = outcomeOf({ ...facts, ...done, stored: recorded, prune, apps: after, rows, faults });
  const end = recordAfterPass(recorded, bundle, outcome, positions);
  if (end.isNew) await record(agent, facts, end);
  return outcome;
}
