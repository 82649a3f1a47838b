import type { AgentDeps } from '../model/deps.ts';
import type { AgentState } from '../model/inventory.ts';
import type { Live } from '../model/live.ts';
import type { Mode } from '../model/mode.ts';
import type { AppOutcome } from '../model/outcome.ts';
import { rememberProgress, type ProgressMemory } from './progress.ts';
import { planApps, type RolloutInput } from './rollout.ts';
import type { ServingMemory } from './serving.ts';

/** What planning needs of the agent. */
export interface RolloutPorts {
  readonly memory: {
    readonly progress: ProgressMemory;
    readonly serving: ServingMemory;
    readonly faults: { readonly faults: RolloutInput['faults'] };
  };
  readonly view: Live;
  readonly deps: Pick<AgentDeps, 'settings'>;
}

/** What planning needs of the pass. */
export interface RolloutFacts extends Pick<
  RolloutInput,
  'at' | 'selected' | 'skipped' | 'inventory' | 'removable' | 'stages'
> {
  readonly mode: Pick<Mode, 'mayChange'>;
  /** The state object at the beginning of the pass. */
  readonly state: Pick<AgentState, 'phase'> | null;
}

/** Plans every application and remembers how far each is. */
export function planRollout({ memory, view, deps }: RolloutPorts, facts: RolloutFacts): readonly AppOutcome[] {
  const { apps, progress } = planApps({
    ...facts,
    live: view,
    faults: memory.faults.faults,
    progress: memory.progress,
    served: memory.serving.objects,
    mayChange: facts.mode.mayChange,
    isResumed: facts.state?.phase === 'applying',
    settleMs: deps.settings.settleMs,
  });
  rememberProgress(memory.progress, progress);
  return apps;
}
