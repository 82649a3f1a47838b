import type { Definition } from '../model/documents.ts';
import type { Reporter } from '../model/reporter.ts';
import { checkName } from './names.ts';

/** Checks an X-Definition beyond its shape. */
export function checkDefinition(doc: Definition, reporter: Reporter): void {
  checkName('subdomain', doc.metadata.name, ['metadata', 'name'], reporter);
  if (doc.kind !== 'ComponentDefinition' && doc.kind !== 'TraitDefinition') {
    const hint = 'supported: ComponentDefinition, TraitDefinition';
    reporter.warn('UNSUPPORTED', ['kind'], `a ${doc.kind} is not used yet`, hint);
    return;
  }
  if (doc.spec.schematic?.cue === undefined) {
    const schematics = Object.keys(doc.spec.schematic ?? {});
    const message =
      schematics.length === 0
        ? 'the definition has no template'
        : `the schematic ${schematics.join(', ')} is not supported`;
    reporter.error(
      'UNSUPPORTED',
      ['spec', 'schematic'],
      message,
      'write a CUE template at spec.schematic.cue.template',
    );
  }
}
