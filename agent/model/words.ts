import { z } from 'zod';
import { appHealthOrder } from '../../shared/model/health.ts';

const siteWords = z.object({
  /** When they were true last (ISO text), and of which version of the agent. */
  at: z.string(),
  version: z.string(),
  conditions: z.array(z.object({ type: z.string(), reason: z.string(), message: z.string(), since: z.string() })),
  /** Applications that are not healthy, or leave something to people, the worst first. */
  apps: z.array(z.object({ app: z.string(), health: z.enum(appHealthOrder), message: z.string() })),
  /** How many more there are. */
  more: z.number(),
});

/**
 * What a running agent says of its site: an annotation of its Lease, written with each renewal, so that it costs no request, needs
 * no hub, and is known even where the agent's ConfigMaps cannot be written. `sluice-agent status` reads it, and nothing else.
 */
export type SiteWords = z.infer<typeof siteWords>;

/** The words in the text of the annotation; null where there is none that can be read. */
export function readWords(text: string | undefined): SiteWords | null {
  if (text === undefined) return null;
  try {
    return siteWords.parse(JSON.parse(text));
  } catch {
    return null;
  }
}
