import { SluiceError } from '../../shared/errors.ts';
import { textOption } from '../../shared/lib/command.ts';
import { hubOptions, withClient } from './client.ts';
import { command } from './context.ts';

/** `sluice-hub approve`: the decision of an administrator that a guarded change goes on. */
export const approveCommand = command({
  name: 'approve',
  description: 'release a change that a guard stopped (see `status`)',
  arguments: ['<digest>'],
  options: { by: textOption('--by <name>', 'who decided, for the ledger'), ...hubOptions },
  run: async (context, [change], flags) => {
    const { terminal } = context;
    if (!/^(?:sha256:)?[0-9a-f]{8,64}$/.test(change)) {
      throw new SluiceError('USAGE', 'not the digest of a change', {
        subject: change,
        hint: 'give 8 digits of it or more, as `sluice-hub status` shows them',
      });
    }
    const by = flags.by ?? terminal.env['USER'] ?? 'admin';
    const approved = await withClient(context, flags, (client) => client.approve({ change, by }));
    terminal.out(`approved ${approved.change}: ${approved.ids.length} objects\n`);
  },
});
