/** True when a path is what the pattern names, or lies below it: `*`, `?` and `{a,b}` inside of a name, `**` over folders. */
export function matchesGlob(pattern: string, path: string): boolean {
  return globExpression(pattern).test(path);
}

/** The expression of a glob pattern and of everything below what it names; a leading `./` or `/` and a trailing `/` mean nothing. */
export function globExpression(pattern: string): RegExp {
  const clean = cleanPath(pattern);
  if (clean === '' || clean === '.') return /^/;
  return new RegExp(`^${globSource(clean)}(?:/.*)?$`);
}

/** The expression of exactly what a glob pattern names. */
export function exactGlobExpression(pattern: string): RegExp {
  return new RegExp(`^${globSource(cleanPath(pattern))}$`);
}

/** A path or pattern without what means nothing in it: a leading `./` or `/`, a trailing `/`. */
export function cleanPath(path: string): string {
  return path.replace(/^(?:\.?\/)+/, '').replace(/\/+$/, '');
}

function globSource(clean: string): string {
  return clean.replace(/\*\*\/|\*\*|\*|\?|\{[^{}]*\}|[.+^$()|[\]\\{}]/g, (part) => {
    if (part === '**/') return '(?:.*/)?';
    if (part === '**') return '.*';
    if (part === '*') return '[^/]*';
    if (part === '?') return '[^/]';
    return part.length > 1 ? `(?:${part.slice(1, -1).split(',').map(quoted).join('|')})` : quoted(part);
  });
}

function quoted(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
