import { SluiceError } from '../../shared/errors.ts';
import { textOption } from '../../shared/lib/command.ts';
import { durationSeconds } from '../model/duration.ts';
import { freezeText } from '../model/freeze.ts';
import { hubOptions, withClient } from './client.ts';
import { command } from './context.ts';

/** `sluice-hub freeze`: nothing starts any more, in the whole fleet. */
export const freezeCommand = command({
  name: 'freeze',
  description:
    'start nothing more in the whole fleet: deliveries wait; what was begun finishes, and going back stays possible',
  arguments: [],
  options: {
    reason: textOption('--reason <text>', 'why: it is shown wherever something waits'),
    until: textOption('--until <time>', 'when it ends by itself: 2026-12-24T18:00:00Z, or a duration like 8h'),
    by: textOption('--by <name>', 'who decided, for the ledger'),
    ...hubOptions,
  },
  run: async (context, _, { reason, until, by, ...hub }) => {
    const { terminal, clock } = context;
    if (reason === undefined || reason === '') {
      throw new SluiceError('USAGE', 'why is it frozen?', {
        hint: 'give --reason TEXT: it is shown wherever something waits',
      });
    }
    const body = { reason, until: untilOf(until, clock.now()), by: by ?? terminal.env['USER'] ?? 'admin' };
    const { frozen } = await withClient(context, hub, (client) => client.freeze(body));
    if (frozen !== null) terminal.out(`${freezeText(frozen)}\n`);
  },
});

/** `sluice-hub unfreeze`: deliveries go on. */
export const unfreezeCommand = command({
  name: 'unfreeze',
  description: 'let deliveries go on after `freeze`',
  arguments: [],
  options: { by: textOption('--by <name>', 'who decided, for the ledger'), ...hubOptions },
  run: async (context, _, { by, ...hub }) => {
    const { terminal } = context;
    await withClient(context, hub, (client) => client.unfreeze({ by: by ?? terminal.env['USER'] ?? 'admin' }));
    terminal.out('deliveries go on\n');
  },
});

/** A moment as it is given, or so long from now. */
function untilOf(text: string | undefined, now: number): string | null {
  if (text === undefined) return null;
  const seconds = durationSeconds(text);
  const at = seconds === null ? Date.parse(text) : now + seconds * 1000;
  // A day alone has as many hours as there are zones.
  const isMoment = seconds !== null || /T.*(?:Z|[+-]\d\d:?\d\d)$/.test(text);
  if (isMoment && Number.isFinite(at)) return new Date(at).toISOString();
  throw new SluiceError('USAGE', 'neither a moment nor a duration', {
    subject: text,
    hint: 'write 2026-12-24T18:00:00Z, or 8h',
  });
}
