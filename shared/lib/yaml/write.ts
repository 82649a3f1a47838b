import { dump, SCALAR_STYLE, type ScalarLayout } from 'js-yaml';

/** A JSON value as YAML that every reader understands alike: block style, strings quoted unless they are plain words. */
export function yamlText(value: unknown): string {
  return dump(value, { lineWidth: -1, noRefs: true, skipInvalid: true, scalarStyleRules: [quoteUnlessPlain] });
}

/** Words that no version of YAML reads as something else. */
function quoteUnlessPlain(layout: ScalarLayout): void {
  const { tag, value } = layout.node;
  if (tag !== 'tag:yaml.org,2002:str') return;
  if (!/^[a-zA-Z][a-zA-Z0-9._/-]*$/.test(value) || reserved.test(value)) layout.style = SCALAR_STYLE.DOUBLE_QUOTED;
}

const reserved = /^(y|n|yes|no|on|off|true|false|null)$/i;
