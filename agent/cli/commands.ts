import type { Command } from '../../shared/lib/command.ts';
import type { AgentContext } from './context.ts';
import { runCommand } from './run.ts';
import { statusCommand } from './status.ts';

/** Every command of `sluice-agent`, in the order of its help. */
export const commands: readonly Command<AgentContext>[] = [runCommand, statusCommand];
