import type { Component } from '../model/documents.ts';
import { circleIn, dependenciesOf } from '../model/order.ts';
import type { Reporter } from '../model/reporter.ts';
import { suggestion } from './problems.ts';

/** Checks what the components of an application wait for: each is there, and none waits for itself, by whatever way. */
export function checkOrder(components: readonly Component[], reporter: Reporter): void {
  const names = components.map(({ name }) => name);
  for (const [index, { name, dependsOn = [] }] of components.entries()) {
    const path = ['spec', 'components', index, 'dependsOn'];
    for (const [at, other] of dependsOn.entries()) {
      if (names.includes(other)) continue;
      const hint = suggestion(other, names, 'components here');
      reporter.error(
        'REFERENCE_NOT_FOUND',
        [...path, at],
        `${name} depends on ${other}, which is not a component`,
        hint,
      );
    }
  }
  const circle = circleIn(dependenciesOf(components));
  if (circle === null) return;
  const index = names.indexOf(circle[0] ?? '');
  const message = `components wait for each other: ${circle.join(' -> ')}`;
  // An input is waited for, too.
  const isNamed = components[index]?.dependsOn?.includes(circle[1] ?? '') === true;
  const hint = isNamed ? 'remove one of these names from dependsOn' : 'remove one of these inputs';
  const path = ['spec', 'components', index, isNamed ? 'dependsOn' : 'inputs'];
  reporter.error('DOCUMENT_INVALID', path, message, hint);
}
