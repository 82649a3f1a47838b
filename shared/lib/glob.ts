/** True when a path is what the pattern names, or lies below it: `*`, `?` and `{a,b}` inside of a name, `**` over folders. */
export function matchesGlob(pattern: string, path: string): boolean {
  return globExpression(pattern).test(path);
}

/** The expression of a glob pattern; a leading `./` or `/` and a trailing `/` mean nothing. */
export function globExpression(pattern: string): RegExp {
  const clean = pattern.replace(/^(?:\.?\/)+/, '').replace(/\/+$/, '');
  if (clean === '' || clean === '.') return /^/;
  const source = clean.replace(/\*\*\/|\*\*|\*|\?|\{[^{}]*\}|[.+^$()|[\]\\{}]/g, (part) => {
    if (part === '**/') return '(?:.*/)?';
    if (part === '**') return '.*';
    if (part === '*') return '[^/]*';
    if (part === '?') return '[^/]';
    return part.length > 1 ? `(?:${part.slice(1, -1).split(',').map(quoted).join('|')})` : quoted(part);
  });
  return new RegExp(`^${source}(?:/.*)?$`);
}

function quoted(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
