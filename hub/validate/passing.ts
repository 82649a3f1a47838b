import type { Component } from '../model/documents.ts';
import type { Reporter, Steps } from '../model/reporter.ts';
import { isOnTheWay, keySteps } from '../workflow/parameter-key.ts';
import { suggestion } from './problems.ts';

/** Where inputs of a component are. */
interface Where {
  readonly path: Steps;
  readonly reporter: Reporter;
}

/**
 * Checks what the components of an application give to one another: each output has a name of its own, each input an output that
 * there is (or a member of the context), and a property of its own. What waits for itself is found with what components wait for.
 */
export function checkPassing(components: readonly Component[], reporter: Reporter): void {
  const outputs = new Map<string, string>();
  for (const [index, { name: component, outputs: given = [] }] of components.entries()) {
    for (const [at, { name }] of given.entries()) {
      const path = ['spec', 'components', index, 'outputs', at, 'name'];
      const other = outputs.get(name);
      if (other !== undefined) {
        const hint = `${other} gives one of this name: rename one`;
        reporter.error('DOCUMENT_INVALID', path, `a second output named ${name}`, hint);
      }
      outputs.set(name, other ?? component);
    }
  }
  for (const [index, component] of components.entries()) {
    checkInputs(component, [...outputs.keys()], { path: ['spec', 'components', index, 'inputs'], reporter });
  }
}

function checkInputs({ inputs = [] }: Component, outputs: readonly string[], { path, reporter }: Where): void {
  const keys: Steps[] = [];
  for (const [index, { from, parameterKey }] of inputs.entries()) {
    if (!from.startsWith('context.') && !outputs.includes(from)) {
      const hint = suggestion(from, outputs, 'outputs of components here');
      reporter.error('REFERENCE_NOT_FOUND', [...path, index, 'from'], `no component has an output ${from}`, hint);
    }
    const at = [...path, index, 'parameterKey'];
    const key = keySteps(parameterKey);
    if (key === null) {
      const message = `${parameterKey} names no member of the properties`;
      reporter.error('DOCUMENT_INVALID', at, message, 'write data.url, or list[0].name');
      continue;
    }
    if (keys.some((other) => isOnTheWay(key, other))) {
      reporter.error('DOCUMENT_INVALID', at, `another input is put into ${parameterKey}, too`, 'remove one of them');
    }
    keys.push(key);
  }
}
