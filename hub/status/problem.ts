import type { Problem } from '../model/source.ts';

/** A problem as one line: `error[CODE] what; path:line:column; what to do`. */
export function problemLine({ code, message, severity, place, hint, app, cluster }: Problem): string {
  const subject = [app, cluster].filter((part) => part !== undefined).join(' on ');
  const where = place === undefined ? subject : `${place.path}:${place.line}:${place.column}`;
  const parts = [message, where, hint].filter((part) => part !== undefined && part !== '');
  return `${severity}[${code}] ${parts.join('; ')}`.replace(/\s*[\r\n]+\s*/g, ' ');
}
