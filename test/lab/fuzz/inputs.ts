import fc from 'fast-check';

/** Texts of pieces, some of them repeated very often: what is quadratic shows itself. */
export function pieced(pieces: readonly string[], most = 3_000): fc.Arbitrary<string> {
  const piece = fc.oneof(
    { weight: 8, arbitrary: fc.constantFrom(...pieces) },
    { weight: 2, arbitrary: fc.string({ unit: 'binary', maxLength: 12 }) },
    { weight: 1, arbitrary: fc.string({ unit: 'grapheme', maxLength: 6 }) },
  );
  const few = fc.array(piece, { maxLength: 40 }).map((list) => list.join(''));
  const many = fc
    .tuple(few, fc.array(piece, { minLength: 1, maxLength: 4 }), fc.integer({ min: 1, max: most }), few)
    .map(([head, unit, count, tail]) => head + unit.join('').repeat(count) + tail);
  const nested = fc
    .tuple(piece, fc.integer({ min: 1, max: most }), few, piece)
    .map(([open, count, inner, close]) => open.repeat(count) + inner + close.repeat(count));
  return fc.oneof({ weight: 5, arbitrary: few }, { weight: 2, arbitrary: many }, { weight: 1, arbitrary: nested });
}

/** A text with some places changed: characters replaced, removed, doubled, cut off. */
export function mutated(texts: readonly string[]): fc.Arbitrary<string> {
  const change = fc.tuple(
    fc.nat(),
    fc.constantFrom('replace', 'remove', 'double', 'cut', 'insert'),
    fc.string({ unit: 'binary', maxLength: 4 }),
  );
  return fc.tuple(fc.constantFrom(...texts), fc.array(change, { maxLength: 6 })).map(([text, changes]) =>
    changes.reduce((now, [where, how, more]) => {
      const at = now.length === 0 ? 0 : where % now.length;
      switch (how) {
        case 'replace':
          return now.slice(0, at) + more + now.slice(at + more.length);
        case 'remove':
          return now.slice(0, at) + now.slice(at + 1 + (where % 20));
        case 'double':
          return now.slice(0, at) + now.slice(Math.max(0, at - 40), at) + now.slice(at);
        case 'cut':
          return now.slice(0, at);
        default:
          return now.slice(0, at) + more + now.slice(at);
      }
    }, text),
  );
}

/** A JSON value like one that is given, with members and entries changed, removed, added and nested. */
export function likeJson(values: readonly unknown[]): fc.Arbitrary<unknown> {
  const leaf = fc.oneof(
    fc.constantFrom(
      null,
      true,
      0,
      -1,
      1e308,
      2 ** 53,
      '',
      '__proto__',
      'constructor',
      [],
      {},
      [[]],
      'sha256:',
      '../..',
    ),
    fc.string({ unit: 'binary', maxLength: 8 }),
    fc.jsonValue({ maxDepth: 2 }),
  );
  const change = fc.tuple(fc.nat(), fc.constantFrom('set', 'remove', 'add', 'wrap', 'repeat'), leaf);
  return fc
    .tuple(fc.constantFrom(...values), fc.array(change, { minLength: 1, maxLength: 4 }))
    .map(([value, changes]) =>
      changes.reduce<unknown>((now, [where, how, more]) => changedAt(now, where, how, more), structuredClone(value)),
    );
}

function changedAt(root: unknown, where: number, how: string, more: unknown): unknown {
  const places: [Record<string | number, unknown>, string | number][] = [];
  const look = (node: unknown): void => {
    if (node === null || typeof node !== 'object') return;
    for (const key of Object.keys(node)) {
      places.push([node as Record<string, unknown>, key]);
      look((node as Record<string, unknown>)[key]);
    }
  };
  look(root);
  const place = places[places.length === 0 ? 0 : where % places.length];
  if (place === undefined) return more;
  const [node, key] = place;
  if (how === 'remove') Reflect.deleteProperty(node, key);
  else if (how === 'add' && !Array.isArray(node)) node[String(more).slice(0, 20)] = more;
  else if (how === 'wrap') node[key] = [node[key]];
  else if (how === 'repeat') node[key] = Array.from({ length: 1 + (where % 300) }, () => node[key]);
  else node[key] = more;
  return root;
}
