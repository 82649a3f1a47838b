import { commandsWith, switchOption, textOption } from '../../shared/lib/command.ts';
import { agentNames } from '../../shared/model/names.ts';
import type { AgentHost } from '../run/host.ts';

/** What the commands of `sluice-agent` work with. */
export interface AgentContext extends AgentHost {
  /** Aborts on SIGTERM and SIGINT from the first call on; without one, a signal ends the process at once. */
  readonly stopSignal: () => AbortSignal;
}

/** Makes a command of `sluice-agent`. */
export const command = commandsWith<AgentContext>();

/** The options that say which cluster a command works on. */
export const clusterOptions = {
  kubeconfig: textOption(
    '--kubeconfig <file>',
    'a kubeconfig (default: KUBECONFIG, the service account of the pod, ~/.kube/config)',
  ),
  context: textOption('--context <name>', 'a context of the kubeconfig'),
  allowExec: switchOption('--allow-exec', 'let the kubeconfig run a program for its credentials'),
  namespace: textOption('--namespace <name>', `the agent's own namespace (${agentNames.namespace})`),
};
