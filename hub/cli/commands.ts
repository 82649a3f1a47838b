import type { Command, CommandGroup } from '../../shared/lib/command.ts';
import { approveCommand } from './approve.ts';
import { clusterCommands } from './cluster.ts';
import type { CliContext } from './context.ts';
import { definitionsCommands, explainCommand } from './definitions.ts';
import { exportCommand } from './export.ts';
import { freezeCommand, unfreezeCommand } from './freeze.ts';
import { initCommand } from './init.ts';
import { keysCommands } from './keys.ts';
import { ledgerCommands } from './ledger.ts';
import { planCommand } from './plan.ts';
import { renderCommand } from './render.ts';
import { revisionsCommand } from './revisions.ts';
import { rolloutCommands } from './rollout.ts';
import { schemaCommand } from './schema.ts';
import { serveCommand } from './serve.ts';
import { statusCommand } from './status.ts';
import { tokenCommands } from './token.ts';
import { validateCommand } from './validate.ts';
import { whyCommand } from './why.ts';

/** Every command of `sluice-hub`, in the order of its help. */
export const commands: readonly (Command<CliContext> | CommandGroup<CliContext>)[] = [
  initCommand,
  serveCommand,
  statusCommand,
  whyCommand,
  revisionsCommand,
  clusterCommands,
  approveCommand,
  rolloutCommands,
  freezeCommand,
  unfreezeCommand,
  tokenCommands,
  exportCommand,
  keysCommands,
  ledgerCommands,
  renderCommand,
  planCommand,
  validateCommand,
  explainCommand,
  definitionsCommands,
  schemaCommand,
];
