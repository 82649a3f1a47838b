import { attributesOf, templateOf } from '../definitions/attributes.ts';
import type { BuiltinDefinition } from '../definitions/catalog.ts';
import { typeOf } from '../definitions/versions.ts';
import type { Definition } from '../model/documents.ts';
import type { Reporter } from '../model/reporter.ts';
import { policies } from '../policies/types/list.ts';
import { actionsOf } from '../workflow/interpret/actions.ts';
import { actionsHint } from '../workflow/interpret/run.ts';
import { steps } from '../workflow/steps/list.ts';
import { checkName } from './names.ts';

// One document of one team changes what every application gets under that name.
function reportBuiltin(
  { kind, metadata }: Definition,
  builtins: readonly BuiltinDefinition[],
  reporter: Reporter,
): void {
  const found = builtins.find((one) => one.kind === kind && one.type === metadata.name);
  if (found === undefined) return;
  const message = found.isReplaceable
    ? `it replaces the built-in ${metadata.name} for every application, from the next change of each on`
    : `it does not count: the built-in ${metadata.name} cannot be replaced`;
  reporter.warn('DUPLICATE_DOCUMENT', ['metadata', 'name'], message, 'give it another name, unless that is meant');
}

const stages: readonly unknown[] = ['PreDispatch', 'DefaultDispatch', 'PostDispatch'];

function checkStage({ kind, spec }: Definition, reporter: Reporter): void {
  const { stage } = spec;
  if (stage === undefined || stage === '') return;
  if (!stages.includes(stage)) {
    const message = `stage must be one of ${stages.join(', ')}`;
    reporter.error('DOCUMENT_INVALID', ['spec', 'stage'], message, 'remove it, unless its objects come first or last');
  } else if (kind !== 'TraitDefinition') {
    const hint = 'a component says with dependsOn what it comes after';
    reporter.warn('UNSUPPORTED', ['spec', 'stage'], 'stage is not used: only traits have stages', hint);
  }
}

/** Checks an X-Definition beyond its shape. */
export function checkDefinition(doc: Definition, builtins: readonly BuiltinDefinition[], reporter: Reporter): void {
  checkName('subdomain', typeOf(doc), ['metadata', 'name'], reporter);
  if (doc.kind === 'WorkloadDefinition' && templateOf(doc) === '') {
    const hint = 'remove it: a ComponentDefinition says itself what its workload is';
    reporter.warn('UNSUPPORTED', ['kind'], 'a WorkloadDefinition without a template is not used', hint);
    return;
  }
  if (doc.kind === 'WorkflowStepDefinition') {
    checkStep(doc, reporter);
    return;
  }
  reportBuiltin(doc, builtins, reporter);
  if (doc.kind === 'PolicyDefinition') reportGivingWay(doc, { what: 'policy', types: policies }, reporter);
  const { unusable } = attributesOf(doc);
  if (unusable !== null) {
    const { member, why, hint } = unusable;
    const path = member === null ? ['spec', 'schematic'] : ['spec', member];
    reporter.warn('UNSUPPORTED', path, `it cannot be used: ${why}`, hint);
  }
  checkStage(doc, reporter);
  checkTemplate(doc, reporter);
}

// Of a name of ours the built-in counts, as with policies.
function reportGivingWay(
  { metadata }: Definition,
  { what, types }: { readonly what: string; readonly types: readonly { readonly type: string }[] },
  reporter: Reporter,
): boolean {
  const givesWay = types.some(({ type }) => type === metadata.name);
  if (givesWay) {
    const message = `it does not count: the built-in ${what} ${metadata.name} cannot be replaced`;
    reporter.warn('DUPLICATE_DOCUMENT', ['metadata', 'name'], message, 'give it another name');
  }
  return givesWay;
}

function checkStep(doc: Definition, reporter: Reporter): void {
  if (reportGivingWay(doc, { what: 'step', types: steps }, reporter)) return;
  checkTemplate(doc, reporter);
  const read = actionsOf(templateOf(doc));
  // Where it is used that is an error.
  if ('fault' in read) {
    reporter.warn('UNSUPPORTED', ['spec', 'schematic'], `it cannot be used: ${read.fault}`, actionsHint);
  }
}

function checkTemplate(doc: Definition, reporter: Reporter): void {
  if (templateOf(doc) === '') {
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
