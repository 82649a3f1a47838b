import type { Rollout } from '../api/rollouts.ts';
import { rolloutLine, rolloutText, type RolloutStyle } from '../status/rollouts.ts';
import type { CliContext } from './context.ts';

/** Deliveries as the hub answers them. */
interface Rollouts {
  readonly version?: string | undefined;
  readonly rollouts: readonly Rollout[];
}

/** How deliveries are written. */
interface RolloutForm {
  readonly json: boolean;
  /** What printed commands need to reach the same hub; empty = nothing. */
  readonly where: string;
}

/** How wide a text may be, and when it is read; a pipe has no width of its own unless the caller says how wide it is. */
export function styleOf({ terminal, clock }: CliContext): RolloutStyle {
  const isSized = terminal.interactive || terminal.env['COLUMNS'] !== undefined;
  return { columns: isSized ? terminal.columns() : 200, now: clock.now() };
}

/** Prints deliveries as they are now. */
export function printRollouts(context: CliContext, { rollouts }: Rollouts, form: RolloutForm): void {
  context.terminal.out(form.json ? `${JSON.stringify(rollouts, null, 2)}\n` : textOf(context, rollouts, form));
}

/** Shows deliveries at every change until interrupted: redrawn on a terminal; in a pipe a line for each that changed, or a JSON text. */
export async function watchRollouts(
  context: CliContext,
  ask: (known: string | undefined) => Promise<Rollouts>,
  { first, ...form }: RolloutForm & { readonly first: Rollouts },
): Promise<void> {
  const { terminal, signal } = context;
  const show = terminal.interactive && !form.json ? redraw(context, form) : printChanges(context, form);
  for (let answer: Rollouts | null = first; answer !== null;) {
    show(answer.rollouts);
    answer = await ask(answer.version).catch((error: unknown) => {
      if (signal.aborted) return null;
      throw error;
    });
  }
  if (terminal.interactive) terminal.out('\n');
}

function textOf(context: CliContext, rollouts: readonly Rollout[], { where }: RolloutForm): string {
  return rollouts.map((one) => rolloutText(one, { ...styleOf(context), where })).join('\n');
}

type Show = (rollouts: readonly Rollout[]) => void;

function redraw(context: CliContext, form: RolloutForm): Show {
  return (rollouts) => context.terminal.redraw(textOf(context, rollouts, form));
}

function printChanges({ terminal, clock }: CliContext, { json }: RolloutForm): Show {
  const last = new Map<string, string>();
  return (rollouts) => {
    const at = new Date(clock.now()).toISOString().slice(11, 19);
    for (const one of rollouts) {
      const line = json ? JSON.stringify(one) : rolloutLine(one);
      if (last.get(one.app) !== line) terminal.out(json ? `${line}\n` : `${at} ${line}\n`);
      last.set(one.app, line);
    }
  };
}
