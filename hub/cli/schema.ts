import { textOption } from '../../shared/lib/command.ts';
import { command } from './context.ts';
import { withPreviewPorts } from './preview.ts';

/** `sluice-hub schema`: what an editor checks documents by. */
export const schemaCommand = command({
  name: 'schema',
  description: 'print the JSON Schema of documents for an editor; of a folder, with its own definitions',
  arguments: ['[dir]'],
  options: { kind: textOption('--kind <kind>', 'only documents of this kind (default: all)') },
  run: async (context, [dir], { kind }) => {
    const { documentSchema } = await import('../operations/schema.ts');
    const { terminal, signal } = context;
    const folder = dir === undefined ? undefined : terminal.path(dir);
    const schema = await withPreviewPorts(context, (ports) => documentSchema({ kind, dir: folder, signal }, ports));
    terminal.out(`${JSON.stringify(schema, null, 2)}\n`);
  },
});
