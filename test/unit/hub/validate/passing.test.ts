import { describe, expect, it } from 'vitest';
import { errorsOf } from '../../../fixtures/hub/problems.ts';

const part = (name: string, more = ''): string =>
  `  - { name: ${name}, type: worker, properties: { image: a }${more} }\n`;
const app = (...parts: readonly string[]): string =>
  `kind: Application\nmetadata: { name: a }\nspec:\n  components:\n${parts.join('')}`;
const gives = (...names: readonly string[]): string =>
  `, outputs: [${names.map((name) => `{ name: ${name}, valueFrom: context.name }`).join(', ')}]`;
const takes = (...inputs: readonly string[]): string => `, inputs: [${inputs.join(', ')}]`;

describe('what components give to one another', () => {
  it.each<readonly [rule: string, text: string, errors: readonly string[]]>([
    [
      'is an output of another one',
      app(part('web', takes('{ from: x, parameterKey: "cmd[0]" }')), part('db', gives('x'))),
      [],
    ],
    ['is a member of the context', app(part('web', takes('{ from: context.name, parameterKey: cpu }'))), []],
    [
      'must be there',
      app(part('web', takes('{ from: hots, parameterKey: cpu }')), part('db', gives('host', 'port'))),
      ['REFERENCE_NOT_FOUND 5:69 no component has an output hots; did you mean host?'],
    ],
    [
      'has a name of its own',
      app(part('web', gives('x')), part('db', gives('z', 'x'))),
      ['DOCUMENT_INVALID 6:107 a second output named x; web gives one of this name: rename one'],
    ],
    [
      'has a property that it is put into',
      app(part('web', takes('{ from: x, parameterKey: "a[" }')), part('db', gives('x'))),
      ['DOCUMENT_INVALID 5:78 a[ names no member of the properties; write data.url, or list[0].name'],
    ],
    [
      'has one of its own',
      app(part('web', takes('{ from: x, parameterKey: a.b }', '{ from: x, parameterKey: a }')), part('db', gives('x'))),
      ['DOCUMENT_INVALID 5:110 another input is put into a, too; remove one of them'],
    ],
    [
      'must not come back',
      app(
        part('web', takes('{ from: x, parameterKey: cpu }') + gives('z')),
        part('db', takes('{ from: z, parameterKey: cpu }') + gives('x')),
      ),
      ['DOCUMENT_INVALID 6:57 components wait for each other: db -> web -> db; remove one of these inputs'],
    ],
  ])('%s', (_, text, errors) => {
    expect(errorsOf(text)).toEqual(errors);
  });
});
