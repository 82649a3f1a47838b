import { SluiceError } from '../../shared/errors.ts';
import { switchOption, textOption, type Command, type CommandGroup } from '../../shared/lib/command.ts';
import type { DeliveryDecision } from '../model/delivery.ts';
import { hubOptions, whereOf, withClient, type HubFlags } from './client.ts';
import { command, type CliContext } from './context.ts';

const listCommand = command({
  name: 'list',
  description: 'list the deliveries in steps and waves: where each stands, and what it waits for',
  arguments: ['[app]'],
  options: { json: switchOption('--json', 'print JSON'), ...hubOptions },
  run: async (context, [app], { json, ...hub }) => {
    const list = await withClient(context, hub, (client) => client.rollouts({ app }));
    const { terminal } = context;
    const [{ rolloutTable }, { styleOf }] = await Promise.all([
      import('../status/rollouts.ts'),
      import('./rollout-output.ts'),
    ]);
    if (json === true) terminal.out(`${JSON.stringify(list, null, 2)}\n`);
    else terminal.out(rolloutTable(list.rollouts, styleOf(context)));
    return undefined;
  },
});

const showCommand = command({
  name: 'show',
  description: 'show the delivery of an application: a line a step and a wave, what failed, and what to do',
  arguments: ['<app>'],
  options: {
    watch: switchOption('-w, --watch', 'keep showing: redraw on a terminal, print changes in a pipe'),
    json: switchOption('--json', 'print JSON'),
    ...hubOptions,
  },
  run: async (context, [app], { watch, json, ...hub }) => {
    const form = { json: json === true, where: whereOf(hub) };
    await withClient(context, hub, async (client) => {
      const { watchRollouts, printRollouts } = await import('./rollout-output.ts');
      const first = await client.rollouts({ app });
      if (first.rollouts.length === 0) {
        throw new SluiceError('USAGE', 'nothing of it is delivered in steps or waves', {
          subject: app,
          hint: 'see `sluice-hub rollout list`; everything else: `sluice-hub status`',
        });
      }
      if (watch !== true) printRollouts(context, first, form);
      else await watchRollouts(context, (known) => client.rollouts({ app, known }), { ...form, first });
    });
    return undefined;
  },
});

interface DecisionFlags extends HubFlags {
  readonly by: string | undefined;
  readonly reason: string | undefined;
}

const decisionOptions = {
  by: textOption('--by <name>', 'who decided, for the ledger'),
  reason: textOption('--reason <text>', 'why, for the ledger'),
  ...hubOptions,
};

async function decideOn(
  context: CliContext,
  given: string,
  { by, reason, ...hub }: DecisionFlags,
  what: Pick<DeliveryDecision, 'verdict'> & { readonly cluster?: string | undefined },
): Promise<undefined> {
  const match = /^((?:[^/#\s]+\/)?[^/#\s]+#\d+)(?:\/(\S+))?$/.exec(given);
  if (match === null) {
    throw new SluiceError('USAGE', 'not the name of a delivery', {
      subject: given,
      hint: 'write [NAMESPACE/]NAME#NUMBER[/STEP[/WAVE]], as `sluice-hub rollout list` shows it',
    });
  }
  const [, name = '', on] = match;
  if (what.verdict === 'skip' && (on === undefined) === (what.cluster === undefined)) {
    const hint = 'write web#17 CLUSTER to leave a cluster out, or web#17/STEP to go on without a step';
    throw new SluiceError('USAGE', 'skip is of one cluster, or of one step', { subject: given, hint });
  }
  const who = by ?? context.terminal.env['USER'] ?? 'admin';
  const { verdict, cluster } = what;
  const body = { name, verdict, on, cluster, by: who, reason: reason ?? '' };
  const answer = await withClient(context, hub, (client) => client.decide(body));
  context.terminal.out(`${verdict} ${answer.name}: it is ${answer.phase}\n`);
  return undefined;
}

function decision(verdict: DeliveryDecision['verdict'], description: string): Command<CliContext> {
  return command({
    name: verdict,
    description,
    arguments: ['<delivery>'],
    options: decisionOptions,
    run: (context, [name], flags) => decideOn(context, name, flags, { verdict }),
  });
}

const retryCommand = command({
  name: 'retry',
  description: 'start a delivery again, or one cluster of it',
  arguments: ['<delivery>', '[cluster]'],
  options: decisionOptions,
  run: (context, [name, cluster], flags) => decideOn(context, name, flags, { verdict: 'retry', cluster }),
});

const promoteCommand = command({
  name: 'promote',
  description: 'end the steps in clusters at once, with all of the traffic: in all that are in them now, or in one',
  arguments: ['<delivery>', '[cluster]'],
  options: decisionOptions,
  run: (context, [name, cluster], flags) => decideOn(context, name, flags, { verdict: 'promote', cluster }),
});

const skipCommand = command({
  name: 'skip',
  description: 'leave one cluster out of a delivery, or go on without one step: web#17/STEP',
  arguments: ['<delivery>', '[cluster]'],
  options: decisionOptions,
  run: (context, [name, cluster], flags) => decideOn(context, name, flags, { verdict: 'skip', cluster }),
});

/** `sluice-hub rollout ...`: deliveries in steps and waves, and people's decisions on them. */
export const rolloutCommands: CommandGroup<CliContext> = {
  name: 'rollout',
  alias: 'workflow',
  description: 'see deliveries in steps and waves, and decide on them',
  commands: [
    listCommand,
    showCommand,
    decision('approve', 'let what waits go on: web#17, or one step or wave of it: web#17/STEP[/WAVE]'),
    decision('refuse', 'end what waits as failed'),
    decision('pause', 'start nothing more; what was given it finishes'),
    decision('resume', 'go on after a pause, or a step that suspends'),
    promoteCommand,
    decision('abort', 'end a delivery: what was given it has its former content again'),
    retryCommand,
    skipCommand,
    decision('rollback', 'go back behind a delivery, also one that ended well'),
  ],
};
