import { randomUUID } from 'node:crypto';
import manifest from '../../package.json' with { type: 'json' };
import { runCli } from '../../shared/adapters/cli.ts';
import { systemClock, systemRandom } from '../../shared/adapters/clock.ts';
import { cronFields } from '../../shared/adapters/schedule.ts';
import { commands } from './commands.ts';
import type { AgentContext } from './context.ts';

const name = 'sluice-agent';
const description = "Runs a cluster's applications as the signed channel says";
const { version } = manifest;

/** What only the main file can take from the process. */
type MainPorts = Pick<AgentContext, 'terminal' | 'stopSignal' | 'readInput' | 'logsToTerminal'>;

/** Runs `sluice-agent ARGS` and resolves with its exit status. */
export async function runAgentCli(args: readonly string[], main: MainPorts): Promise<number> {
  const context = { ...main, clock: systemClock, random: systemRandom, uuid: randomUUID, cron: cronFields, version };
  return runCli({ name, description, version, commands, context }, args, main.terminal);
}
