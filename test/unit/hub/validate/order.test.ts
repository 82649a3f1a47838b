import { describe, expect, it } from 'vitest';
import { errorsOf } from '../../../fixtures/hub/problems.ts';

const part = (name: string, more = ''): string =>
  `  - { name: ${name}, type: worker, properties: { image: a }${more} }\n`;
const app = (...parts: readonly string[]): string =>
  `kind: Application\nmetadata: { name: a }\nspec:\n  components:\n${parts.join('')}`;

describe('what components wait for', () => {
  it.each<readonly [string, string, readonly string[]]>([
    ['may be any other component', app(part('web', ', dependsOn: [db]'), part('db')), []],
    [
      'must be there',
      app(part('web', ', dependsOn: [dbb]'), part('db')),
      ['REFERENCE_NOT_FOUND 5:70 web depends on dbb, which is not a component; did you mean db?'],
    ],
    [
      'must not be the component itself',
      app(part('web', ', dependsOn: [web]')),
      ['DOCUMENT_INVALID 5:58 components wait for each other: web -> web; remove one of these names from dependsOn'],
    ],
    [
      'must not wait for it, by any way',
      app(part('web', ', dependsOn: [api]'), part('api', ', dependsOn: [db]'), part('db', ', dependsOn: [web]')),
      [
        'DOCUMENT_INVALID 6:58 components wait for each other: api -> db -> web -> api; remove one of these names from dependsOn',
      ],
    ],
    [
      'must be a list of names',
      app(part('web', ', dependsOn: db'), part('db')),
      ['DOCUMENT_INVALID 5:58 spec.components[0].dependsOn must be a list, and is text'],
    ],
  ])('%s', (_, text, errors) => {
    expect(errorsOf(text)).toEqual(errors);
  });
});
