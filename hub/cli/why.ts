import { switchOption } from '../../shared/lib/command.ts';
import { hubOptions, whereOf, withClient } from './client.ts';
import { command } from './context.ts';

/** `sluice-hub why`: the first link between a document and healthy pods that does not hold, and what would mend it. */
export const whyCommand = command({
  name: 'why',
  description: 'say why an application is not on a cluster, or not well there, and what would mend it',
  arguments: ['<app>', '[cluster]'],
  options: { json: switchOption('--json', 'print JSON'), ...hubOptions },
  run: async (context, [app, cluster], { json, ...hub }) => {
    const { terminal, clock } = context;
    const answer = await withClient(context, hub, (client) => client.why({ app, cluster }));
    if (json === true) terminal.out(`${JSON.stringify(answer, null, 2)}\n`);
    else {
      const { whyText } = await import('../status/why-text.ts');
      const isSized = terminal.interactive || terminal.env['COLUMNS'] !== undefined;
      const style = { columns: isSized ? terminal.columns() : 200, now: clock.now(), where: whereOf(hub) };
      terminal.out(whyText(answer, style));
    }
    return answer.stops.length === 0 ? undefined : 10;
  },
});
