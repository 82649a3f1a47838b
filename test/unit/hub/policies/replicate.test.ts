import { expect, it } from 'vitest';
import { replicate } from '../../../../hub/policies/replicate.ts';
import type { Component } from '../../../../hub/model/documents.ts';

/** `web db>web`: components, and what each depends on. */
const components = (text: string): readonly Component[] =>
  text.split(' ').map((one) => {
    const [name = '', needs] = one.split('>');
    return { name, type: 'worker', ...(needs !== undefined && { dependsOn: needs.split(',') }) };
  });

it.each<[string, string, string, string]>([
  ['all', 'web db', '', 'web-a(web/a) web-b(web/b) db-a(db/a) db-b(db/b)'],
  ['those that are selected', 'web db', 'web', 'web-a(web/a) web-b(web/b) db'],
  [
    'those of a pattern',
    'web-1 web-2 db',
    'web-*',
    'web-1-a(web-1/a) web-1-b(web-1/b) web-2-a(web-2/a) web-2-b(web-2/b) db',
  ],
  ['what depends on a copy, on all', 'web db>web', 'web', 'web-a(web/a) web-b(web/b) db>web-a,web-b'],
  ['a copy, on what is there once', 'web>db db', 'web', 'web-a(web/a)>db web-b(web/b)>db db'],
  ['a copy, on that of its key', 'web>db db', '', 'web-a(web/a)>db-a web-b(web/b)>db-b db-a(db/a) db-b(db/b)'],
])('copies are made of %s', (_, text, selector, expected) => {
  const made = replicate(components(text), { keys: ['a', 'b'], selector: selector === '' ? [] : [selector] });
  const words = made.map(({ name, replica, dependsOn }) => {
    const copy = replica === undefined ? '' : `(${replica.of}/${replica.key})`;
    return `${name}${copy}${dependsOn === undefined ? '' : `>${dependsOn.join()}`}`;
  });
  expect(words.join(' ')).toBe(expected);
});
