import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formats } from '../../../../shared/wire/formats.ts';
import type { Formats, Numbered } from '../../../../shared/wire/formats/format.ts';
import type { Revision } from '../../../../shared/wire/revision.ts';
import { documents } from './arbitraries.ts';

type Kind = keyof typeof formats;
const kinds = Object.keys(formats) as Kind[];
const listOf = (kind: Kind) => formats[kind] as unknown as Formats<Numbered>;
const documentsOf = (kind: Kind, format: number): fc.Arbitrary<Numbered> => documents[kind](format);
const each = kinds.flatMap((kind) => formats[kind].numbers.map((number) => ({ kind, number })));

describe.each(each)('$kind of format $number', ({ kind, number }) => {
  const list = listOf(kind);

  it('is the same after it was written and read, and the same bytes after it was written again', () => {
    fc.assert(
      fc.property(documentsOf(kind, number), (document) => {
        const bytes = list.encode(document);
        const read = readBack(kind, document, bytes);
        expect(read).toEqual(document);
        expect(list.encode(read)).toEqual(bytes);
      }),
    );
  });

  it('is refused with a member more, wherever', () => {
    fc.assert(
      fc.property(documentsOf(kind, number), fc.nat(), (document, choice) => {
        const value: unknown = JSON.parse(list.encode(document).toString());
        const objects = closedObjects(value, kind);
        Object.assign(objects[choice % objects.length]!, { 'a member of the future': true });
        expect(() => readBack(kind, document, Buffer.from(JSON.stringify(value)))).toThrow(
          expect.objectContaining({ code: 'WIRE_INVALID' }) as Error,
        );
      }),
    );
  });

  it('is refused with a number outside the list', () => {
    fc.assert(
      fc.property(documentsOf(kind, number), fc.integer(), (document, format) => {
        fc.pre(!list.numbers.includes(format));
        const value: unknown = JSON.parse(list.encode(document).toString());
        expect(() => list.decodeValue({ ...(value as object), format })).toThrow(
          expect.objectContaining({
            code: 'FORMAT_UNKNOWN',
            data: expect.objectContaining({ facts: { format, reads: list.numbers } }) as unknown,
          }) as Error,
        );
      }),
    );
  });
});

/** Reads a document again; the documents that a revision names are made of what was written. */
function readBack(kind: Kind, document: Numbered, bytes: Buffer): Numbered {
  if (kind !== 'revision') return listOf(kind).decode(bytes);
  const { apps, format } = document as Revision;
  const contents = apps.flatMap((app) => [app, ...(app.from === undefined ? [] : [app.from])]);
  const found = (name: string) => contents.find(({ digest }) => digest === name);
  return formats.revision.open(bytes).complete(({ digest }) => {
    const content = found(digest);
    return content === undefined ? null : formats.revision.at(format).document(content);
  });
}

/** Members whose keys are data: anything may stand in them. */
const open = new Set(['labels', 'selector', 'objects of feedAnswer', 'files of feedAnswer', 'values']);

/** Every object of a JSON value that has a fixed list of members. */
function closedObjects(value: unknown, kind: Kind): object[] {
  if (value === null || typeof value !== 'object') return [];
  const below = Object.entries(value).flatMap(([key, member]) =>
    open.has(key) || open.has(`${key} of ${kind}`) ? [] : closedObjects(member, kind),
  );
  return Array.isArray(value) ? below : [value, ...below];
}
